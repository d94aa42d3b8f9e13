"""The only source of the time of day; tests pass their own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment as an aware UTC time."""
    return datetime.now(UTC)
