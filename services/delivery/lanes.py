"""Who may use the send slots of one worker: a lane per destination, so that nobody starves.

Pure policy of one event loop; it opens nothing and asks no clock but the one it was given.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models.words import BreakerState, FailureKind
from services.delivery.breaker import Breaker
from services.delivery.sender import AttemptResult

# Lanes that share a part of the slots.
SLOW = "slow"
NEW = "new"
# A destination that has not answered yet is tried with few calls, so that many that hang cannot
# take every slot before the first of them is known to hang.
FIRST_CALLS = 2
START = 8
MOST = 32
SUCCESSES_PER_STEP = 8
SLOW_MS = 2_000.0
_TIMEOUTS_OF_FIVE = 2
_OVERLOADED = frozenset({429, 502, 503, 504})
_UNREACHED = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS})
_BROKEN = _UNREACHED | {FailureKind.TIMEOUT, FailureKind.PROTOCOL}
_FORGET_SECONDS = 3_600.0


@dataclass(slots=True, eq=False)
class Lane:
    """What is known about one destination, and what is under way to it."""

    name: str
    limit: int = START
    answered: bool = False
    typical_ms: float = 0.0
    last_failure: str = ""
    breaker: Breaker = field(default_factory=Breaker)
    # Each send under way and when it began, the oldest first.
    sends: dict[str, float] = field(default_factory=dict)
    durations: deque[int] = field(default_factory=lambda: deque(maxlen=128))
    timeouts: deque[bool] = field(default_factory=lambda: deque(maxlen=5))
    changed: bool = True
    used_at: float = 0.0
    _successes: int = 0
    _halved_at: float = 0.0

    def is_slow(self, now: float) -> bool:
        """Tell whether it takes long to answer, or has kept a call waiting for long just now."""
        if self.typical_ms > SLOW_MS or sum(self.timeouts) >= _TIMEOUTS_OF_FIVE:
            return True
        oldest = next(iter(self.sends.values()), now)
        return (now - oldest) * 1_000 > SLOW_MS

    def pool(self, now: float) -> str | None:
        """Return which pool of slots it shares; None when it has a claim to any."""
        return SLOW if self.is_slow(now) else None if self.answered else NEW

    def room(self, now: float) -> int:
        """Return how many more calls it may get, the pools that it shares left aside."""
        limit = self.limit if self.answered else min(self.limit, FIRST_CALLS)
        free = max(limit - len(self.sends), 0)
        probes = self.breaker.room(len(self.sends), now)
        return free if probes is None else min(free, probes)

    def learn(self, result: AttemptResult, *, began: float, now: float, counts: bool) -> None:
        """Adjust to how one call ended; with `counts` false it moves no breaker.

        One more call at a time after 8 successes, half of them after a sign of overload: at most
        once for all calls that were under way together.
        """
        timed_out = result.failure is FailureKind.TIMEOUT
        self.timeouts.append(timed_out)
        self.durations.append(result.duration_ms)
        weight = 0.2 if self.answered else 1.0
        self.typical_ms += weight * (result.duration_ms - self.typical_ms)
        if result.failure is not None:
            self.last_failure = result.message[:500]
        if timed_out or result.status_code in _OVERLOADED:
            if began >= self._halved_at:
                self.limit, self._halved_at = max(self.limit // 2, 1), now
            self._successes = 0
        elif result.succeeded:
            self._successes += 1
            if self._successes % SUCCESSES_PER_STEP == 0 and self.limit < MOST:
                self.limit += 1
        self.answered = self.answered or result.status_code is not None
        if not counts and self.breaker.state is not BreakerState.PROBING:
            return
        # An answer that says no still shows the server at work; its own errors do not.
        broke = (result.status_code or 0) >= 500 or result.failure in _BROKEN
        if broke:
            self.breaker.fail(now, refused=result.failure in _UNREACHED)
        else:
            self.breaker.succeed(now)


@dataclass(frozen=True, slots=True)
class Room:
    """How many calls may start now: in all, of retries, and per lane. A snapshot, for a claim.

    `busy` are the lanes with calls under way, each with its room and its pool; the others stand
    still meanwhile and are asked when they are met, from whatever thread claims.
    """

    free: int
    retries: int
    busy: Mapping[str, tuple[int, str | None]]
    pool_room: Mapping[str, int]
    lanes: Mapping[str, Lane]
    now: float
    # Whether something that has killed workers is under way.
    has_suspect: bool = False
    is_bounded: bool = True
    # What this claim has taken already.
    taken: Counter[str] = field(default_factory=Counter)

    def share(self, waiting: Sequence[str], most: int) -> dict[str, int]:
        """Return how many each of the waiting lanes gets of `most`: alike, within its room."""
        pools = dict(self.pool_room)
        for name, count in self.taken.items():
            if (pool := self._of(name)[1]) is not None:
                pools[pool] -= count
        given = dict.fromkeys(waiting, 0)
        asking = [(name, *self._of(name)) for name in waiting]
        while asking and most > 0:
            again = []
            for name, room, pool in asking:
                used = given[name] + self.taken[name]
                source = pool
                if pool == SLOW and pools[SLOW] <= 0 and not used and name not in self.busy:
                    # It was slow when it answered last. By one call it can show that it no longer
                    # is: those that hang must not keep it out.
                    source = NEW
                if most <= 0 or used >= room or (source is not None and pools[source] <= 0):
                    continue
                given[name] += 1
                most -= 1
                if source is not None:
                    pools[source] -= 1
                again.append((name, room, pool))
            asking = again
        return {name: count for name, count in given.items() if count}

    def _of(self, name: str) -> tuple[int, str | None]:
        if not self.is_bounded:
            return self.free, None
        if name in self.busy:
            return self.busy[name]
        lane = self.lanes.get(name)
        return (FIRST_CALLS, NEW) if lane is None else (lane.room(self.now), lane.pool(self.now))


_ANY = 1_000_000


def unbounded() -> Room:
    """Return room for everything, for a claim that sends nothing itself."""
    return Room(_ANY, _ANY, busy={}, pool_room={}, lanes={}, now=0.0, is_bounded=False)


class Lanes:
    """All lanes of one worker with `slots` send slots.

    Lanes that are slow share a quarter of the slots, those that are tried (they have not answered
    yet, or were slow when they did) a half, both together no more than three quarters; and half
    of all slots are kept for first attempts.
    """

    def __init__(self, slots: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self.slots = slots
        self.now = now
        self.by_name: dict[str, Lane] = {}
        self._sends: dict[str, tuple[Lane, bool, bool]] = {}
        self._busy: dict[str, Lane] = {}
        self._retries = 0
        self._suspects = 0

    def room(self) -> Room:
        """Return a snapshot of what may start now."""
        now = self.now()
        used = {SLOW: 0, NEW: 0}
        busy: dict[str, tuple[int, str | None]] = {}
        for name, lane in self._busy.items():
            pool = lane.pool(now)
            if pool is not None:
                used[pool] += len(lane.sends)
            busy[name] = (lane.room(now), pool)
        quarter = self.slots // 4
        # What is slow by now began as new: both together leave a quarter to the others.
        excess = max(used[SLOW] - quarter, 0)
        return Room(
            free=self.slots - len(self._sends),
            retries=self.slots // 2 - self._retries,
            busy=busy,
            pool_room={SLOW: quarter - used[SLOW], NEW: 2 * quarter - used[NEW] - excess},
            lanes=self.by_name,
            now=now,
            has_suspect=bool(self._suspects),
        )

    def lane(self, name: str) -> Lane:
        """Return the lane of a destination; a new one when it is called for the first time."""
        lane = self.by_name.get(name)
        if lane is None:
            lane = self.by_name[name] = Lane(name, used_at=self.now())
        return lane

    def begin(
        self, send_id: str, destination: str, *, is_retry: bool = False, is_suspect: bool = False
    ) -> None:
        """Take a slot."""
        lane = self.lane(destination)
        lane.sends[send_id] = lane.used_at = self.now()
        lane.changed = True
        self._busy[destination] = lane
        self._sends[send_id] = (lane, is_retry, is_suspect)
        self._retries += is_retry
        self._suspects += is_suspect

    def end(self, send_id: str, result: AttemptResult | None, *, counts: bool = True) -> Lane:
        """Give the slot back, learn from the result if there is one, and return the lane.

        `counts` is false for what a person resent: it speaks neither for nor against the partner.
        """
        lane, is_retry, is_suspect = self._sends.pop(send_id)
        began = lane.sends.pop(send_id)
        lane.changed = True
        if not lane.sends:
            del self._busy[lane.name]
        self._retries -= is_retry
        self._suspects -= is_suspect
        if result is not None:
            lane.learn(result, began=began, now=self.now(), counts=counts)
        return lane

    def take_over(self, name: str, *, limit: int, typical_ms: float, used: bool) -> None:
        """Begin a lane with what was known about it; `used`: it has answered lately."""
        lane = self.lane(name)
        lane.limit, lane.typical_ms, lane.answered = limit, typical_ms, used
        lane.changed, lane.used_at = False, self.now()

    def reopen(self, name: str, *, seconds: float, opened: int) -> None:
        """Leave a destination alone for so long: another worker found it down."""
        lane = self.lane(name)
        if lane.breaker.state is BreakerState.CLOSED:
            lane.breaker.reopen(until=self.now() + seconds, opened=opened)
            lane.used_at = self.now()

    def is_pooled(self, lane: Lane) -> bool:
        """Tell whether a lane shares its slots with others."""
        return lane.pool(self.now()) is not None

    def forget_idle(self) -> None:
        """Drop the lanes that nothing was sent to for an hour."""
        now = self.now()
        for name, lane in list(self.by_name.items()):
            if not lane.sends and now - lane.used_at > _FORGET_SECONDS:
                del self.by_name[name]
