"""What the delivery log shows: one page of rows for the filters in the address, kept live."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.components import list_state
from dashboard.pages.deliveries import lines
from dashboard.pages.deliveries.address import CAUSES, LIST, DeliveryAddress, read
from dashboard.pages.deliveries.filter_state import DeliveryFilters
from dashboard.pages.deliveries.lines import CauseLine, DeliveryLine
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.paging import PageRequest
from services.reporting import delivery_log, error_groups
from services.reporting.delivery_log import DeliveryFilter

ROWS = 50


class DeliveriesState(DeliveryFilters, rx.State):
    """The rows on screen, below the filters: deliveries, or their failures by cause."""

    lines: list[DeliveryLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""

    is_first: bool = True
    has_newer: bool = False
    has_older: bool = False
    newest: str = ""
    oldest: str = ""
    one_day: bool = True

    causes: list[CauseLine] = rx.field(default_factory=list)
    headline: str = ""

    _newer: str = ""
    _older: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show what the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = read(self.router.url.query_parameters)
            if address.view != self.view:
                self.list_state = list_state.LOADING
            self._show_address(address, zone)
        if address.view not in {LIST, CAUSES}:
            return
        await self._load_options(address)
        load = self._load_list if address.view == LIST else self._load_causes
        is_loaded = False
        async for _ in live.changes(self):
            if address.live or not is_loaded:
                is_loaded = await self._tried(load, address, zone)

    @rx.event
    @guarded(Right.READ)
    async def set_live(self, wanted: bool) -> Any:
        """Let new rows appear by themselves, or hold the page still."""
        self.is_live = bool(wanted)
        return rx.redirect(replace(self._address, live=self.is_live).href, replace=True)

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Ask again for the page in the address."""
        self.list_state = list_state.LOADING
        return rx.redirect(self._address.href, replace=True)

    @rx.event
    @guarded(Right.READ)
    async def newer(self) -> Any:
        """Go one page towards now."""
        return rx.redirect(replace(self._address, cursor=self._newer).href)

    @rx.event
    @guarded(Right.READ)
    async def older(self) -> Any:
        """Go one page back in time."""
        return rx.redirect(replace(self._address, cursor=self._older).href)

    async def _tried(self, load: Any, address: DeliveryAddress, zone: ZoneInfo) -> bool:
        try:
            await load(address, address.wanted(now=utc_now(), zone=zone), zone)
        except AppError as error:
            errors = feedback.errors_of(error)
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
                self.range_error = errors.get("range", "")
                self._address = address.mended(errors)  # where “Try again” leads
                self.lines, self.causes, self.headline = [], [], ""
                self.has_newer, self.has_older = False, False
            return False
        return True

    async def _load_list(
        self, address: DeliveryAddress, wanted: DeliveryFilter, zone: ZoneInfo
    ) -> None:
        page = await delivery_log.list_page(
            actor(), wanted, PageRequest(limit=ROWS, cursor=address.cursor)
        )
        shown = list_state.READY if page.items else await self._why_empty(address)
        rows = [lines.delivery_line(row) for row in page.items]
        times = [row.created_at for row in page.items]
        async with self:
            if (rows, shown) != (self.lines, self.list_state):
                self.lines, self.list_state = rows, shown
            self.newest = times[0].isoformat() if times else ""
            self.oldest = times[-1].isoformat() if times else ""
            self.one_day = not times or _same_day(times[0], times[-1], zone)
            self._newer, self._older = page.previous_cursor or "", page.next_cursor or ""
            self.has_newer, self.has_older = bool(self._newer), bool(self._older)
            self.is_first = not self.has_newer

    async def _load_causes(
        self, address: DeliveryAddress, wanted: DeliveryFilter, _zone: ZoneInfo
    ) -> None:
        found = await error_groups.get(actor(), wanted)
        shown = list_state.READY if found.groups else list_state.NO_MATCH
        groups = lines.cause_lines(found, address, dict(self.postback_options))
        headline = lines.headline(found)
        if (groups, shown, headline) != (self.causes, self.list_state, self.headline):
            async with self:
                self.causes, self.list_state, self.headline = groups, shown, headline

    async def _why_empty(self, address: DeliveryAddress) -> str:
        if any(address.chips({})):
            return list_state.NO_MATCH
        anything = await delivery_log.list_page(actor(), DeliveryFilter(), PageRequest(limit=1))
        return list_state.NO_MATCH if anything.items else list_state.EMPTY


def _same_day(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).date() == last.astimezone(zone).date()
