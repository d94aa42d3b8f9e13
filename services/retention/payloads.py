"""Empties what callers sent, where events keep it: their payloads; `calls` empties the rest.

The table is walked in the order of its ids, which is that of time, so that no run begins at the
beginning. What was understood of a call stays in columns of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Table, select, update
from sqlmodel import Session

from models import Event
from services.identifiers import first_id
from services.retention.batches import ROWS

_EVENT: Final[Table] = Event.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Sent:
    """A column of what callers sent, with what it is when empty, and how its rows are walked."""

    mark: str
    id_prefix: str
    column: Column[str]
    empty: str


ALL: Final = (Sent("payloads", "evt", _EVENT.c.payload, "{}"),)


def end_of(sent: Sent, before: datetime) -> str:
    """Return the id before which everything came in before then."""
    return first_id(sent.id_prefix, before)


def find(session: Session, sent: Sent, *, after: str, end: str) -> list[str]:
    """Return the next 500 ids beyond `after` and before `end`."""
    ids = sent.column.table.c.id
    query = select(ids).where(ids > after, ids < end).order_by(ids).limit(ROWS)
    return list(session.scalars(query))


def empty(session: Session, sent: Sent, ids: Sequence[str]) -> int:
    """Empty those that are not empty yet; return how many that were."""
    table = sent.column.table
    emptied = session.connection().execute(
        update(table)
        .where(table.c.id.in_(ids), sent.column != sent.empty)
        .values({sent.column.name: sent.empty})
    )
    return emptied.rowcount
