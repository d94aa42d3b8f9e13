"""What the event log shows: one page of rows for the filters in the address, kept live."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.components.event_table import EventLine
from dashboard.lines import event_line
from dashboard.log_page import Options, with_chosen
from dashboard.pages.logs.filter_state import LogFilters
from dashboard.pages.logs.filters import EventLogAddress, read
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns, event_types
from services.clock import utc_now
from services.errors import AppError
from services.paging import MAX_LIMIT, Page, PageRequest
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter, EventLogRow

HINT_AT_MOST = 99
_INSTANT = timedelta(microseconds=1)


class LogsState(LogFilters, rx.State):
    """The rows on screen, below the filters."""

    lines: list[EventLine] = rx.field(default_factory=list)
    events: Options = rx.field(default_factory=list)
    campaign_options: Options = rx.field(default_factory=list)
    affiliate_options: Options = rx.field(default_factory=list)

    fresh: str = ""
    """How many events came that are not on screen, in words."""

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

    async def _list(self, wanted: EventLogFilter, request: PageRequest) -> Page[EventLogRow]:
        return await event_log.list_page(actor(), wanted, request)

    def _everything(self) -> EventLogFilter:
        return EventLogFilter()

    def _line(self, row: EventLogRow) -> EventLine:
        return event_line(row)

    def _time_of(self, row: EventLogRow) -> datetime:
        return row.received_at

    def _values(self, page: Page[EventLogRow], zone: ZoneInfo) -> dict[str, Any]:
        values = super()._values(page, zone)
        return values | {"_seen_until": _just_after(page)} if values["is_first"] else values

    def _show_failure(self, error: AppError, address: EventLogAddress) -> None:
        super()._show_failure(error, address)
        self.code_error = feedback.errors_of(error).get("code", "")

    async def _load_options(self, address: EventLogAddress) -> None:
        everything = PageRequest(limit=MAX_LIMIT)
        types = await event_types.list_page(actor(), everything, archived=None)
        places = await campaigns.list_page(actor(), everything, archived=None)
        brought = await affiliates.list_page(actor(), everything, archived=None)
        await set_changed(
            self,
            {
                "events": with_chosen([(row.name, row.name) for row in types.items], address.event),
                "campaign_options": with_chosen(
                    [(row.key, row.name) for row in places.items], address.campaign
                ),
                "affiliate_options": with_chosen(
                    [(row.key, row.name) for row in brought.items], address.affiliate
                ),
            },
        )

    async def _count_fresh(self, address: EventLogAddress, zone: ZoneInfo) -> None:
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


def _just_after(page: Page[EventLogRow]) -> datetime:
    return page.items[0].received_at + _INSTANT if page.items else utc_now()


def _fresh_words(found: event_log.Count) -> str:
    plus = "" if found.is_complete else "+"
    return f"{found.number}{plus} new event{'s' if found.number != 1 else ''}"
