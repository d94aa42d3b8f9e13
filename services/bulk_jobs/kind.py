"""What differs between kinds of bulk jobs: what is asked for, what a batch does, and words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import Table
from sqlmodel import Session, SQLModel

from models.bulk_job import BulkJob
from models.words import AuditAction, AuditSubject, BulkStatus
from services.actor import Right
from services.reporting.search import Search


class Wish(Protocol):
    """What somebody asks for: a filter, and what else the kind leaves to choose."""

    def before(self, now: datetime) -> Self:
        """Return the wish for what exists now: nothing that comes later belongs to it."""

    def search(self, session: Session) -> Search | None:
        """Return the search for what is worked on, `None` when nothing can be.

        Raises `InvalidInput` for a wrong filter.
        """

    def to_json(self) -> dict[str, Any]:
        """Return the wish as it is stored, in the words of the API."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the wish behind what `to_json` gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkJobRow:
    """One bulk job; its kind adds the figures of what was done, named as their columns.

    `left_out` had changed before its turn came. With `total_is_complete` false there were at
    least `total`.
    """

    id: str
    status: BulkStatus
    total: int
    total_is_complete: bool
    left_out: int
    actor_id: str
    actor_name: str
    created_at: datetime
    ended_at: datetime | None
    filter: Mapping[str, Any]

    @property
    def figures(self) -> Mapping[str, int]:
        """Return the kind's own figures by name."""
        raise NotImplementedError

    @property
    def done(self) -> int:
        """Return how many rows have had their turn."""
        return sum(self.figures.values()) + self.left_out

    @property
    def asked(self) -> dict[str, Any]:
        """Return of the filter what was given."""
        return {name: value for name, value in self.filter.items() if value}


AnyWish = TypeVar("AnyWish", bound=Wish)
AnyRow = TypeVar("AnyRow", bound=BulkJobRow)


@dataclass(frozen=True, slots=True)
class Step(Generic[AnyWish]):
    """The next batch of a job: `ids` are its rows, `next_cursor` is `None` for the last one."""

    job_id: str
    actor_name: str
    wish: AnyWish
    cursor: str
    ids: tuple[str, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[AnyWish, AnyRow]):
    """One kind of bulk job."""

    noun: str
    """Such as “bulk resend”; the code of a conflict is made of it."""
    id_prefix: str
    model: type[BulkJob]
    row: type[AnyRow]
    wish: type[AnyWish]
    right: Right
    """To count, start and cancel; looking at one needs no more than to read."""
    batch: int
    """Rows per unit of work: on SQLite everybody else's writes wait that long."""
    take: Callable[[Session, Step[AnyWish], datetime], Mapping[str, int]]
    """Does the work for the rows of a step, and returns by how much which figure rises."""
    begun: AuditAction
    subject: AuditSubject
    subject_name: str
    told: Callable[[AnyRow], Mapping[str, object]]
    """What the audit keeps of a job when it is started and when it is cancelled."""

    @property
    def table(self) -> Table:
        """Return the table of these jobs."""
        return SQLModel.metadata.tables[str(self.model.__tablename__)]
