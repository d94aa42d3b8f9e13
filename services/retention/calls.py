"""Ends the waiting of calls whose lead never came, and empties what came in with calls.

Calls are walked in the order of their ids, which is that of time. The row stays, with its verdict
and answer; a call that waits keeps its content for as long as it waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, literal_column, select, update
from sqlmodel import Session

from models import Submission
from models.words import Handling, Verdict
from services.identifiers import first_id
from services.retention.batches import ROWS

SUBMISSION: Table = Submission.__table__  # type: ignore[attr-defined]

# The two walks, by the names of their marks.
RECORDED: Final = "calls_recorded"
REFUSED: Final = "calls_refused"

_GOOD: Final = (Verdict.RECORDED, Verdict.DUPLICATE)
_WAITING: Final = (Handling.OPEN, Handling.QUEUED)


@dataclass(frozen=True, slots=True)
class Found:
    """The next calls: those whose content may go, and the last one's id."""

    due: tuple[str, ...]
    place: str


def end_of(before: datetime) -> str:
    """Return the id before which every call came before then."""
    return first_id("sub", before)


def find_waiting(session: Session, before: datetime) -> list[str]:
    """Return the next 500 calls that have waited since before then."""
    query = (
        select(SUBMISSION.c.id)
        # Spelt out, for the partial index.
        .where(literal_column("handling = 'open'"), SUBMISSION.c.received_at < before)
        .order_by(SUBMISSION.c.received_at)
        .limit(ROWS)
    )
    return list(session.scalars(query))


def expire(
    session: Session,
    submission_ids: Sequence[str],
    *,
    emptied_before: datetime | None = None,
    now: datetime,
) -> int:
    """End the waiting of those that nobody has handled meanwhile; return how many.

    What came in before `emptied_before` goes at once: the walk has been there and left it.
    """
    connection = session.connection()
    rows = connection.execute(
        select(SUBMISSION.c.id, SUBMISSION.c.handling, SUBMISSION.c.received_at)
        .where(SUBMISSION.c.id.in_(submission_ids))
        .order_by(SUBMISSION.c.id)
        .with_for_update(skip_locked=True)
    )
    # Judged here: SQLite would rather read every open one than these by their keys.
    found = [row for row in rows if row.handling is Handling.OPEN]
    ids = [row.id for row in found]
    if ids:
        connection.execute(
            update(SUBMISSION)
            .where(SUBMISSION.c.id.in_(ids))
            .values(handling=Handling.EXPIRED, handled_at=now, handled_by="")
        )
    late = [row.id for row in found if emptied_before and row.received_at < emptied_before]
    if late:
        empty(session, late, now=now)
    return len(ids)


def find(session: Session, kind: str, *, after: str, end: str) -> Found | None:
    """Look at the next 500 calls beyond `after` and before `end`; `None` at the end.

    Of the kind `RECORDED` those count whose event keeps what came in, else all that do not wait.
    """
    query = (
        select(
            SUBMISSION.c.id,
            SUBMISSION.c.verdict,
            SUBMISSION.c.handling,
            SUBMISSION.c.emptied_at,
        )
        .where(SUBMISSION.c.id > after, SUBMISSION.c.id < end)
        .order_by(SUBMISSION.c.id)
        .limit(ROWS)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    due = tuple(
        row.id
        for row in rows
        if row.emptied_at is None
        and row.handling not in _WAITING
        and (kind == REFUSED or row.verdict in _GOOD)
    )
    return Found(due, rows[-1].id)


def empty(session: Session, submission_ids: Sequence[str], *, now: datetime) -> int:
    """Remove what came in with these calls; return how many there were."""
    changed = session.connection().execute(
        update(SUBMISSION)
        .where(SUBMISSION.c.id.in_(submission_ids))
        .values(body="", body_rest=None, emptied_at=now)
    )
    return changed.rowcount
