"""The last 24 hours as 24 slots of an hour each, for the figures on screen."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Integer, SQLColumnExpression, cast, extract, func
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Window:
    """A span of whole hours; `since` is inclusive, `until` exclusive."""

    since: datetime
    hours: int

    @property
    def until(self) -> datetime:
        """Return the end of the window."""
        return self.since + timedelta(hours=self.hours)

    @property
    def previous(self) -> "Window":
        """Return the window of equal length that ends where this one begins."""
        return Window(self.since - timedelta(hours=self.hours), self.hours)


def last_hours(now: datetime, hours: int) -> Window:
    """Return the window that ends with the current minute.

    It ends at a whole minute, so that figures asked for again in the same minute are about the
    same window and an open page does not flicker.
    """
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    return Window(minute + timedelta(minutes=1, hours=-hours), hours)


def slot(
    session: Session, column: SQLColumnExpression[datetime], window: Window
) -> ColumnElement[int]:
    """Return the number of the hour, from 0, that a time inside the window falls into."""
    if session.get_bind().dialect.name == "sqlite":
        # Without its fraction: SQLite rounds to milliseconds, at times into the next hour.
        seconds = cast(func.strftime("%s", func.substr(column, 1, 19)), BigInteger)
        return (seconds - int(window.since.timestamp())) // 3600
    since = int(window.since.timestamp())
    return cast(func.floor((extract("epoch", column) - since) / 3600), Integer)
