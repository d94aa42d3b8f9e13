"""What the incoming log shows: one page of calls for the filters in the address, kept live."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.components import list_state
from dashboard.pages.incoming_calls.address import WAITING, CallsAddress, read
from dashboard.pages.incoming_calls.filter_state import CallFilters
from dashboard.pages.incoming_calls.lines import BadKeyLine, CallLine, bad_key_line, call_line
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.inbox import bad_keys
from services.paging import PageRequest
from services.reporting import incoming_log
from services.reporting.incoming_log import SubmissionFilter

ROWS = 50


class CallsLogState(CallFilters, rx.State):
    """The rows on screen, below the filters."""

    lines: list[CallLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""

    is_first: bool = True
    has_newer: bool = False
    has_older: bool = False
    newest: str = ""
    oldest: str = ""
    one_day: bool = True

    bad_keys: list[BadKeyLine] = rx.field(default_factory=list)
    bad_key_words: str = ""

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
                self.list_state, self.lines = list_state.LOADING, []
            self._show_address(address, zone)
        await self._load_options(address)
        is_loaded = False
        async for _ in live.changes(self):
            if address.live or not is_loaded:
                is_loaded = await self._load(address, zone)
            await self._load_bad_keys(address)

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

    async def _load(self, address: CallsAddress, zone: ZoneInfo) -> bool:
        try:
            page = await incoming_log.list_page(
                actor(),
                address.wanted(now=utc_now(), zone=zone),
                PageRequest(limit=ROWS, cursor=address.cursor),
            )
            shown = list_state.READY if page.items else await self._why_empty(address)
        except AppError as error:
            errors = feedback.errors_of(error)
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
                self.range_error = errors.get("range", "")
                self._address = address.mended(errors)  # where “Try again” leads
                self.lines, self.has_newer, self.has_older = [], False, False
            return False
        waiting = address.view == WAITING
        lines = [call_line(row, among_waiting=waiting) for row in page.items]
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
        return True

    async def _why_empty(self, address: CallsAddress) -> str:
        if any(address.chips({})):
            return list_state.NO_MATCH
        anything = SubmissionFilter(
            handling=tuple(map(str, incoming_log.UNMATCHED)) if address.view == WAITING else ()
        )
        page = await incoming_log.list_page(actor(), anything, PageRequest(limit=1))
        return list_state.NO_MATCH if page.items else list_state.EMPTY

    async def _load_bad_keys(self, address: CallsAddress) -> None:
        found = () if address.view == WAITING else await bad_keys.recent(actor())
        lines = [bad_key_line(row) for row in found]
        if lines != self.bad_keys:
            calls = sum(row.calls for row in found)
            async with self:
                self.bad_keys = lines
                self.bad_key_words = (
                    f"{calls:,} call{'s' if calls != 1 else ''} with a bad key in the last 24 hours"
                )


def _same_day(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).date() == last.astimezone(zone).date()
