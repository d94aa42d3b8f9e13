"""When a failed delivery is tried again: the schedules, their limits, and which one holds."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from models.words import RetryPreset

Waits = tuple[int, ...]
"""Seconds to wait before each try, the first included."""

STANDARD: Final[Waits] = (
    0, 5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
)  # fmt: skip
FAST: Final[Waits] = (0, 2, 10, 60, 300)
ONE_TRY: Final[Waits] = (0,)
# For an answer that a repeat hardly changes: most 4xx, and a 2xx that the success rule refuses.
SHORT: Final[Waits] = (0, 60, 600, 3_600, 21_600)

PRESETS: Final[Mapping[RetryPreset, Waits]] = MappingProxyType(
    {RetryPreset.STANDARD: STANDARD, RetryPreset.FAST: FAST, RetryPreset.NONE: ONE_TRY}
)

DEADLINE: Final = timedelta(hours=96)
MAX_WAITS: Final = 24
# Jitter adds at most a quarter of an hour to each of 23 waits, so every try of a schedule that
# fits in here comes before the deadline; only a partner's `Retry-After`, or answers between which
# the short schedule takes turns with this one, can make it later than that, and then it is not
# made.
MAX_TOTAL: Final = timedelta(hours=90)

_WORTH_REPEATING: Final = frozenset({408, 425, 429})


def waits_of(policy: Mapping[str, Any] | None) -> Waits:
    """Return the waits of a delivery's frozen policy (`models.Delivery.policy`)."""
    waits = policy.get("waits") if policy else None
    return STANDARD if waits is None else tuple(waits)


def is_refusal(status_code: int | None) -> bool:
    """Tell whether the same request will hardly fare better; for a call that failed.

    A failed call with a 2xx is one that the success rule refused.
    """
    return status_code is not None and (
        200 <= status_code < 300
        or (400 <= status_code < 500 and status_code not in _WORTH_REPEATING)
    )


def schedule_after(waits: Waits, status_code: int | None) -> Waits:
    """Return the schedule that holds after a failed try that brought this status.

    After a refusal it is the short one: never more tries than the postback's own schedule has,
    and of the two the one that is over sooner. So `none` stays at one try, and `fast` keeps its
    own waits.
    """
    if not is_refusal(status_code):
        return waits
    own, short = waits[: len(SHORT)], SHORT[: len(waits)]
    return own if _length(waits) <= _length(SHORT) else short


def tries_planned(policy: Mapping[str, Any] | None, *, tries: int, status_code: int | None) -> int:
    """Return how many tries a delivery gets at most, those that were made included.

    `tries` were made since the event or the last resend, the last of them with this status.
    """
    waits = waits_of(policy)
    return len(schedule_after(waits, status_code) if tries else waits)


def _length(waits: Sequence[int]) -> int:
    """Return the seconds from the first try to the last."""
    return sum(waits[1:])
