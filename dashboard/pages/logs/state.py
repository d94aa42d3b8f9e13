"""What the event log shows: one page of rows for the filters in the address, kept live."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.components import list_state
from dashboard.components.event_table import EventLine
from dashboard.lines import event_line
from dashboard.pages.logs.filter_state import LogFilters
from dashboard.pages.logs.filters import LogAddress, read
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns, event_types
from services.clock import utc_now
from services.errors import AppError
from services.paging import MAX_LIMIT, Page, PageRequest
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter, EventLogRow

ROWS = 50
HINT_AT_MOST = 99
_INSTANT = timedelta(microseconds=1)


class LogsState(LogFilters, rx.State):
    """The rows on screen, below the filters."""

    lines: list[EventLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    events: list[tuple[str, str]] = rx.field(default_factory=list)
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    affiliate_options: list[tuple[str, str]] = rx.field(default_factory=list)

    is_first: bool = True
    has_newer: bool = False
    has_older: bool = False
    newest: str = ""
    oldest: str = ""
    one_day: bool = True
    fresh: str = ""
    """How many events came that are not on screen, in words."""

    _newer: str = ""
    _older: str = ""
    _seen_until: datetime | None = None

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the page that the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = read(self.router.url.query_parameters)
            self._show_address(address, zone)
            self.fresh = ""
            if not address.cursor:
                self._seen_until = None
        await self._load_options(address)
        is_loaded = False
        async for _ in live.changes(self):
            if address.live or not is_loaded:
                is_loaded = await self._load(address, zone)
            await self._count_fresh(address, zone)

    @rx.event
    @guarded(Right.READ)
    async def set_live(self, wanted: bool) -> Any:
        """Let new rows appear by themselves, or hold the page still."""
        self.is_live = bool(wanted)
        return rx.redirect(replace(self._address, live=self.is_live).href, replace=True)

    @rx.event
    @guarded(Right.READ)
    async def show_newest(self) -> Any:
        """Go to the newest rows; on the first page, load them."""
        return rx.redirect(replace(self._address, cursor="").href, replace=self.is_first)

    @rx.event
    @guarded(Right.READ)
    async def export(self) -> Any:
        """Download what the filters show, all pages of it."""
        zone = current_zone(await self.get_state(SessionState))
        now = utc_now()
        name = f"events-{now.astimezone(zone):%Y-%m-%d}.csv"
        return rx.download(url=self._address.file(now=now, zone=zone), filename=name)

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

    async def _load_options(self, address: LogAddress) -> None:
        everything = PageRequest(limit=MAX_LIMIT)
        types = await event_types.list_page(actor(), everything, archived=None)
        places = await campaigns.list_page(actor(), everything, archived=None)
        brought = await affiliates.list_page(actor(), everything, archived=None)
        events = _with_chosen([(row.name, row.name) for row in types.items], address.event)
        keys = _with_chosen([(row.key, row.name) for row in places.items], address.campaign)
        sources = _with_chosen([(row.key, row.name) for row in brought.items], address.affiliate)
        shown = (self.events, self.campaign_options, self.affiliate_options)
        if (events, keys, sources) != shown:
            async with self:
                self.events, self.campaign_options = events, keys
                self.affiliate_options = sources

    async def _load(self, address: LogAddress, zone: ZoneInfo) -> bool:
        try:
            wanted = address.wanted(now=utc_now(), zone=zone)
            page = await event_log.list_page(
                actor(), wanted, PageRequest(limit=ROWS, cursor=address.cursor)
            )
        except AppError as error:
            errors = feedback.errors_of(error)
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
                self.range_error = errors.get("range", "")
                self.code_error = errors.get("code", "")
                self._address = address.mended(errors)  # where “Try again” leads
                self.lines, self.has_newer, self.has_older = [], False, False
            return False
        shown = list_state.READY if page.items else await self._why_empty(address)
        lines = [event_line(row) for row in page.items]
        times = [row.received_at for row in page.items]
        async with self:
            if (lines, shown) != (self.lines, self.list_state):
                self.lines, self.list_state = lines, shown
            self.newest = times[0].isoformat() if times else ""
            self.oldest = times[-1].isoformat() if times else ""
            self.one_day = not times or _same_day(times[0], times[-1], zone)
            self._newer, self._older = page.previous_cursor or "", page.next_cursor or ""
            self.has_newer, self.has_older = bool(self._newer), bool(self._older)
            self.is_first = not self.has_newer
            if self.is_first:
                self._seen_until = _just_after(page)
        return True

    async def _why_empty(self, address: LogAddress) -> str:
        if address.chips:
            return list_state.NO_MATCH
        anything = await event_log.list_page(actor(), EventLogFilter(), PageRequest(limit=1))
        return list_state.NO_MATCH if anything.items else list_state.EMPTY

    async def _count_fresh(self, address: LogAddress, zone: ZoneInfo) -> None:
        """Say how many events arrived beyond what the person has seen of the first page."""
        fresh = ""
        holds_still = not (address.live and self.is_first)
        # What arrives has any time of the event, so that order has no newcomers.
        if self.list_state != list_state.FAILED and holds_still and not address.time:
            if self._seen_until is None:
                async with self:
                    self._seen_until = utc_now()
            wanted = address.wanted(now=utc_now(), zone=zone)
            found = await event_log.count(
                actor(), replace(wanted, since=self._seen_until), at_most=HINT_AT_MOST
            )
            fresh = _fresh_words(found) if found.number else ""
        if fresh != self.fresh:
            async with self:
                self.fresh = fresh


def _with_chosen(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """Keep a filter from the address visible that names nothing we know."""
    if not chosen or any(value == chosen for value, _ in options):
        return options
    return [*options, (chosen, chosen)]


def _same_day(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).date() == last.astimezone(zone).date()


def _just_after(page: Page[EventLogRow]) -> datetime:
    return page.items[0].received_at + _INSTANT if page.items else utc_now()


def _fresh_words(found: event_log.Count) -> str:
    plus = "" if found.is_complete else "+"
    return f"{found.number}{plus} new event{'s' if found.number != 1 else ''}"
