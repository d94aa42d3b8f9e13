"""The drain: claims what is due, starts a task for each delivery, and settles in groups."""

import asyncio
import logging
import random
import time
from collections.abc import Collection

from models.words import WAITING, AttemptTrigger
from services import failpoints
from services.clock import Clock, utc_now
from services.database import Database
from services.delivery import claims, once
from services.delivery.claims import Claim
from services.delivery.lanes import Lanes
from services.delivery.outcome import settlement_of, unsendable
from services.delivery.picking import SUSPECT_RECLAIMS, Turn
from services.delivery.policy import policy_of
from services.delivery.preparing import Preparer
from services.delivery.sender import AttemptResult, Sending
from services.delivery.settler import Settler
from services.errors import Unavailable
from services.secret_box import UnreadableSecret

log = logging.getLogger(__name__)

CLAIM_BATCH = 128
REFILL_SECONDS = 0.005
# Seconds between looks at all lanes: for retries that are due by now and for what other processes
# owe. In between a worker knows which lanes wait.
LOOK_SECONDS = 0.5
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
        sender: Sending,
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
        self._send_margin = min(SEND_MARGIN_SECONDS, lease_seconds * 0.4)
        self._clock = clock
        self._rng = rng or random.Random()
        self.lanes = Lanes(SQLITE_SLOTS if database.is_sqlite else POSTGRES_SLOTS)
        self._turns = {status: Turn() for status in WAITING}
        self._fresh: set[str] = set()
        self._look_at = 0.0
        # Until its result is on disk; its slot is free again as soon as the partner has answered.
        self._unsettled: dict[str, Claim] = {}
        self._tasks: set[asyncio.Task[AttemptResult | None]] = set()
        self._preparer = Preparer(database, clock=clock)
        self._settler = Settler(database, self._settled)
        self._stopping = False
        # Held while rows are claimed and not yet in flight: a stop must see both or neither.
        self._claiming = asyncio.Lock()
        # The lanes whose due deliveries had no room, and whether any slot was missing at all.
        self._blocked: frozenset[str] = frozenset()
        self._is_full = False
        self._refilling = False

    @property
    def in_flight(self) -> int:
        """Return how many deliveries are claimed and not settled."""
        return len(self._unsettled)

    @property
    def owned(self) -> frozenset[str]:
        """Return the ids of those deliveries."""
        return frozenset(self._unsettled)

    async def drain(self) -> None:
        """Claim until nothing is due or no slot is free; start the sends, do not await them."""
        while not self._stopping:
            room = self.lanes.room()
            # Results that wait for the disk bound the claims as well.
            limit = min(CLAIM_BATCH, room.free, 2 * self.lanes.slots - len(self._unsettled))
            self._is_full = limit <= 0
            if self._is_full:
                return
            fresh = self._take_fresh()
            if fresh == set() and not any(turn.may_give for turn in self._turns.values()):
                return
            async with self._claiming:
                # Taken before the claim: however long that takes, the lease is no longer.
                safe_until = time.monotonic() + self._lease_seconds - self._send_margin
                claimed = await self._database.write(
                    claims.claim,
                    limit=limit,
                    worker_id=self._worker_id,
                    lease_seconds=self._lease_seconds,
                    now=self._clock(),
                    room=room,
                    turns=self._turns,
                    fresh=fresh,
                )
                self._unsettled.update({claim.id: claim for claim in claimed.claims})
                if claimed.claims:
                    failpoints.reached("after_claim")
                if self._stopping:
                    return  # given back by `stop`
                for claim in claimed.claims:
                    self._start(claim, safe_until)
            self._blocked = claimed.blocked
            if not claimed.more:
                return

    def expect(self, destinations: Collection[str] | None) -> None:
        """Have the next claim look at these destinations as well; None: at all."""
        if destinations is None:
            self._look_at = 0.0
        else:
            self._fresh.update(destinations)

    async def extend_leases(self) -> None:
        """Keep alive the claims of everything that is not settled."""
        if self._unsettled:
            await self._database.write(
                claims.extend_leases,
                claims=list(self._unsettled.values()),
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
        await self._release(list(self._unsettled.values()))

    def on_slot_freed(self) -> None:
        """Say that a slot is free and more may be due; the drain job listens here."""

    def _take_fresh(self) -> set[str] | None:
        """Return what `claims.claim` calls `fresh`."""
        now = time.monotonic()
        fresh, self._fresh = self._fresh, set()
        if now < self._look_at:
            return fresh
        self._look_at = now + LOOK_SECONDS
        return None

    def _start(self, claim: Claim, safe_until: float) -> None:
        self.lanes.begin(
            _send_id(claim),
            claim.destination,
            is_retry=claim.attempts > 0,
            is_suspect=claim.reclaims >= SUSPECT_RECLAIMS,
        )
        task = asyncio.create_task(self._send(claim, safe_until))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, claim))

    def _ended(self, task: asyncio.Task[AttemptResult | None], claim: Claim) -> None:
        self._tasks.discard(task)
        broke = None if task.cancelled() else task.exception()
        result = None if task.cancelled() or broke else task.result()
        lane = self.lanes.end(
            _send_id(claim), result, counts=claim.trigger is not AttemptTrigger.MANUAL
        )
        if broke is not None:
            # A bug of ours. The lease runs out, the delivery is tried again and counted.
            log.error("sending %s broke", claim.id, exc_info=broke)
            self._settled([claim])
        if claim.reclaims >= SUSPECT_RECLAIMS:
            self.expect(None)  # the next one of its kind may be of any lane
            self._refill()
        # A lane of a pool leaves room to another lane.
        if self._is_full or lane.name in self._blocked or self.lanes.is_pooled(lane):
            self._refill()

    async def _send(self, claim: Claim, safe_until: float) -> AttemptResult | None:
        """Send a claimed delivery once and hand its result to the settler; return the result."""
        try:
            request = await self._preparer.prepare(claim)
        except UnreadableSecret as error:
            self._settler.put(unsendable(claim, error.message, now=self._clock()))
            return None
        if policy_of(claim.policy).at_most_once and not await self._begin_once(claim):
            self._settled([claim])  # not ours any more, or sent when its lease has run out
            return None
        # The last look before the request leaves: nothing that may take long comes after it.
        if time.monotonic() > safe_until:
            # This process stood still for too long: somebody else may own it already.
            await self._release([claim])
            self._settled([claim])
            return None
        failpoints.reached("before_send", claim.url)
        result = await self._sender.send(request)
        failpoints.reached("after_send", claim.url)
        self._settler.put(settlement_of(claim, result, now=self._clock(), rng=self._rng))
        return result

    async def _begin_once(self, claim: Claim) -> bool:
        try:
            begun = await self._database.write(once.mark_started, claims=[claim], now=self._clock())
        except Unavailable:
            log.warning("%s waits: that it is sent cannot be written down now", claim.id)
            return False
        return claim.id in begun

    async def _release(self, owned: list[Claim]) -> None:
        if owned:
            await self._database.write(claims.release, claims=owned, now=self._clock())

    def _settled(self, settled: list[Claim]) -> None:
        for claim in settled:
            # What was given back may be claimed again by now.
            if self._unsettled.get(claim.id) is claim:
                del self._unsettled[claim.id]
        if self._is_full:
            self._refill()

    def _refill(self) -> None:
        # A moment later, so that one claim fills many slots and not one each.
        if not self._stopping and not self._refilling:
            self._refilling = True
            asyncio.get_running_loop().call_later(REFILL_SECONDS, self._refill_now)

    def _refill_now(self) -> None:
        self._refilling = False
        if not self._stopping:
            self.on_slot_freed()


def _send_id(claim: Claim) -> str:
    # A delivery that was given back can be claimed again before its first send has ended.
    return f"{claim.id} {claim.token}"
