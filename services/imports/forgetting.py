"""Files leave when their time is over: they hold people's contacts, and only undoing needs them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, delete, or_, select, update
from sqlmodel import Session

from models.words import ImportStatus
from services.clock import Clock, utc_now
from services.database import Database
from services.imports import chunks
from services.imports.rows import JOB, OPEN, UNDO_DAYS

EVERY_SECONDS: Final = 3_600
UPLOAD_HOURS: Final = 24
_PAUSE_SECONDS: Final = 0.05
_ENDED = (ImportStatus.APPLIED, ImportStatus.CANCELLED, ImportStatus.UNDONE)


async def forget(database: Database, *, clock: Clock = utc_now) -> int:
    """Remove uploads that broke off a day ago and drafts of 30 days, and empty old imports.

    An import that ended 30 days ago keeps its counts and loses its rows. Returns how many went.
    """
    count = 0
    while await database.write(_forget_one, clock()):
        count += 1
        await asyncio.sleep(_PAUSE_SECONDS)
    return count


def job_of(database: Database) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each hour."""

    async def run() -> None:
        await forget(database)

    return run


def _forget_one(session: Session, now: datetime) -> bool:
    connection = session.connection()
    old = now - timedelta(days=UNDO_DAYS)
    row = connection.execute(
        select(JOB.c.id, JOB.c.status)
        .where(
            or_(
                and_(
                    JOB.c.status == ImportStatus.UPLOADING,
                    JOB.c.created_at < now - timedelta(hours=UPLOAD_HOURS),
                ),
                and_(JOB.c.status.in_(sorted(OPEN)), JOB.c.updated_at < old),
                and_(JOB.c.status.in_(_ENDED), JOB.c.updated_at < old, JOB.c.emptied_at.is_(None)),
            )
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        return False
    if row.status not in _ENDED:
        connection.execute(delete(JOB).where(JOB.c.id == row.id))
        return True
    chunks.remove_chunks(session, row.id)
    chunks.remove_parts(session, row.id)
    # The first reasons quote rows.
    connection.execute(
        update(JOB).where(JOB.c.id == row.id).values(emptied_at=now, reasons=[], layout={})
    )
    return True
