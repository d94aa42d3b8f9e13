"""One run of the clean-up: small units of work with pauses, so that nobody waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.words import DeliveryStatus
from services.clock import utc_now
from services.database import Database
from services.retention import bodies, calls, deliveries, payloads, small_things
from services.retention.batches import batches
from services.retention.marks import mark, set_mark
from services.retention.small_things import Leftover
from services.settings import Settings

log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 0.05
# Seconds between two runs of a worker.
EVERY_SECONDS: Final = 3_600

_SOON_GONE: Final = (DeliveryStatus.DELIVERED, DeliveryStatus.SKIPPED)
_KEPT_LONGER: Final = (DeliveryStatus.FAILED, DeliveryStatus.HELD, DeliveryStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days what is kept; 0 means for ever.

    A delivery's time begins with its last try, or when it was made or held if there was none.
    `unmatched_days` is how long a call waits for its lead. Of calls only what came in goes: with
    the bodies of what arrived where there is an event of it, with what failed where there is none,
    and with payloads if that is sooner.
    """

    delivered_days: int
    bodies_days: int
    failed_days: int
    payload_days: int = 0
    unmatched_days: int = 30

    @staticmethod
    def of(settings: Settings) -> "Retention":
        """Return what the administrator has set."""
        return Retention(
            delivered_days=settings.retention_delivered_days,
            bodies_days=settings.retention_bodies_days,
            failed_days=settings.retention_failed_days,
            payload_days=settings.retention_payload_days,
            unmatched_days=settings.retention_unmatched_days,
        )

    @property
    def recorded_call_days(self) -> int:
        """Return how long what came in with a call is kept that its event keeps as well."""
        return _soonest(self.bodies_days, self.payload_days)

    @property
    def refused_call_days(self) -> int:
        """Return how long what came in with any other call is kept, unless it waits."""
        return _soonest(self.failed_days, self.payload_days)


def _soonest(*days: int) -> int:
    return min((each for each in days if each), default=0)


@dataclass(slots=True)
class Pruned:
    """What one run has done: rows removed, and deliveries, events and calls that were emptied.

    `expired` are calls that wait for their lead no longer.
    """

    deliveries: int = 0
    attempts: int = 0
    emptied: int = 0
    others: int = 0
    payloads: int = 0
    calls: int = 0
    expired: int = 0


async def prune(
    database: Database,
    *,
    now: datetime,
    retention: Retention | None = None,
    pause_seconds: float = PAUSE_SECONDS,
) -> Pruned:
    """Remove everything whose time is over at `now`, and return what that was.

    May be stopped at any moment; the next run goes on. `retention` is the administrator's unless
    given. Raises `Unavailable` while the database takes no write.
    """
    run = _Run(database, now, retention or Retention.of(database.settings), pause_seconds)
    await run.empty_bodies()
    await run.empty_payloads()
    await run.remove_deliveries()
    await run.end_waiting_calls()
    await run.empty_calls()
    await run.remove_small_things()
    if run.pruned != Pruned():
        log.info(
            "retention removed deliveries=%d attempts=%d others=%d emptied=%d payloads=%d"
            " calls=%d expired=%d",
            run.pruned.deliveries,
            run.pruned.attempts,
            run.pruned.others,
            run.pruned.emptied,
            run.pruned.payloads,
            run.pruned.calls,
            run.pruned.expired,
        )
    return run.pruned


def job_of(database: Database) -> Callable[[], Awaitable[object]]:
    """Return what a worker runs each hour."""

    async def run() -> None:
        await prune(database, now=utc_now())

    return run


class _Run:
    """Looks are reads and apart from the writes, whose place on SQLite everybody needs."""

    def __init__(
        self, database: Database, now: datetime, kept: Retention, pause_seconds: float
    ) -> None:
        self._database = database
        self._now = now
        self._kept = kept
        self._pause_seconds = pause_seconds
        self.pruned = Pruned()

    async def empty_bodies(self) -> None:
        if not self._kept.bodies_days:
            return
        end = bodies.end_of(self._ago(self._kept.bodies_days))
        place = await self._database.read(mark, bodies.MARK)
        while (found := await self._database.read(bodies.find, after=place, end=end)) is not None:
            place = found.place
            for ids in batches(found.due):
                self.pruned.emptied += await self._database.write(
                    bodies.empty, ids, end=end, now=self._now
                )
                await self._pause()
            await self._database.write(set_mark, bodies.MARK, place, now=self._now)

    async def empty_payloads(self) -> None:
        if not self._kept.payload_days:
            return
        for sent in payloads.ALL:
            end = payloads.end_of(sent, self._ago(self._kept.payload_days))
            place = await self._database.read(mark, sent.mark)
            while ids := await self._database.read(payloads.find, sent, after=place, end=end):
                place = ids[-1]
                self.pruned.payloads += await self._database.write(payloads.empty, sent, ids)
                await self._database.write(set_mark, sent.mark, place, now=self._now)
                await self._pause()

    async def remove_deliveries(self) -> None:
        for statuses, days in (
            (_SOON_GONE, self._kept.delivered_days),
            (_KEPT_LONGER, self._kept.failed_days),
        ):
            for status in statuses if days else ():
                await self._remove_of(status, self._ago(days))

    async def _remove_of(self, status: DeliveryStatus, before: datetime) -> None:
        place = None
        while True:
            found = await self._database.read(deliveries.find, status, before=before, after=place)
            for ids in batches(found.due):
                removed, attempts = await self._database.write(
                    deliveries.remove, ids, status, before=before
                )
                self.pruned.deliveries += removed
                self.pruned.attempts += attempts
                await self._pause()
            place = found.place
            if place is None:
                return

    async def end_waiting_calls(self) -> None:
        if not self._kept.unmatched_days:
            return
        before = self._ago(self._kept.unmatched_days)
        days = self._kept.refused_call_days
        emptied_before = self._ago(days) if days else None
        while ids := await self._database.read(calls.find_waiting, before):
            ended = await self._database.write(
                calls.expire, ids, emptied_before=emptied_before, now=self._now
            )
            self.pruned.expired += ended
            await self._pause()
            if not ended:  # others hold them: they are the next run's
                return

    async def empty_calls(self) -> None:
        for kind, days in (
            (calls.RECORDED, self._kept.recorded_call_days),
            (calls.REFUSED, self._kept.refused_call_days),
        ):
            if days:
                await self._empty_calls(kind, calls.end_of(self._ago(days)))

    async def _empty_calls(self, kind: str, end: str) -> None:
        place = await self._database.read(mark, kind)
        while (
            found := await self._database.read(calls.find, kind, after=place, end=end)
        ) is not None:
            place = found.place
            if found.due:
                self.pruned.calls += await self._database.write(
                    calls.empty, found.due, now=self._now
                )
            await self._database.write(set_mark, kind, place, now=self._now)
            await self._pause()

    async def remove_small_things(self) -> None:
        for leftover in self._leftovers():
            while keys := await self._database.read(small_things.find, leftover):
                self.pruned.others += await self._database.write(
                    small_things.remove, leftover.table, keys
                )
                await self._pause()

    def _leftovers(self) -> Iterator[Leftover]:
        yield from small_things.expired(self._now)
        if self._kept.delivered_days:
            yield from small_things.uncalled(self._ago(self._kept.delivered_days))
        if self._kept.failed_days:
            yield from small_things.done(self._ago(self._kept.failed_days))

    def _ago(self, days: int) -> datetime:
        return self._now - timedelta(days=days)

    async def _pause(self) -> None:
        await asyncio.sleep(self._pause_seconds)
