"""What follows from an attempt: pure policy, answers with a value, reads no clock."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from models.words import DeliveryReason, DeliveryStatus, FailureKind
from services.delivery.policy import DEFAULT, Policy
from services.retry_schedule import DEADLINE, SHORT, STANDARD, is_refusal, schedule_after

__all__ = [
    "DEADLINE",
    "NEVER_SENT",
    "SHORT",
    "STANDARD",
    "Decision",
    "Failure",
    "decide",
    "retry_after_seconds",
]

_MAX_JITTER_SECONDS = 900.0
_RETRY_AFTER_SECONDS = (1.0, 86_400.0)
_OVERLOADED = frozenset({429, 503})
# Found before a packet left, so no repeat can end otherwise.
NEVER_SENT = {
    FailureKind.BLOCKED: DeliveryReason.BLOCKED,
    FailureKind.TOO_LARGE: DeliveryReason.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What the policy needs to know of a failed attempt.

    `is_unclear` tells that the partner may have acted on the request and we cannot know.
    """

    kind: FailureKind
    status_code: int | None
    retry_after: str | None
    is_unclear: bool = False


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
    policy: Policy = DEFAULT,
) -> Decision:
    """Decide about a delivery after its failed try number `tries` (from 1).

    The next try is never earlier than the schedule, a valid `Retry-After` of 429 or 503 can only
    make it later, and none is planned past the deadline. At most once, an unclear result is the
    last one.
    """
    if failure.kind in NEVER_SENT:
        return Decision(DeliveryStatus.FAILED, reason=NEVER_SENT[failure.kind])
    if failure.is_unclear and policy.at_most_once:
        return Decision(DeliveryStatus.FAILED, reason=DeliveryReason.UNKNOWN)
    if failure.status_code == 410:
        return Decision(DeliveryStatus.FAILED, reason=DeliveryReason.GONE)
    schedule = schedule_after(policy.waits, failure.status_code)
    if tries >= len(schedule):
        is_refused = is_refusal(failure.status_code)
        reason = DeliveryReason.REFUSED_BY_PARTNER if is_refused else DeliveryReason.EXHAUSTED
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
