"""A report as the page shows it: texts and links, ready for the browser."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.components.trend_chart import TrendLine
from dashboard.pages.reports.address import DAY, leads_href, log_href
from services.reporting.conversions import Report, ReportRow, log_filter

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
    """One row of the report."""

    key: str
    name: str
    figures: FiguresLine


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside that of the period before."""

    figure: str = "0"
    delta: str = ""
    before: str = ""


def report_lines(report: Report) -> list[ReportLine]:
    """Return the rows; the newest day first, other groups as the report orders them."""
    lines = [
        ReportLine(key=row.key, name=_name(row, report), figures=figures_line(report, row))
        for row in report.rows
    ]
    return lines[::-1] if report.by == DAY else lines


def figures_line(report: Report, row: ReportRow | None = None) -> FiguresLine:
    """Return the figures of a row, or of the total, each with the link to what it counts."""
    figures = row.figures if row else report.total

    def link(figure: str) -> str:
        found = log_filter(report, row, figure=figure)
        return log_href(found) if found else ""

    counted = log_filter(report, row)
    return FiguresLine(
        leads=f"{figures.leads:,}",
        leads_href=leads_href(counted) if counted else "",
        conversions=f"{figures.conversions:,}",
        conversions_href=link("conversions"),
        rate=_rate(figures.rate),
        approved=f"{figures.approved:,}",
        approved_href=link("approved"),
        open=f"{figures.open:,}",
        open_href=link("open"),
        rejected=f"{figures.rejected:,}",
        rejected_href=link("rejected"),
        amount=_amounts(figures.amounts),
        approved_amount=_amounts(figures.approved_amounts),
    )


def chart_lines(report: Report) -> list[TrendLine]:
    """Return one bar per day, the conversions with the approved ones in them."""
    highest = max((row.figures.conversions for row in report.rows), default=0) or 1
    every = max(1, -(-len(report.rows) // _TICKS))
    last = len(report.rows) - every  # a tick is as wide as the bars up to the next one
    return [
        TrendLine(
            starts=row.key,
            tick=_short(row.key) if number % every == 0 and number <= last else "",
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
    before = _amounts(report.previous.amounts).replace("\n", ", ")
    return Compared(_amounts(report.total.amounts), before=f"{before} in the {period} before")


def period_words(report: Report) -> str:
    """Return how long the report's period is, for “in the … before”."""
    days = round((report.until - report.since) / timedelta(days=1))
    return "day" if days == 1 else f"{days} days"


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
    # A line each: amounts of different currencies are never added up.
    lines = [f"{Decimal(text):,f} {currency}".strip() for currency, text in amounts]
    return "\n".join(lines) or NO_RATE
