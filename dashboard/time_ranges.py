"""What the date ranges of the filter bar mean: presets relative to now, and times that people type.

Days and months begin at midnight in the viewer's zone. A typed time stands in the address as UTC,
so that a shared link means the same moments to a viewer elsewhere.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.errors import InvalidInput

DEFAULT: Final = "24h"
CUSTOM: Final = "custom"
RECENT: Final = [("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")]
"""The ranges of short logs, which also have none."""

Span = tuple[datetime, datetime | None]
"""From the first moment on, up to and without the second; `None` leaves the end open."""

_LAST: Final = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
_FIRST_YEAR: Final = 2000  # a year that is being typed is 0002 first


def preset(word: str, *, now: datetime, zone: ZoneInfo) -> Span:
    """Return the span of a preset such as `24h`; raise `InvalidInput` for an unknown word."""
    if word in _LAST:
        return now - _LAST[word], None
    today = now.astimezone(zone).date()
    match word:
        case "today":
            return _midnight(today, zone), None
        case "yesterday":
            return _midnight(today - timedelta(days=1), zone), _midnight(today, zone)
        case "month":
            return _midnight(today.replace(day=1), zone), None
        case "last-month":
            first = today.replace(day=1)
            before = (first - timedelta(days=1)).replace(day=1)
            return _midnight(before, zone), _midnight(first, zone)
    raise InvalidInput({"range": "This time range does not exist. Choose one from the list."})


def since(word: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return where a preset begins, `None` for no word; raise `InvalidInput` for an unknown one."""
    return preset(word, now=now, zone=zone)[0] if word else None


def custom(start: str, end: str, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the span between two typed times; raise `InvalidInput` when it is none."""
    since, until = moment(start, zone=zone), moment(end, zone=zone)
    if since is None or until is None:
        raise InvalidInput({"range": "Give both times, from and to."})
    if since >= until:
        raise InvalidInput({"range": "“From” must be earlier than “To”."})
    return since, until


def moment(text: str, *, zone: ZoneInfo) -> datetime | None:
    """Return a time that was typed in `zone` or carries its offset, in UTC; `None` for others."""
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            read = read.replace(tzinfo=zone)
        return read.astimezone(UTC) if read.year >= _FIRST_YEAR else None
    except (ValueError, OverflowError):
        return None


def as_address(at: datetime) -> str:
    """Return a time as it stands in an address: UTC, to the minute."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def as_input(at: datetime, *, zone: ZoneInfo) -> str:
    """Return a time as a native date and time input holds it, in `zone`."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
