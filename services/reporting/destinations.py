"""How each partner's server does, what waits for it, and who is sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from models import Destination, Worker
from models.words import BreakerState
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.reporting.health import WORKER_SILENT_AFTER
from services.reporting.lanes import Lane, lanes

# What the workers count is of so long; a row that was not written since says nothing of now.
COUNTED_OVER: Final = timedelta(minutes=5)
SHOWN_AT_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """One scheme, host and port. Counts and times (in ms) are of the last five minutes.

    `success_rate` (0 to 1), `typical_ms`, `p95_ms` and `concurrency` (the most calls at once) are
    `None` where nothing was called in that time. `waiting` and `held` are complete or at least so
    many; `due_at` is when the first that waits was or will be due.
    """

    name: str
    host: str
    breaker: BreakerState
    probe_at: datetime | None
    is_slow: bool
    calls: int
    success_rate: float | None
    typical_ms: int | None
    p95_ms: int | None
    in_flight: int
    concurrency: int | None
    last_failure: str
    waiting: int
    held: int
    is_complete: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process that sends; it counts as gone when it was not seen for ten seconds."""

    id: str
    started_at: datetime
    seen_at: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Destinations:
    """Every destination known, what needs a look first; and the workers, the newest first."""

    rows: tuple[DestinationRow, ...]
    workers: tuple[WorkerRow, ...]
    has_more: bool


async def get(actor: Actor, *, clock: Clock = utc_now) -> Destinations:
    """Return the destinations that were called or are owed something, at most 500.

    Open breakers come first, then what waits the longest beyond its time, then what fails the
    most. Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_get, clock())


async def hosts(actor: Actor) -> list[str]:
    """Return the hosts, and ports that are not implied, that were called lately, in order.

    Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    names = await database.read(_names)
    return sorted({host_of(name) for name in names})


def host_of(name: str) -> str:
    """Return a destination as people write it: without the scheme and the port that it implies."""
    scheme, _, authority = name.partition("://")
    implied = {"https": ":443", "http": ":80"}.get(scheme, "")
    return authority.removesuffix(implied) if implied else authority


def _names(session: Session) -> list[str]:
    return list(session.exec(select(Destination.name)))


def _get(session: Session, now: datetime) -> Destinations:
    waiting = lanes(session)
    known = {row.name: row for row in session.exec(select(Destination))}
    rows = [
        _row(name, known.get(name), waiting.get(name, Lane()), now)
        for name in known.keys() | waiting.keys()
        if name
    ]
    rows.sort(key=lambda row: (*_urgency(row, now), row.host))
    workers = session.exec(select(Worker).order_by(col(Worker.started_at).desc()))
    return Destinations(
        rows=tuple(rows[:SHOWN_AT_MOST]),
        workers=tuple(
            WorkerRow(
                id=worker.id,
                started_at=worker.started_at,
                seen_at=worker.seen_at,
                is_alive=now - worker.seen_at <= WORKER_SILENT_AFTER,
            )
            for worker in workers
        ),
        has_more=len(rows) > SHOWN_AT_MOST,
    )


def _row(name: str, seen: Destination | None, lane: Lane, now: datetime) -> DestinationRow:
    is_fresh = seen is not None and now - seen.updated_at <= COUNTED_OVER
    calls = seen.succeeded + seen.failed if seen is not None and is_fresh else 0
    return DestinationRow(
        name=name,
        host=host_of(name),
        breaker=seen.breaker if seen is not None else BreakerState.CLOSED,
        probe_at=seen.open_until if seen is not None else None,
        is_slow=seen.is_slow if seen is not None else False,
        calls=calls,
        success_rate=seen.succeeded / calls if seen is not None and calls else None,
        typical_ms=seen.typical_ms if seen is not None and calls else None,
        p95_ms=seen.p95_ms if seen is not None and calls else None,
        in_flight=seen.in_flight if seen is not None and is_fresh else 0,
        concurrency=seen.concurrency if seen is not None and is_fresh else None,
        last_failure=seen.last_failure if seen is not None else "",
        waiting=lane.waiting,
        held=lane.held,
        is_complete=lane.is_complete,
        due_at=lane.due_at,
    )


def _urgency(row: DestinationRow, now: datetime) -> tuple[bool, float, float]:
    overdue = (now - row.due_at).total_seconds() if row.due_at is not None else 0.0
    success = 1.0 if row.success_rate is None else row.success_rate
    return row.breaker is BreakerState.CLOSED, -max(overdue, 0.0), success
