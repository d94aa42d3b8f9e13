"""A report as the page shows it: texts and links, ready for the browser."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashboard.components.trend_chart import TrendLine
from dashboard.pages.reports.address import AFFILIATE, CAMPAIGN, DAY, EVENT, leads_href, log_href
from models.words import ConversionStatus
from services.reporting.conversions import Figures, Report, ReportFilter, ReportRow
from services.reporting.definitions import STATUSES

NO_RATE = "–"

_TICKS = 8


@dataclass(frozen=True, slots=True)
class FiguresLine:
    """The figures of one row, each with the link to what it counts."""

    leads: str = "0"
    leads_href: str = ""
    conversions: str = "0"
    conversions_href: str = ""
    rate: str = NO_RATE
    approved: str = "0"
    approved_href: str = ""
    open: str = "0"
    open_href: str = ""
    rejected: str = "0"
    rejected_href: str = ""
    amount: str = NO_RATE
    approved_amount: str = NO_RATE


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row of the report; `share` is its part of the biggest row, in percent."""

    key: str
    name: str
    share: float
    figures: FiguresLine


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside that of the period before."""

    figure: str = "0"
    delta: str = ""
    before: str = ""


def report_lines(report: Report, wanted: ReportFilter) -> list[ReportLine]:
    """Return the rows; the newest day first, other groups as the report orders them."""
    highest = max((row.figures.conversions for row in report.rows), default=0) or 1
    lines = [
        ReportLine(
            key=row.key,
            name=_name(row, report),
            share=round(row.figures.conversions / highest * 100, 1),
            figures=figures_line(row.figures, narrowed(wanted, row)),
        )
        for row in report.rows
    ]
    return lines[::-1] if report.by == DAY else lines


def narrowed(wanted: ReportFilter, row: ReportRow) -> ReportFilter | None:
    """Return the filter that finds what a row counts; `None` when the log has no such filter."""
    if wanted.by == DAY and row.since is not None and row.until is not None:
        return replace(wanted, since=row.since, until=row.until)
    if not row.key:
        return None
    return replace(wanted, **{wanted.by: row.key}) if wanted.by in _BY_KEY else wanted


def figures_line(figures: Figures, wanted: ReportFilter | None) -> FiguresLine:
    """Return figures as texts; without a filter they lead nowhere."""

    def link(*statuses: ConversionStatus) -> str:
        return log_href(wanted, statuses=statuses) if wanted else ""

    return FiguresLine(
        leads=f"{figures.leads:,}",
        leads_href=leads_href(wanted) if wanted else "",
        conversions=f"{figures.conversions:,}",
        conversions_href=link(),
        rate=_rate(figures.rate),
        approved=f"{figures.approved:,}",
        approved_href=link(*STATUSES["approved"]),
        open=f"{figures.open:,}",
        open_href=link(*STATUSES["open"]),
        rejected=f"{figures.rejected:,}",
        rejected_href=link(*STATUSES["rejected"]),
        amount=_amounts(figures.amounts),
        approved_amount=_amounts(figures.approved_amounts),
    )


def chart_lines(report: Report) -> list[TrendLine]:
    """Return one bar per day, the conversions with the approved ones in them."""
    highest = max((row.figures.conversions for row in report.rows), default=0) or 1
    every = max(1, -(-len(report.rows) // _TICKS))
    return [
        TrendLine(
            starts=row.key,
            tick=_short(row.key) if number % every == 0 else "",
            whole=row.figures.conversions,
            part=row.figures.approved,
            whole_percent=round(row.figures.conversions / highest * 100, 1),
            part_percent=round(row.figures.approved / highest * 100, 1),
        )
        for number, row in enumerate(report.rows)
    ]


def compared(now: int, before: int, *, period: str) -> Compared:
    """Return a count beside the one before."""
    words = f"{before:,} in the {period} before"
    if not before:
        return Compared(f"{now:,}", before=words)
    return Compared(f"{now:,}", f"{round((now - before) / before * 100):+} %", words)


def compared_rate(now: str | None, before: str | None, *, period: str) -> Compared:
    """Return a rate beside the one before."""
    words = f"{_rate(before)} in the {period} before"
    if now is None or before is None or now == before:
        return Compared(_rate(now), before=words)
    points = round(float(now) - float(before), 2)
    return Compared(_rate(now), f"{points:+g} points", words)


def compared_amount(report: Report, *, period: str) -> Compared:
    """Return the amounts beside those before."""
    before = f"{_amounts(report.previous.amounts)} in the {period} before"
    return Compared(_amounts(report.total.amounts), before=before)


def period_words(report: Report) -> str:
    """Return how long the report's period is, for “in the … before”."""
    days = round((report.until - report.since) / timedelta(days=1))
    return "day" if days == 1 else f"{days} days"


_BY_KEY = frozenset({CAMPAIGN, EVENT, AFFILIATE})


def _name(row: ReportRow, report: Report) -> str:
    if report.by == DAY:
        day = date.fromisoformat(row.key)
        return f"{day:%a}, {day.day} {day:%b %Y}"
    return row.name or row.key or "No affiliate"


def _short(key: str) -> str:
    day = date.fromisoformat(key)
    return f"{day.day} {day:%b}"


def _rate(rate: str | None) -> str:
    return NO_RATE if rate is None else f"{rate} %"


def _amounts(amounts: tuple[tuple[str, str], ...]) -> str:
    # A thousand separator that cannot break a line, and that no zone reads as a decimal point.
    return " + ".join(f"{text} {currency}".strip() for currency, text in amounts) or NO_RATE
