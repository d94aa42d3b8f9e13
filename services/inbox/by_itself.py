"""Matches calls whose lead has arrived, each with its event in one unit of work, once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import Session, col, select

from models import Submission
from models.words import Handling
from services.clock import Clock, utc_now
from services.database import Database
from services.inbox.stored_call import NotReplayable
from services.inbox.trying import try_again

# Calls per unit of work: on SQLite everybody else's writes wait that long.
BATCH: Final = 25
# Seconds between two looks of a worker whether a lead has arrived that a call waited for.
EVERY_SECONDS: Final = 1


async def work(database: Database, *, clock: Clock = utc_now) -> int:
    """Match all calls whose lead has arrived; return how many were looked at.

    After a crash nothing is lost and nothing is done twice: a call is queued until its event is on
    disk, and both change in one unit of work.
    """
    number = 0
    while await database.read(_has_any) and (taken := await database.write(_match, clock())):
        number += taken
    return number


def job_of(database: Database) -> Callable[[], Awaitable[object]]:
    """Return what a worker runs each second."""

    async def run() -> None:
        await work(database)

    return run


def _has_any(session: Session) -> bool:
    return session.exec(select(col(Submission.id)).where(_QUEUED).limit(1)).first() is not None


def _match(session: Session, now: datetime) -> int:
    queued = (
        select(Submission)
        .where(_QUEUED)
        .order_by(col(Submission.received_at), col(Submission.id))
        .limit(BATCH)
        # Two workers take different ones.
        .with_for_update(skip_locked=True)
    )
    found = session.exec(queued).all()
    for stored in found:
        try:
            try_again(session, stored, lead_id=stored.lead_id, done=Handling.MATCHED, now=now)
        except NotReplayable as problem:
            # Only a person can say what to do about it.
            stored.handling, stored.tried_reason = Handling.OPEN, problem.message
            session.add(stored)
    session.flush()
    return len(found)


# Spelt out, for the partial index.
_QUEUED: ColumnElement[bool] = literal_column("handling = 'queued'")
