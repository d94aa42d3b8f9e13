"""The work of a bulk resend: batch after batch, each with its place in one unit of work.

So a crash repeats nothing and leaves nothing out, and of several workers each batch is one's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from models import BulkResend
from models.words import BulkStatus
from services.clock import Clock, utc_now
from services.database import Database
from services.delivery.resends import resend_many
from services.reporting import keyset
from services.resending.wish import ResendWish, from_json

# Deliveries per unit of work: on SQLite everybody else's writes wait that long.
BATCH: Final = 200
PAUSE_SECONDS: Final = 0.05
# Seconds between two looks of a worker whether there is one to work on.
EVERY_SECONDS: Final = 1

JOB: Table = BulkResend.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Step:
    job_id: str
    wish: ResendWish
    cursor: str
    delivery_ids: tuple[str, ...]
    next_cursor: str | None


async def work(
    database: Database, *, clock: Clock = utc_now, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Go on with the bulk resend that runs, if any, until it has ended or was cancelled."""
    while (step := await database.read(_next_step)) is not None:
        is_mine = await database.write(_take, step, clock())
        if not is_mine:
            return  # cancelled, or another worker has taken it
        await asyncio.sleep(pause_seconds)


def job_of(database: Database) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each second."""

    async def run() -> None:
        await work(database)

    return run


def _next_step(session: Session) -> _Step | None:
    running = select(BulkResend).where(col(BulkResend.status) == BulkStatus.RUNNING)
    job = session.exec(running).first()
    if job is None:
        return None
    wish = from_json(job.filter)
    search = wish.search(session)
    if search is None:
        return _Step(job.id, wish, job.cursor, (), None)
    # Outside the write: a search may take long, and nobody's event should wait for it.
    page = keyset.find_from(session, search, after=job.cursor, limit=BATCH)
    return _Step(job.id, wish, job.cursor, tuple(page.items), page.next_cursor)


def _take(session: Session, step: _Step, now: datetime) -> bool:
    """Resend one batch and note the place behind it; return False when it is not ours to take."""
    ended = step.next_cursor is None
    claimed = session.connection().execute(
        update(JOB)
        .where(
            JOB.c.id == step.job_id,
            JOB.c.status == BulkStatus.RUNNING,
            JOB.c.cursor == step.cursor,
        )
        .values(
            cursor=step.cursor if step.next_cursor is None else step.next_cursor,
            status=BulkStatus.FINISHED if ended else BulkStatus.RUNNING,
            ended_at=now if ended else None,
        )
    )
    if claimed.rowcount != 1:
        return False
    resent = 0
    if step.delivery_ids:
        resent = resend_many(
            session,
            step.delivery_ids,
            statuses=step.wish.statuses,
            reasons=step.wish.reasons,
            now=now,
        )
    session.connection().execute(
        update(JOB)
        .where(JOB.c.id == step.job_id)
        .values(
            resent=JOB.c.resent + resent,
            left_out=JOB.c.left_out + len(step.delivery_ids) - resent,
        )
    )
    return True
