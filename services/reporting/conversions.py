"""The conversion report: figures by day, campaign, event or affiliate that equal the log's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models import Affiliate, Campaign
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.reporting import conversion_counts
from services.reporting.conversion_figures import Amounts, Figures, Tally
from services.reporting.days import ONE_DAY, days, midnight, whole_days
from services.reporting.definitions import STATUSES
from services.reporting.filters import NO_AFFILIATE, EventLogFilter, event_search
from services.reporting.search import Search

__all__ = [
    "Amounts",
    "By",
    "Figures",
    "Report",
    "ReportFilter",
    "ReportRow",
    "log_filter",
    "report",
]

By = Literal["day", "campaign", "event", "affiliate"]

MOST_DAYS: Final = 800
MOST_YEARS: Final = 10
USUAL_DAYS: Final = 30
UTC_ZONE: Final = ZoneInfo("UTC")
_LONGEST_YEAR: Final = 366  # days; an end on another clock adds less than what is to spare
_YEARS: Final = range(1970, 2201)


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What is reported; empty text means any, `affiliate` "-" means none.

    `since` is inclusive, `until` exclusive, on the time that `time` names. Without `until` the
    report ends with today in `zone`, without `since` it begins 30 days before its end.
    """

    by: By = "day"
    since: datetime | None = None
    until: datetime | None = None
    zone: ZoneInfo = UTC_ZONE
    time: Literal["received", "occurred"] = "received"
    campaign: str = ""
    event: str = ""
    affiliate: str = ""
    conversion_status: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line; `key` is the day, campaign key, event name or affiliate key ("" = none).

    `since` and `until` are those of the day, or of the whole report.
    """

    key: str
    name: str
    since: datetime
    until: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """The rows, their total, and the total of the period before.

    Every day of the range is a row, the oldest first. Of the others a row is what has a figure,
    those with most conversions first. `wanted` is the filter with the range that was used.
    """

    by: By
    since: datetime
    until: datetime
    rows: tuple[ReportRow, ...]
    total: Figures
    previous: Figures
    previous_since: datetime
    previous_until: datetime
    wanted: ReportFilter


async def report(actor: Actor, wanted: ReportFilter, *, clock: Clock = utc_now) -> Report:
    """Return the figures as `definitions.DEFINITIONS` says.

    Unknown campaigns, events and affiliates have no figures. Raises `NotAllowed`, and
    `InvalidInput` for a wrong filter and for a range of more than 800 days by day, 10 years else.
    """
    actor.require(Right.READ, limited=True)
    since, until = _range(wanted, clock())
    wanted = replace(wanted, since=since, until=until)
    return await database.read(_report, actor, wanted, since, until)


def log_filter(
    found: Report,
    row: ReportRow | None = None,
    *,
    figure: str = "conversions",
    previous: bool = False,
) -> EventLogFilter | None:
    """Return the filter of the log rows behind a figure of a row, or of a total.

    `figure` is `conversions`, `approved`, `open` or `rejected`. `event_log.count` with this filter
    is that figure. `None` where the report's own filter leaves no row to the figure.
    """
    wanted = found.wanted
    statuses = wanted.conversion_status
    if figure in STATUSES:
        statuses = tuple(word for word in STATUSES[figure] if not statuses or word in statuses)
        if not statuses:
            return None
    since, until = found.since, found.until
    if previous:
        since, until = found.previous_since, found.previous_until
    filtered = replace(_events(wanted, since, until), conversion_status=statuses)
    if row is None:
        return filtered
    match found.by:
        case "day":
            return replace(filtered, since=row.since, until=row.until)
        case "campaign":
            return replace(filtered, campaign=row.key)
        case "event":
            return replace(filtered, event=row.key)
        case "affiliate":
            return replace(filtered, affiliate=row.key or NO_AFFILIATE)


def _range(wanted: ReportFilter, now: datetime) -> tuple[datetime, datetime]:
    """Return both ends of the range in UTC; raise `InvalidInput` for a filter that cannot be."""
    problems: dict[str, str] = {}
    if wanted.by not in get_args(By):
        problems["by"] = f"Give one of {', '.join(get_args(By))}."
    since, until = _moment(wanted.since, "from", problems), _moment(wanted.until, "to", problems)
    if problems:
        raise InvalidInput(problems)
    zone = wanted.zone
    if until is None:
        until = midnight(now.astimezone(zone).date() + ONE_DAY, zone)
    if since is None:
        since = midnight(until.astimezone(zone).date() - USUAL_DAYS * ONE_DAY, zone)
    if since >= until:
        raise InvalidInput({"to": "“To” must be later than “from”."})
    if wanted.by == "day" and (until - since).days > MOST_DAYS:
        raise InvalidInput({"from": f"By day, give a range of at most {MOST_DAYS} days."})
    if (until - since).days > MOST_YEARS * _LONGEST_YEAR:
        raise InvalidInput({"from": f"Give a range of at most {MOST_YEARS} years."})
    return since, until


def _moment(moment: datetime | None, field: str, problems: dict[str, str]) -> datetime | None:
    if moment is None:
        return None
    if moment.utcoffset() is None:
        problems[field] = "Give a time with its offset, such as 2026-03-01T09:00:00+01:00."
        return None
    if moment.year not in _YEARS:
        problems[field] = f"Give a time between the years {_YEARS[0]} and {_YEARS[-1]}."
        return None
    return moment.astimezone(UTC)


def _report(
    session: Session, actor: Actor, wanted: ReportFilter, since: datetime, until: datetime
) -> Report:
    search = event_search(session, _events(wanted, since, until), actor)
    rows, total = _rows(session, search, wanted, since, until)
    before = _previous_since(since, until, wanted.zone)
    return Report(
        by=wanted.by,
        since=since,
        until=until,
        rows=tuple(rows),
        total=total.figures(),
        previous=conversion_counts.of_range(session, search, before, since).figures(),
        previous_since=before,
        previous_until=since,
        wanted=wanted,
    )


def _rows(
    session: Session, search: Search, wanted: ReportFilter, since: datetime, until: datetime
) -> tuple[list[ReportRow], Tally]:
    """Return the rows and their sum: what is recorded meanwhile cannot part them."""
    if wanted.by == "day":
        spans = tuple(days(since, until, wanted.zone))
        tallies = conversion_counts.of_days(session, search, spans)
        rows = [
            ReportRow(name := day.date.isoformat(), name, day.since, day.until, tally.figures())
            for day, tally in zip(spans, tallies, strict=True)
        ]
        return rows, _sum(tallies)
    if wanted.by == "event":
        groups, total = conversion_counts.of_event_types(session, search, since, until)
    else:
        owner = Campaign if wanted.by == "campaign" else Affiliate
        groups = conversion_counts.of_owners(session, search, owner, since, until)
        total = _sum(group.tally for group in groups)
    rows = [ReportRow(each.key, each.name, since, until, each.tally.figures()) for each in groups]
    rows.sort(key=lambda row: (-row.figures.conversions, -row.figures.leads, row.name, row.key))
    return rows, total


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _previous_since(since: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    number = whole_days(since, until, zone)
    if number is None:
        return since - (until - since)
    return midnight(since.astimezone(zone).date() - number * ONE_DAY, zone)


def _events(wanted: ReportFilter, since: datetime, until: datetime) -> EventLogFilter:
    return EventLogFilter(
        event=wanted.event,
        campaign=wanted.campaign,
        affiliate=wanted.affiliate,
        conversion_status=wanted.conversion_status,
        conversion=True,
        since=since,
        until=until,
        time=wanted.time,
    )
