"""What follows from an attempt: pure policy, answers with a value, reads no clock."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from models.words import DeliveryReason, DeliveryStatus, FailureKind

# Seconds to wait before each try; the first is sent at once.
STANDARD = (0, 5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# For an answer that a repeat hardly changes: most 4xx.
SHORT = (0, 60, 600, 3_600, 21_600)

DEADLINE = timedelta(hours=96)
_MAX_JITTER_SECONDS = 900.0
_RETRY_AFTER_SECONDS = (1.0, 86_400.0)
_WORTH_REPEATING = frozenset({408, 425, 429})
_OVERLOADED = frozenset({429, 503})
# Found before a packet left, so no repeat can end otherwise.
NEVER_SENT = {
    FailureKind.BLOCKED: DeliveryReason.BLOCKED,
    FailureKind.TOO_LARGE: DeliveryReason.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What the policy needs to know of a failed attempt."""

    kind: FailureKind
    status_code: int | None
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The delivery's next state; `due_at` is set exactly when it will be tried again."""

    status: DeliveryStatus
    due_at: datetime | None = None
    reason: DeliveryReason | None = None


def decide(
    failure: Failure,
    *,
    tries: int,
    deadline_at: datetime,
    now: datetime,
    rng: random.Random,
) -> Decision:
    """Decide about a delivery after its failed try number `tries` (from 1).

    The next try is never earlier than the schedule, a valid `Retry-After` of 429 or 503 can only
    make it later, and none is planned past the deadline.
    """
    if failure.kind in NEVER_SENT:
        return Decision(DeliveryStatus.FAILED, reason=NEVER_SENT[failure.kind])
    if failure.status_code == 410:
        return Decision(DeliveryStatus.FAILED, reason=DeliveryReason.GONE)
    likely_permanent = (
        failure.status_code is not None
        and 400 <= failure.status_code < 500
        and failure.status_code not in _WORTH_REPEATING
    )
    schedule = SHORT if likely_permanent else STANDARD
    if tries >= len(schedule):
        reason = DeliveryReason.REFUSED_BY_PARTNER if likely_permanent else DeliveryReason.EXHAUSTED
        return Decision(DeliveryStatus.FAILED, reason=reason)
    wait = float(schedule[tries])
    wait += rng.uniform(0, min(max(0.2 * wait, 1.0), _MAX_JITTER_SECONDS))
    if failure.status_code in _OVERLOADED and failure.retry_after:
        wait = max(wait, retry_after_seconds(failure.retry_after, now=now) or 0.0)
    due_at = now + timedelta(seconds=wait)
    if due_at > deadline_at:
        return Decision(DeliveryStatus.FAILED, reason=DeliveryReason.DEADLINE)
    return Decision(DeliveryStatus.RETRYING, due_at=due_at)


def retry_after_seconds(value: str, *, now: datetime) -> float | None:
    """Return the wait that a `Retry-After` header asks for, in seconds within 1 s to 24 h.

    Both forms of RFC 9110 §10.2.3 are read; anything else, and a moment in the past, is `None`.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        seconds = float(min(int(text[:12]), 10**9))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return None
    low, high = _RETRY_AFTER_SECONDS
    return min(max(seconds, low), high)
