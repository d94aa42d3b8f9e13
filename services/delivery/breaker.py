"""When to stop calling a partner's server for a while, and when to ask again. Pure policy.

All moments are seconds of one monotonic clock.
"""

from models.words import BreakerState

WINDOW_SECONDS = 300.0
MIN_ATTEMPTS = 10
FAILED_SHARE = 0.7
CONNECTION_FAILURES = 5
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 900.0
_BUCKET_SECONDS = 30.0


class Breaker:
    """Opens when a destination fails most calls or refuses connections, and probes with one call.

    It opens at 10 attempts of which 70 % failed in 5 minutes, or at 5 connection failures in a
    row, for 30 s, and twice as long each time that the probe fails, up to 15 minutes. Waiting
    deliveries use up no attempt meanwhile.
    """

    __slots__ = ("_buckets", "_refused", "open_until", "opened", "state")

    def __init__(self) -> None:
        self.state = BreakerState.CLOSED
        self.open_until = 0.0
        self.opened = 0
        self._refused = 0
        self._buckets: list[list[float]] = []  # [start, succeeded, failed]

    def room(self, in_flight: int, now: float) -> int | None:
        """Return how many calls may start now; None when the breaker sets no bound."""
        if self.state is BreakerState.CLOSED:
            return None
        if self.state is BreakerState.OPEN:
            if now < self.open_until:
                return 0
            self.state = BreakerState.PROBING
        return 0 if in_flight else 1

    def reopen(self, *, until: float, opened: int) -> None:
        """Take over what another worker, or an earlier run, found out."""
        self.state, self.open_until, self.opened = BreakerState.OPEN, until, opened

    def succeed(self, now: float) -> None:
        """Note an answer that shows the server at work."""
        self._refused = 0
        if self.state is not BreakerState.CLOSED:
            self.state, self.opened = BreakerState.CLOSED, 0
            self._buckets.clear()  # what failed before must not open it again at once
        self._bucket(now)[1] += 1

    def fail(self, now: float, *, refused: bool) -> None:
        """Note a call that failed; `refused` when not even a connection came about."""
        self._refused = self._refused + 1 if refused else 0
        self._bucket(now)[2] += 1
        if self.state is BreakerState.PROBING:
            self._open(now)
        elif self.state is BreakerState.CLOSED:
            succeeded, failed = self.counts(now)
            attempts = succeeded + failed
            mostly = attempts >= MIN_ATTEMPTS and failed >= FAILED_SHARE * attempts
            if mostly or self._refused >= CONNECTION_FAILURES:
                self._open(now)

    def counts(self, now: float) -> tuple[int, int]:
        """Return how many calls of the last five minutes succeeded and failed."""
        self._forget(now)
        return (
            int(sum(bucket[1] for bucket in self._buckets)),
            int(sum(bucket[2] for bucket in self._buckets)),
        )

    def _open(self, now: float) -> None:
        pause = min(FIRST_PAUSE_SECONDS * 2**self.opened, LONGEST_PAUSE_SECONDS)
        self.state = BreakerState.OPEN
        self.open_until = now + pause
        self.opened = min(self.opened + 1, 10)

    def _bucket(self, now: float) -> list[float]:
        if self._buckets and now - self._buckets[-1][0] < _BUCKET_SECONDS:
            return self._buckets[-1]
        self._forget(now)
        self._buckets.append([now, 0, 0])
        return self._buckets[-1]

    def _forget(self, now: float) -> None:
        while self._buckets and now - self._buckets[0][0] >= WINDOW_SECONDS:
            del self._buckets[0]
