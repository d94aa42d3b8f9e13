"""Watches whether what is due is sent: the notice `queue.lagging`, once per installation.

Every process looks, the web process too, since a worker that is gone cannot tell. They agree by
the one open row; each waits a little before it says anything, so that a restart is no alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from models import Delivery, Destination, Notice, Worker
from models.words import (
    WAITING,
    BreakerState,
    LagCause,
    NoticeKind,
    NoticeState,
)
from services.clock import Clock
from services.database import Database
from services.notices.recording import record, resolve
from services.waiting_lanes import waiting_lanes

CHECK_SECONDS = 5
WORKER_GONE = timedelta(seconds=10)
LATE = timedelta(seconds=60)
# Looks in a row that must find everything well before the notice is resolved.
WELL_TIMES = 2
# Send slots of a worker; more than half of them in use and a wait is no fault of the sender.
SQLITE_SLOTS = 256
POSTGRES_SLOTS = 512
# A partner's share when nothing is known of it yet.
_LANE_START = 8
_MAX_LANES = 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: the lag, if there is one, and whether the notice is open."""

    cause: LagCause | None
    data: Mapping[str, Any]
    is_open: bool
    worker_seen_at: datetime | None


class QueueWatch:
    """Keeps the notice in one process."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._looked_at: datetime | None = None
        self._watching_since = clock()
        self._well = 0

    async def check(self) -> None:
        """Open or resolve the notice as the database shows; call it every `CHECK_SECONDS`."""
        now = self._clock()
        gap = timedelta(seconds=6 * CHECK_SECONDS)
        if self._looked_at is None or now - self._looked_at > gap or now < self._looked_at:
            # This process just started, or stood still: others may need a moment, too.
            self._watching_since, self._well = now, 0
        self._looked_at = now
        found = await self._database.read(look, now)
        if found.cause is None:
            self._well += 1
            if found.is_open and self._well >= WELL_TIMES:
                await self._database.write(resolve, NoticeKind.QUEUE_LAGGING, now=now)
            return
        self._well = 0
        if not found.is_open and now - self._watching_since >= WORKER_GONE:
            await self._database.write(_open, found, now)


def look(session: Session, now: datetime) -> Look:
    """Return whether what is due is sent in time.

    No worker for 10 s is a lag. So is a delivery that is due for more than 60 s while more than
    half of the slots are free, unless its own partner is what it waits for: one that is slow or
    not called now, or has as many calls under way as it may have.
    """
    seen_at = session.scalar(select(func.max(col(Worker.seen_at))))
    is_open = session.scalar(_OPEN) is not None
    if seen_at is None or now - seen_at > WORKER_GONE:
        oldest = _oldest(session)
        data = {"cause": LagCause.NO_WORKER.value, **_waits(oldest, now)}
        return Look(LagCause.NO_WORKER, data, is_open, seen_at)
    late = _late(session, now)
    if late is None:
        return Look(None, {}, is_open, seen_at)
    destination, due_at = late
    data = {
        "cause": LagCause.WAITING.value,
        "destination": destination,
        **_waits(due_at, now),
    }
    return Look(LagCause.WAITING, data, is_open, seen_at)


def _open(session: Session, found: Look, now: datetime) -> None:
    # Of two processes that found it at once, one opens it and the other changes nothing.
    if session.scalar(_OPEN) is None:
        record(session, NoticeKind.QUEUE_LAGGING, data=found.data, now=now)


def _waits(due_at: datetime | None, now: datetime) -> dict[str, int]:
    if due_at is None or due_at > now:
        return {}
    return {"oldest_seconds": int((now - due_at).total_seconds())}


def _oldest(session: Session) -> datetime | None:
    lanes = (session.execute(_LANES[status]) for status in WAITING)
    return min((lane.due_at for found in lanes for lane in found), default=None)


def _late(session: Session, now: datetime) -> tuple[str, datetime] | None:
    """Return the destination and the time of what waits longest without a reason."""
    sending = dict(
        session.execute(
            select(col(Delivery.destination), func.count())
            .where(col(Delivery.status) == text("'sending'"))
            .group_by(col(Delivery.destination))
        ).all()
    )
    workers = session.scalar(select(func.count()).where(col(Worker.seen_at) >= now - WORKER_GONE))
    is_postgres = session.get_bind().dialect.name == "postgresql"
    slots = (POSTGRES_SLOTS if is_postgres else SQLITE_SLOTS) * (workers or 1)
    if sum(sending.values()) * 2 >= slots:
        return None
    late: dict[str, datetime] = {}
    for status in WAITING:
        for destination, due_at in session.execute(_LANES[status]):
            if due_at <= now - LATE:
                late[destination] = min(due_at, late.get(destination, due_at))
    if not late:
        return None
    known = {
        row.name: row
        for row in session.scalars(select(Destination).where(col(Destination.name).in_(late)))
    }
    for destination, due_at in sorted(late.items(), key=lambda lane: lane[1]):
        row = known.get(destination)
        # Slow partners share a quarter of the slots, so one of them may wait for another.
        if row is not None and (row.breaker is not BreakerState.CLOSED or row.is_slow):
            continue
        if sending.get(destination, 0) >= (row.concurrency if row else _LANE_START):
            continue
        return destination, due_at
    return None


_OPEN = select(col(Notice.id)).where(
    col(Notice.kind) == NoticeKind.QUEUE_LAGGING, col(Notice.state) == NoticeState.OPEN
)
_LANES = {
    status: select(lane.c.name, lane.c.due_at).limit(_MAX_LANES)
    for status in WAITING
    for lane in (waiting_lanes(status),)
}
