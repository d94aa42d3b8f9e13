"""An import as the rest of the product sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table

from models import ImportJob
from models.words import ImportKind, ImportStatus, ImportVerdict
from services.imports import reasons
from services.imports.contract import ImportOptions
from services.imports.reading import Layout, layout_of
from services.imports.reasons import Reason
from services.validation import validate

JOB: Table = ImportJob.__table__  # type: ignore[attr-defined]

UNDO_DAYS: Final = 30
OPEN: Final = frozenset({ImportStatus.DRAFT, ImportStatus.VERIFIED})
_BACK: Final = frozenset({ImportStatus.UNDOING, ImportStatus.UNDONE})
WORKING: Final = frozenset({ImportStatus.VERIFYING, ImportStatus.APPLYING, ImportStatus.UNDOING})


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what they would become or became."""

    ready: int = 0
    imported: int = 0
    duplicate: int = 0
    refused: int = 0
    undone: int = 0
    reversed: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """Return how many rows were looked at."""
        return sum(getattr(self, word.value) for word in ImportVerdict)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import. `done` of `rows` are through the present phase, or were when it ended.

    `imported` were imported when it stopped or ended; those that are undone are counted in
    `undone`. `undo_until` is the moment after which it stays.
    """

    id: str
    kind: ImportKind
    status: ImportStatus
    file_name: str
    size: int
    encoding: str
    layout: Layout | None
    options: ImportOptions
    problem: str
    rows: int
    done: int
    verified: Counts
    applied: Counts
    undone: Counts
    reasons: tuple[Reason, ...]
    actor_name: str
    created_at: datetime
    verified_at: datetime | None
    applied_at: datetime | None
    ended_at: datetime | None
    undone_at: datetime | None
    undo_until: datetime | None
    emptied_at: datetime | None

    @property
    def is_working(self) -> bool:
        """Tell whether something goes on in the background."""
        return self.status in WORKING

    @property
    def percent(self) -> int:
        """Return how far the present phase is, 0 to 100."""
        total = self.applied.imported if self.status in _BACK else self.rows
        return min(100, self.done * 100 // total) if total else 0

    def may_undo(self, now: datetime) -> bool:
        """Tell whether it can be taken back now."""
        return (
            self.status in {ImportStatus.APPLIED, ImportStatus.CANCELLED}
            and self.applied.imported > 0
            and self.undo_until is not None
            and now < self.undo_until
        )


def import_row(job: ImportJob) -> ImportRow:
    """Return the row of a stored import."""
    done = {
        ImportStatus.VERIFYING: _total(job.verified),
        ImportStatus.VERIFIED: _total(job.verified),
        ImportStatus.UNDOING: _total(job.undone),
        ImportStatus.UNDONE: _total(job.undone),
    }.get(job.status, _total(job.applied))
    return ImportRow(
        id=job.id,
        kind=job.kind,
        status=job.status,
        file_name=job.file_name,
        size=job.size,
        encoding=job.encoding,
        layout=layout_of(job.layout) if job.layout else None,
        options=validate(ImportOptions, job.options),
        problem=job.problem,
        rows=job.rows,
        done=done,
        verified=Counts(**job.verified),
        applied=Counts(**job.applied),
        undone=Counts(**job.undone),
        reasons=reasons.read(job.reasons),
        actor_name=job.actor_name,
        created_at=job.created_at,
        verified_at=job.verified_at,
        applied_at=job.applied_at,
        ended_at=job.ended_at,
        undone_at=job.undone_at,
        undo_until=undo_until(job),
        emptied_at=job.emptied_at,
    )


def undo_until(job: ImportJob) -> datetime | None:
    """Return until when an import may be undone, `None` before it began."""
    since = job.ended_at or job.applied_at
    return since + timedelta(days=UNDO_DAYS) if since else None


def _total(counts: dict[str, int]) -> int:
    return sum(counts.values())
