"""What a worker has learnt about destinations, on disk: for the screens, and for other workers.

A worker that starts, or another one on PostgreSQL, need not find out again who is down.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models import Destination
from models.words import BreakerState
from services.clock import Clock
from services.database import Database
from services.delivery.lanes import Lane, Lanes

DESTINATION: Table = Destination.__table__  # type: ignore[attr-defined]

# An open breaker that was last seen longer ago says nothing any more.
_FRESH = timedelta(hours=1)
_FORGOTTEN = timedelta(days=30)
_ROWS_PER_STORE = 500


class DestinationState:
    """Keeps the lanes of one worker and the table of destinations in step."""

    def __init__(self, database: Database, lanes: Lanes, *, worker_id: str, clock: Clock) -> None:
        self._database = database
        self._lanes = lanes
        self._worker_id = worker_id
        self._clock = clock
        self._seen_at: datetime | None = None

    async def load(self) -> None:
        """Take over what was known before this worker started."""
        now = self._clock()
        await self._database.write(_forget, now - _FORGOTTEN)
        for row in await self._database.read(_known_since, now - _FRESH, self._worker_id):
            self._lanes.take_over(
                row.name, limit=row.concurrency, typical_ms=row.typical_ms, used=row.succeeded > 0
            )
            self._adopt(row, now)
        self._seen_at = now

    async def store(self) -> None:
        """Write down the lanes that changed, and learn which breakers others have opened."""
        now = self._clock()
        self._lanes.forget_idle()
        changed = [lane for lane in self._lanes.by_name.values() if lane.changed]
        rows = [self._row(lane, now) for lane in changed[:_ROWS_PER_STORE]]
        for lane in changed[:_ROWS_PER_STORE]:
            lane.changed = False
        if rows:
            await self._database.write(_store, rows)
        if not self._database.is_sqlite:
            since = self._seen_at or now - _FRESH
            for row in await self._database.read(_known_since, since, self._worker_id):
                self._adopt(row, now)
        self._seen_at = now

    def _adopt(self, row: Any, now: datetime) -> None:
        if row.breaker is not BreakerState.CLOSED and row.open_until is not None:
            seconds = (row.open_until - now).total_seconds()
            self._lanes.reopen(row.name, seconds=max(seconds, 0.0), opened=row.opened)

    def _row(self, lane: Lane, now: datetime) -> dict[str, Any]:
        moment = self._lanes.now()
        succeeded, failed = lane.breaker.counts(moment)
        durations = sorted(lane.durations)
        is_open = lane.breaker.state is not BreakerState.CLOSED
        return {
            "name": lane.name,
            "breaker": lane.breaker.state,
            "open_until": now + timedelta(seconds=lane.breaker.open_until - moment)
            if is_open
            else None,
            "opened": lane.breaker.opened,
            "concurrency": lane.limit,
            "in_flight": len(lane.sends),
            "is_slow": lane.is_slow(moment),
            "typical_ms": round(lane.typical_ms),
            "p95_ms": durations[int(len(durations) * 0.95)] if durations else 0,
            "succeeded": succeeded,
            "failed": failed,
            "last_failure": lane.last_failure,
            "worker_id": self._worker_id,
            "updated_at": now,
        }


def _known_since(session: Session, since: datetime, worker_id: str) -> list[Any]:
    query = select(DESTINATION).where(
        DESTINATION.c.updated_at >= since, DESTINATION.c.worker_id != worker_id
    )
    return list(session.execute(query))


def _store(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    # In order, so that two workers never wait for each other.
    rows = sorted(rows, key=lambda row: str(row["name"]))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(DESTINATION)
    changes = {name: statement.excluded[name] for name in rows[0] if name != "name"}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["name"], set_=changes), rows
    )


def _forget(session: Session, before: datetime) -> None:
    session.execute(delete(DESTINATION).where(DESTINATION.c.updated_at < before))
