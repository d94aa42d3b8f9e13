"""What the address of a report says: read once, checked by the services, written back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from models.words import ConversionStatus
from services.errors import InvalidInput
from services.reporting.conversions import By, ReportFilter
from services.reporting.event_log import EventLogFilter

DAY, CAMPAIGN, EVENT, AFFILIATE = "day", "campaign", "event", "affiliate"
GROUPINGS: Final = (
    (DAY, "By day"),
    (CAMPAIGN, "By campaign"),
    (EVENT, "By event"),
    (AFFILIATE, "By affiliate"),
)
RANGES: Final = (
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("30d", "Last 30 days"),
    ("month", "This month"),
    ("last-month", "Last month"),
    ("90d", "Last 90 days"),
    ("365d", "Last 365 days"),
    ("custom", "Custom range"),
)
DEFAULT_RANGE: Final = "30d"
CUSTOM: Final = "custom"
STATUSES: Final = tuple(
    (word.value, word.value.replace("_", " ").capitalize()) for word in ConversionStatus
)
NAMES: Final = {
    "campaign": "Campaign",
    "event": "Event",
    "affiliate": "Affiliate",
    "conversion_status": "Conversion status",
}

_DAYS: Final = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
_FIRST_YEAR: Final = 2000  # a year that is being typed is 0002 first

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """The report as it stands in the address; nothing in here has been checked.

    `start` and `end` are the first and the last day of a custom range, both included.
    """

    by: str = DAY
    range: str = DEFAULT_RANGE
    start: str = ""
    end: str = ""
    time: str = "received"
    campaign: str = ""
    event: str = ""
    affiliate: str = ""
    conversion_status: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        is_custom = self.range == CUSTOM
        return str(
            routes.reports(
                by="" if self.by == DAY else self.by,
                range="" if self.range == DEFAULT_RANGE else self.range,
                from_=self.start if is_custom else "",
                to=self.end if is_custom else "",
                time="" if self.time == "received" else self.time,
                campaign=self.campaign,
                event=self.event,
                affiliate=self.affiliate,
                conversion_status=self.conversion_status,
            )
        )

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value)."""
        statuses = dict(STATUSES)
        return [
            (name, label, statuses.get(value, value) if name == "conversion_status" else value)
            for name, label in NAMES.items()
            if (value := getattr(self, name))
        ]

    def without(self, chip: str) -> "ReportAddress":
        """Return the address without one of its filters; an unknown name changes nothing."""
        return replace(self, **{chip: ""}) if chip in NAMES else self

    def days(self, *, today: date) -> tuple[date, date]:
        """Return the first day and the one after the last; raise `InvalidInput` for none."""
        tomorrow = today + timedelta(days=1)
        if self.range in _DAYS:
            return tomorrow - timedelta(days=_DAYS[self.range]), tomorrow
        first = today.replace(day=1)
        match self.range:
            case "yesterday":
                return today - timedelta(days=1), today
            case "month":
                return first, tomorrow
            case "last-month":
                return (first - timedelta(days=1)).replace(day=1), first
            case "custom":
                return _custom(self.start, self.end)
        raise InvalidInput({"range": "This time range does not exist. Choose one from the list."})

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> ReportFilter:
        """Return the filter for the service, which checks it; raise `InvalidInput` for a span."""
        first, end = self.days(today=now.astimezone(zone).date())
        return ReportFilter(
            by=cast("By", self.by),
            since=_midnight(first, zone),
            until=_midnight(end, zone),
            zone=zone,
            time="occurred" if self.time == "occurred" else "received",
            campaign=self.campaign,
            event=self.event,
            affiliate=self.affiliate,
            conversion_status=_given(self.conversion_status),
        )


def read(query: Mapping[str, str]) -> ReportAddress:
    """Return what an address asks for."""
    by = query.get("by", DAY)
    return ReportAddress(
        by=by if by in dict(GROUPINGS) else DAY,
        range=query.get("range", DEFAULT_RANGE),
        start=query.get("from", ""),
        end=query.get("to", ""),
        time="occurred" if query.get("time") == "occurred" else "received",
        campaign=query.get("campaign", ""),
        event=query.get("event", ""),
        affiliate=query.get("affiliate", ""),
        conversion_status=query.get("conversion_status", ""),
    )


def log_href(found: EventLogFilter) -> str:
    """Return the address of the log that shows these events."""
    return str(
        routes.logs(
            range=time_ranges.CUSTOM,
            from_=_moment(found.since),
            to=_moment(found.until),
            time="" if found.time == "received" else found.time,
            conversion="yes" if found.conversion else "",
            conversion_status=",".join(found.conversion_status),
            campaign=found.campaign,
            event=found.event,
            affiliate=found.affiliate,
        )
    )


def leads_href(found: EventLogFilter) -> str:
    """Return the address of the leads that were captured in the span of these events."""
    return str(
        routes.leads(
            from_=_moment(found.since),
            to=_moment(found.until),
            time="" if found.time == "received" else "submitted",
            campaign=found.campaign,
            affiliate=found.affiliate,
        )
    )


def _moment(at: datetime | None) -> str:
    return time_ranges.as_address(at) if at else ""


def _custom(start: str, end: str) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        following = last + timedelta(days=1)
    except (ValueError, OverflowError):
        raise InvalidInput({"range": "Give both days, from and to."}) from None
    if first.year < _FIRST_YEAR:
        raise InvalidInput({"range": f"Give days from {_FIRST_YEAR} on."})
    if first > last:
        raise InvalidInput({"range": "“From” must not be later than “To”."})
    return first, following


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _given(text: str) -> tuple[ConversionStatus, ...]:
    try:
        return tuple(ConversionStatus(word) for word in text.split(",") if word)
    except ValueError:
        raise InvalidInput(
            {"conversion_status": "Choose a conversion status from the list."}
        ) from None
