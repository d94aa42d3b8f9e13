"""What the incoming log shows: one page of calls for the filters in the address, kept live."""

from datetime import datetime

import reflex as rx

from dashboard import live
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.pages.incoming_calls.address import WAITING, CallsAddress, read
from dashboard.pages.incoming_calls.filter_state import CallFilters
from dashboard.pages.incoming_calls.lines import BadKeyLine, CallLine, bad_key_line, call_line
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.inbox import bad_keys
from services.paging import Page, PageRequest
from services.reporting import incoming_log
from services.reporting.incoming_log import SubmissionFilter, SubmissionRow


class CallsLogState(CallFilters, rx.State):
    """The rows on screen, below the filters."""

    lines: list[CallLine] = rx.field(default_factory=list)

    bad_keys: list[BadKeyLine] = rx.field(default_factory=list)
    bad_key_words: str = ""

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

    async def _list(self, wanted: SubmissionFilter, request: PageRequest) -> Page[SubmissionRow]:
        return await incoming_log.list_page(actor(), wanted, request)

    def _everything(self) -> SubmissionFilter:
        waiting = tuple(map(str, incoming_log.UNMATCHED)) if self.view == WAITING else ()
        return SubmissionFilter(handling=waiting)

    def _line(self, row: SubmissionRow) -> CallLine:
        return call_line(row, among_waiting=self.view == WAITING)

    def _time_of(self, row: SubmissionRow) -> datetime:
        return row.received_at

    async def _load_bad_keys(self, address: CallsAddress) -> None:
        found = () if address.view == WAITING else await bad_keys.recent(actor())
        calls = sum(row.calls for row in found)
        words = f"{calls:,} call{'s' if calls != 1 else ''} with a bad key in the last 24 hours"
        lines = [bad_key_line(row) for row in found]
        await set_changed(self, {"bad_keys": lines, "bad_key_words": words})
