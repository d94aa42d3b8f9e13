"""The work of a bulk job: batch after batch, each with its place in one unit of work.

So a crash repeats nothing and leaves nothing out, and of several workers each batch is one's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.words import BulkStatus
from services.bulk_jobs.kind import AnyRow, AnyWish, Kind, Step
from services.clock import Clock, utc_now
from services.database import Database
from services.reporting import keyset

PAUSE_SECONDS: Final = 0.05
# Seconds between two looks of a worker whether there is one to work on.
EVERY_SECONDS: Final = 1


async def work(
    database: Database,
    kind: Kind[AnyWish, AnyRow],
    *,
    clock: Clock = utc_now,
    pause_seconds: float = PAUSE_SECONDS,
) -> None:
    """Go on with the job of a kind that runs, if any, until it has ended or was cancelled."""
    while (step := await database.read(next_step, kind)) is not None:
        is_mine = await database.write(take, kind, step, clock())
        if not is_mine:
            return  # cancelled, or another worker has taken it
        await asyncio.sleep(pause_seconds)


def job_of(database: Database, kind: Kind[AnyWish, AnyRow]) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each second."""

    async def run() -> None:
        await work(database, kind)

    return run


def next_step(session: Session, kind: Kind[AnyWish, AnyRow]) -> Step[AnyWish] | None:
    """Return the next batch of the job that runs, `None` when none does."""
    running = select(kind.model).where(col(kind.model.status) == BulkStatus.RUNNING)
    job = session.exec(running).first()
    if job is None:
        return None
    wish = kind.wish.from_json(job.filter)
    search = wish.search(session)
    if search is None:
        return Step(job.id, job.actor_name, wish, job.cursor, (), None)
    # Outside the write: a search may take long, and nobody's event should wait for it.
    page = keyset.find_from(session, search, after=job.cursor, limit=kind.batch)
    return Step(job.id, job.actor_name, wish, job.cursor, tuple(page.items), page.next_cursor)


def take(session: Session, kind: Kind[AnyWish, AnyRow], step: Step[AnyWish], now: datetime) -> bool:
    """Do one batch and note the place behind it; return False when it is not ours to take."""
    job = kind.table
    ended = step.next_cursor is None
    claimed = session.connection().execute(
        update(job)
        .where(
            job.c.id == step.job_id,
            job.c.status == BulkStatus.RUNNING,
            job.c.cursor == step.cursor,
        )
        .values(
            cursor=step.cursor if ended else step.next_cursor,
            status=BulkStatus.FINISHED if ended else BulkStatus.RUNNING,
            ended_at=now if ended else None,
        )
    )
    if claimed.rowcount != 1:
        return False
    if step.ids:
        risen = kind.take(session, step, now)
        sums = {name: job.c[name] + number for name, number in risen.items()}
        session.connection().execute(update(job).where(job.c.id == step.job_id).values(sums))
    return True
