"""What a report shows, for the address and kept live."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.components.trend_chart import TrendLine
from dashboard.pages.reports import lines
from dashboard.pages.reports.address import CUSTOM, DAY, GROUPINGS, ReportAddress, read
from dashboard.pages.reports.lines import Compared, FiguresLine, ReportLine
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns, event_types
from services.clock import utc_now
from services.errors import AppError, InvalidInput
from services.paging import MAX_LIMIT, PageRequest
from services.reporting import conversions


class ReportsState(rx.State):
    """The filters as the person sees them, and the report below."""

    by: str = DAY
    range: str = ""
    start: str = ""
    end: str = ""
    range_error: str = ""
    time: str = "received"
    campaign: str = ""
    event: str = ""
    affiliate: str = ""
    conversion_status: str = ""
    chips: list[tuple[str, str, str]] = rx.field(default_factory=list)
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    event_options: list[tuple[str, str]] = rx.field(default_factory=list)
    affiliate_options: list[tuple[str, str]] = rx.field(default_factory=list)

    shown: str = list_state.LOADING
    problem: str = ""
    rows: list[ReportLine] = rx.field(default_factory=list)
    total: FiguresLine = FiguresLine()
    conversions: Compared = Compared()
    rate: Compared = Compared()
    leads: Compared = Compared()
    amount: Compared = Compared()
    chart: list[TrendLine] = rx.field(default_factory=list)
    highest: int = 0
    hrefs: dict[str, str] = rx.field(default_factory=dict)
    """The same report by another grouping."""

    _address: ReportAddress = ReportAddress()

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the report that the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = read(self.router.url.query_parameters)
            self._show_address(address)
        async for _ in live.changes(self):
            await self._load(address, zone)

    @rx.event
    @guarded(Right.READ)
    async def choose_range(self, word: str) -> Any:
        """Go to a preset; `custom` starts from the days that are on screen."""
        if word != CUSTOM:
            return self._go(range=word)
        zone = current_zone(await self.get_state(SessionState))
        today = utc_now().astimezone(zone).date()
        try:
            first, end = self._address.days(today=today)
        except InvalidInput:
            first, end = ReportAddress().days(today=today)
        last = end.fromordinal(end.toordinal() - 1)
        return self._go(range=word, start=first.isoformat(), end=last.isoformat())

    @rx.event
    @guarded(Right.READ)
    async def choose_start(self, day: str) -> Any:
        """Move the first day of the custom range."""
        self.start = day
        return self._go_custom()

    @rx.event
    @guarded(Right.READ)
    async def choose_end(self, day: str) -> Any:
        """Move the last day of the custom range."""
        self.end = day
        return self._go_custom()

    @rx.event
    @guarded(Right.READ)
    async def choose_time(self, word: str) -> Any:
        """Let the day of receipt or the day of the event decide."""
        return self._go(time="occurred" if word == "occurred" else "received")

    @rx.event
    @guarded(Right.READ)
    async def choose_campaign(self, key: str) -> Any:
        """Count one campaign only, or all for an empty key."""
        return self._go(campaign=key)

    @rx.event
    @guarded(Right.READ)
    async def choose_event(self, name: str) -> Any:
        """Count one event only, or all for an empty name."""
        return self._go(event=name)

    @rx.event
    @guarded(Right.READ)
    async def choose_affiliate(self, key: str) -> Any:
        """Count one affiliate only, or all for an empty key."""
        return self._go(affiliate=key)

    @rx.event
    @guarded(Right.READ)
    async def choose_conversion_status(self, word: str) -> Any:
        """Count the conversions of one status only, or all."""
        return self._go(conversion_status=word)

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, name: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.without(name).href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away; the grouping stays."""
        return rx.redirect(ReportAddress(by=self._address.by).href)

    def _go(self, **changes: Any) -> Any:
        # At once: the next choice may come before this address has been opened.
        self._address = replace(self._address, **changes)
        return rx.redirect(self._address.href)

    def _go_custom(self) -> Any:
        address = replace(self._address, range=CUSTOM, start=self.start, end=self.end)
        try:
            address.days(today=utc_now().date())
        except InvalidInput as error:
            self.range_error = error.fields["range"]
            return None
        self.range_error = ""
        self._address = address
        return rx.redirect(address.href, replace=True)

    def _show_address(self, address: ReportAddress) -> None:
        self._address = address
        self.range_error = ""
        for name in (
            *("by", "range", "start", "end", "time"),
            *("campaign", "event", "affiliate", "conversion_status"),
        ):
            setattr(self, name, getattr(address, name))
        self.chips = address.chips
        self.hrefs = {by: replace(address, by=by).href for by, _ in GROUPINGS}

    async def _load(self, address: ReportAddress, zone: ZoneInfo) -> None:
        try:
            wanted = address.wanted(now=utc_now(), zone=zone)
            report = await conversions.report(actor(), wanted)
            found = await _options()
        except AppError as error:
            async with self:
                self.problem, self.shown = feedback.sentence(error), list_state.FAILED
            return
        period = lines.period_words(report)
        total, before = report.total, report.previous
        nothing = not (total.conversions or total.leads)
        filtered = bool(address.chips) or address.range != ReportAddress().range
        found |= {
            "shown": list_state.READY
            if not nothing
            else (list_state.NO_MATCH if filtered else list_state.EMPTY),
            "rows": lines.report_lines(report),
            "total": lines.figures_line(report),
            "conversions": lines.compared(total.conversions, before.conversions, period=period),
            "rate": lines.compared_rate(total.rate, before.rate, period=period),
            "leads": lines.compared(total.leads, before.leads, period=period),
            "amount": lines.compared_amount(report, period=period),
            "chart": lines.chart_lines(report) if report.by == DAY else [],
            "highest": max((row.figures.conversions for row in report.rows), default=0),
        }
        await set_changed(self, found)


async def _options() -> dict[str, Any]:
    everything = PageRequest(limit=MAX_LIMIT)
    of_campaigns = await campaigns.list_page(actor(), everything, archived=None)
    of_events = await event_types.list_page(actor(), everything, archived=None)
    of_affiliates = await affiliates.list_page(actor(), everything, archived=None)
    return {
        "campaign_options": [(row.key, row.name) for row in of_campaigns.items],
        "event_options": [(row.name, row.name) for row in of_events.items],
        "affiliate_options": [(row.key, row.name) for row in of_affiliates.items],
    }
