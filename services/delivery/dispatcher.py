"""The drain: claims what is due, starts a task for each delivery, and settles in groups."""

import asyncio
import logging
import random
from collections import Counter
from datetime import timedelta

from services.clock import Clock, utc_now
from services.database import Database
from services.delivery import claims
from services.delivery.claims import Claim
from services.delivery.outcome import settlement_of, unsendable
from services.delivery.preparing import Preparer
from services.delivery.sender import Sender
from services.delivery.settler import Settler
from services.secret_box import UnreadableSecret

log = logging.getLogger(__name__)

CLAIM_BATCH = 64
# One partner's share of the slots: whoever hangs leaves the rest to the others.
SLOTS_PER_DESTINATION = 32
REFILL_SECONDS = 0.005
SQLITE_SLOTS = 256
POSTGRES_SLOTS = 512
# Seconds by which a lease must outlast the longest send, so that no worker sends what another
# one may already own.
SEND_MARGIN_SECONDS = 25.0


class Dispatcher:
    """Sends the due deliveries of one worker. `drain` is the scheduler's job."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        worker_id: str,
        lease_seconds: float,
        clock: Clock = utc_now,
        rng: random.Random | None = None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._worker_id = worker_id
        self._lease_seconds = lease_seconds
        # A short lease, as tests set it, keeps its proportion.
        self._send_margin = timedelta(seconds=min(SEND_MARGIN_SECONDS, lease_seconds * 0.4))
        self._clock = clock
        self._rng = rng or random.Random()
        self._slots = SQLITE_SLOTS if database.is_sqlite else POSTGRES_SLOTS
        self._in_flight: dict[str, Claim] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._destinations: Counter[str] = Counter()
        self._preparer = Preparer(database)
        self._settler = Settler(database, self._settled)
        self._stopping = False
        # Held while rows are claimed and not yet in flight: a stop must see both or neither.
        self._claiming = asyncio.Lock()
        # More may be due than there were slots for.
        self._starved = False
        self._refilling = False

    @property
    def in_flight(self) -> int:
        """Return how many deliveries are being sent now."""
        return len(self._in_flight)

    async def drain(self) -> None:
        """Claim until nothing is due or no slot is free; start the sends, do not await them."""
        while not self._stopping:
            limit = min(CLAIM_BATCH, self._slots - len(self._in_flight))
            if limit <= 0:
                self._starved = True
                return
            async with self._claiming:
                claimed = await self._database.write(
                    claims.claim,
                    limit=limit,
                    worker_id=self._worker_id,
                    lease_seconds=self._lease_seconds,
                    now=self._clock(),
                    in_flight=dict(self._destinations),
                    per_destination=SLOTS_PER_DESTINATION,
                )
                if self._stopping:
                    self._in_flight.update({claim.id: claim for claim in claimed})  # given back
                    return
                for claim in claimed:
                    self._start(claim)
            if len(claimed) < limit:
                self._starved = any(
                    count >= SLOTS_PER_DESTINATION for count in self._destinations.values()
                )
                return

    async def extend_leases(self) -> None:
        """Keep alive the claims of everything in flight."""
        if self._in_flight:
            await self._database.write(
                claims.extend_leases,
                claims=list(self._in_flight.values()),
                lease_seconds=self._lease_seconds,
                now=self._clock(),
            )

    async def stop(self, *, grace_seconds: float) -> None:
        """Claim nothing more, finish what is in flight, settle it, and give back the rest."""
        self._stopping = True
        async with self._claiming:
            pass  # what was claimed meanwhile is known now
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        unfinished = list(self._tasks)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await self._settler.close()
        if self._in_flight:
            await self._database.write(
                claims.release, claims=list(self._in_flight.values()), now=self._clock()
            )

    def on_slot_freed(self) -> None:
        """Say that a slot is free and more may be due; the drain job listens here."""

    def _start(self, claim: Claim) -> None:
        self._in_flight[claim.id] = claim
        self._destinations[claim.destination] += 1
        task = asyncio.create_task(self._send(claim))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, claim))

    def _ended(self, task: asyncio.Task[None], claim: Claim) -> None:
        self._tasks.discard(task)
        self._destinations[claim.destination] -= 1
        if not self._destinations[claim.destination]:
            del self._destinations[claim.destination]
        self._refill()
        if not task.cancelled() and (error := task.exception()) is not None:
            # A bug of ours. The lease runs out, the delivery is tried again and counted.
            log.error("sending %s broke", claim.id, exc_info=error)
            self._settled([claim])

    async def _send(self, claim: Claim) -> None:
        if claim.lease_until - self._clock() < self._send_margin:
            # This process stood still for too long: somebody else may own it already.
            self._settled([claim])
            return
        try:
            request = await self._preparer.prepare(claim)
        except UnreadableSecret as error:
            self._settler.put(unsendable(claim, error.message, now=self._clock()))
            return
        result = await self._sender.send(request)
        settlement = settlement_of(claim, result, now=self._clock(), rng=self._rng)
        log.info(
            "attempt delivery=%s event=%s number=%d code=%s failure=%s ms=%d status=%s",
            claim.id,
            claim.event_id,
            claim.attempts + settlement.has_attempt,
            result.status_code,
            result.failure,
            result.duration_ms,
            settlement.decision.status,
        )
        self._settler.put(settlement)

    def _settled(self, settled: list[Claim]) -> None:
        for claim in settled:
            self._in_flight.pop(claim.id, None)
        self._refill()

    def _refill(self) -> None:
        # A moment later, so that one claim fills many slots and not one each.
        if self._starved and not self._stopping and not self._refilling:
            self._refilling = True
            asyncio.get_running_loop().call_later(REFILL_SECONDS, self._refill_now)

    def _refill_now(self) -> None:
        self._refilling = False
        if not self._stopping:
            self.on_slot_freed()
