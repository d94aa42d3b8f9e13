"""The APScheduler jobs of one worker: the drain, and what keeps its leases and its pulse."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import delete
from sqlmodel import Session, col

from models import Worker
from services.clock import Clock, utc_now
from services.database import Database
from services.delivery import claims, holding, outbox, resuming
from services.delivery.destination_state import DestinationState
from services.delivery.dispatcher import Dispatcher
from services.delivery.presence import Presence, dead_workers

_DRAIN = "drain"
# Seconds between backstop runs; a commit that owes deliveries wakes the job at once.
TICK_SECONDS = 1
# A worker whose drain loop has not finished for this long counts as gone.
WORKER_GONE_SECONDS = 10
_PULSE_SECONDS = 4
_STORE_SECONDS = 5
_HOLD, _RELEASE = "hold", "release"
# Seconds between backstop runs of what follows a pause or its end; both also wake them at once.
_SWEEP_SECONDS = 5
_FORGET = timedelta(seconds=60)


class DrainJob:
    """Runs the dispatcher by the scheduler and lets a commit start it at once."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        *,
        worker_id: str,
        lease_seconds: float,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._worker_id = worker_id
        self._lease_seconds = lease_seconds
        self._clock = clock
        self._presence = Presence(database, worker_id=worker_id)
        self._destinations = DestinationState(
            database, dispatcher.lanes, worker_id=worker_id, clock=clock
        )
        self._loop = asyncio.get_running_loop()
        self._scheduler = AsyncIOScheduler(
            # The default grace of one second would skip a late run in silence.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running = False
        self._again = False
        self._drained = time.monotonic()

    async def start(self) -> None:
        """Take back what an earlier worker left, then start all jobs."""
        await self._database.write(_register, self._worker_id, self._clock())
        await self._presence.hold()
        while await self._database.write(_take_over, self._clock()) == claims.RECLAIM_BATCH:
            pass
        await self._destinations.load()
        self._dispatcher.on_slot_freed = self._wake_here  # type: ignore[method-assign]
        outbox.set_waker(self.wake)
        add = self._scheduler.add_job
        add(self._drain, "interval", seconds=TICK_SECONDS, id=_DRAIN, next_run_time=self._now())
        add(self._dispatcher.extend_leases, "interval", seconds=self._lease_seconds / 6)
        add(self._reclaim, "interval", seconds=self._lease_seconds / 4)
        add(self._destinations.store, "interval", seconds=_STORE_SECONDS)
        add(self._pulse, "interval", seconds=_PULSE_SECONDS, next_run_time=self._now())
        for name, sweep in ((_HOLD, holding.hold_waiting), (_RELEASE, resuming.release_held)):
            given = [self._database, self._clock]
            add(sweep, "interval", given, seconds=_SWEEP_SECONDS, id=name)
        holding.set_waker(self.wake_sweeps)
        self._scheduler.start()

    def every(self, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        """Have another job of this worker run each so many seconds, one run at a time."""
        self._scheduler.add_job(job, "interval", seconds=seconds, next_run_time=self._now())

    async def stop(self, *, grace_seconds: float) -> None:
        """Stop claiming, finish and settle what is in flight within the grace."""
        outbox.set_waker(None)
        holding.set_waker(None)
        job = self._scheduler.get_job(_DRAIN)
        if job is not None:
            job.remove()
        await self._dispatcher.stop(grace_seconds=grace_seconds)
        self._scheduler.shutdown(wait=False)
        await self._destinations.store()
        await self._database.write(_unregister, self._worker_id)
        await self._presence.close()

    def wake(self, destinations: Collection[str] | None = None) -> None:
        """Have the drain look at these destinations now, or at all; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._expect, destinations)

    def wake_sweeps(self) -> None:
        """Have what follows a pause, or its end, begin now; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_sweeps_here)

    def _wake_sweeps_here(self) -> None:
        # One that is running already is not run twice; what it overlooks is seen at the next tick.
        for name in (_HOLD, _RELEASE):
            if self._scheduler.running and (job := self._scheduler.get_job(name)) is not None:
                job.modify(next_run_time=self._now())

    def _expect(self, destinations: Collection[str] | None) -> None:
        self._dispatcher.expect(destinations)
        self._wake_here()

    def _wake_here(self) -> None:
        # Moving the next run of a running job would be skipped by `max_instances=1` and the wake
        # lost until the next tick; so a running job is told to go round once more.
        self._again = True
        if not self._running and self._scheduler.running:
            job = self._scheduler.get_job(_DRAIN)
            if job is not None:
                job.modify(next_run_time=self._now())

    async def _drain(self) -> None:
        self._running = True
        try:
            self._again = True
            while self._again:
                self._again = False
                await self._dispatcher.drain()
        finally:
            self._running = False
            self._drained = time.monotonic()

    async def _reclaim(self) -> None:
        keep = self._dispatcher.owned
        await self._database.write(claims.reclaim, now=self._clock(), keep=keep)

    async def _pulse(self) -> None:
        # Only a drain that ends counts as life: one that is stuck must be seen from outside.
        if time.monotonic() - self._drained < WORKER_GONE_SECONDS:
            await self._database.write(_seen, self._worker_id, self._clock())
        await self._presence.hold()

    def _now(self) -> datetime:
        return datetime.now(self._scheduler.timezone)


def _register(session: Session, worker_id: str, now: datetime) -> None:
    # Rows of workers that were killed; a living one writes its own back within seconds.
    session.execute(delete(Worker).where(col(Worker.seen_at) < now - _FORGET))
    session.add(Worker(id=worker_id, started_at=now, seen_at=now))


def _take_over(session: Session, now: datetime) -> int:
    # Whoever starts on SQLite is the only worker.
    is_only = session.get_bind().dialect.name == "sqlite"
    return claims.reclaim(session, now=now, every=is_only, dead=dead_workers(session))


def _seen(session: Session, worker_id: str, now: datetime) -> None:
    worker = session.get(Worker, worker_id)
    if worker is None:
        session.add(Worker(id=worker_id, started_at=now, seen_at=now))
    else:
        worker.seen_at = now


def _unregister(session: Session, worker_id: str) -> None:
    session.execute(delete(Worker).where(col(Worker.id) == worker_id))
