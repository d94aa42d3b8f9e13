"""The days of a time zone, with days of 23 and 25 hours as they come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a zone, or the part of it inside a range; both times are UTC."""

    date: date
    since: datetime
    until: datetime


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in UTC; where midnight comes twice, the first one."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Day]:
    """Yield the days that partition a range, the oldest first.

    The first and the last are cut to the range. A day that a zone skipped is not there.
    """
    day = since.astimezone(zone).date()
    # Where clocks went back over midnight, the date of `since` can be that of the day before.
    begins = since
    while begins < until:
        ends = min(midnight(day + ONE_DAY, zone), until)
        if ends > begins:
            yield Day(day, begins, ends)
            begins = ends
        day += ONE_DAY


def whole_days(since: datetime, until: datetime, zone: ZoneInfo) -> int | None:
    """Return how many days a range is made of, or `None` when it cuts one."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    if midnight(first, zone) != since or midnight(last, zone) != until:
        return None
    return (last - first).days
