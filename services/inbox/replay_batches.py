"""The work of a bulk replay: batch after batch, each with its place in one unit of work.

So a crash repeats nothing and leaves nothing out, and of several workers each batch is one's.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from models import BulkReplay
from models.words import BulkStatus, Handling, Verdict
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import Conflict
from services.inbox.replays import from_json, replay_search
from services.inbox.trying import find, refuse_final, try_again
from services.reporting import keyset

# Calls per unit of work: on SQLite everybody else's writes wait that long.
BATCH: Final = 25
PAUSE_SECONDS: Final = 0.05
# Seconds between two looks of a worker whether there is one to work on.
EVERY_SECONDS: Final = 1

JOB: Table = BulkReplay.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Step:
    job_id: str
    actor_name: str
    cursor: str
    submission_ids: tuple[str, ...]
    next_cursor: str | None


async def work(
    database: Database, *, clock: Clock = utc_now, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Go on with the bulk replay that runs, if any, until it has ended or was cancelled."""
    while (step := await database.read(_next_step)) is not None:
        if not await database.write(_take, step, clock()):
            return  # cancelled, or another worker has taken it
        await asyncio.sleep(pause_seconds)


def job_of(database: Database) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each second."""

    async def run() -> None:
        await work(database)

    return run


def _next_step(session: Session) -> _Step | None:
    running = select(BulkReplay).where(col(BulkReplay.status) == BulkStatus.RUNNING)
    job = session.exec(running).first()
    if job is None:
        return None
    search = replay_search(from_json(job.filter))
    if search is None:
        return _Step(job.id, job.actor_name, job.cursor, (), None)
    # Outside the write: a search may take long, and nobody's event should wait for it.
    page = keyset.find_from(session, search, after=job.cursor, limit=BATCH)
    return _Step(job.id, job.actor_name, job.cursor, tuple(page.items), page.next_cursor)


def _take(session: Session, step: _Step, now: datetime) -> bool:
    """Replay one batch and note the place behind it; return False when it is not ours to take."""
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
    came_of = Counter(_replay(session, each, step.actor_name, now) for each in step.submission_ids)
    if came_of:
        sums = {name: JOB.c[name] + number for name, number in came_of.items()}
        session.connection().execute(update(JOB).where(JOB.c.id == step.job_id).values(sums))
    return True


def _replay(session: Session, submission_id: str, by: str, now: datetime) -> str:
    """Replay one call and return in which figure it counts."""
    try:
        stored = find(session, submission_id)
        refuse_final(stored)
        tried = try_again(session, stored, done=Handling.REPLAYED, by=by, now=now)
    except Conflict:  # it has an event by now, or cannot be read again
        return "left_out"
    if not tried.is_good:
        return "refused"
    return "recorded" if tried.verdict is Verdict.RECORDED else "duplicates"
