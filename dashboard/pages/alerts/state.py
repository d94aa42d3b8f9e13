"""What the list of alerts shows: one page for the filters in the address, kept live."""

from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.components import list_state
from dashboard.pages.alerts.filters import AlertAddress, Chip, read
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import NoticeState
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.notices import closing
from services.paging import PageRequest
from services.reporting import notice_log
from services.reporting.notice_log import NoticeFilter, NoticeRow

ROWS = 50


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One notice in the list."""

    key: str
    type: str
    state: str
    title: str
    text: str
    href: str
    count: str
    opened_at: str
    last_at: str
    resolved_at: str
    can_close: bool


class AlertsState(rx.State):
    """The rows on screen and their filters."""

    lines: list[AlertLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    state_filter: str = ""
    type_filter: str = ""
    range_filter: str = ""
    chips: list[Chip] = rx.field(default_factory=list)
    has_newer: bool = False
    has_older: bool = False
    may_close: bool = False

    _address: AlertAddress = AlertAddress()
    _newer: str = ""
    _older: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the page that the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = read(self.router.url.query_parameters)
            self._address, self.chips = address, address.chips
            self.state_filter, self.type_filter = address.state, address.type
            self.range_filter = address.range
            self.may_close = Right.RESEND in actor().rights
        async for _ in live.changes(self):
            await self._load(address, zone)

    @rx.event
    @guarded(Right.READ)
    async def choose(self, name: str, value: str) -> Any:
        """Set a filter, or take it away with an empty value."""
        return rx.redirect(self._address.with_filter(name, value).href)

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, name: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.with_filter(name, "").href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away."""
        return rx.redirect(AlertAddress().href)

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Ask again."""
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

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def close(self, notice_id: str) -> Any:
        """Say that the failures of a notice are dealt with."""
        await closing.close(actor(), notice_id)
        return feedback.done("Marked as done.")

    async def _load(self, address: AlertAddress, zone: ZoneInfo) -> None:
        try:
            wanted = address.wanted(now=utc_now(), zone=zone)
            request = PageRequest(limit=ROWS, cursor=address.cursor)
            page = await notice_log.list_page(actor(), wanted, request)
            shown = list_state.READY if page.items else await _why_empty(address)
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
                self.lines, self.has_newer, self.has_older = [], False, False
                self._address = AlertAddress()  # where “Try again” leads
            return
        lines = [_line(row) for row in page.items]
        ends = (page.previous_cursor or "", page.next_cursor or "")
        if (lines, shown, ends) != (self.lines, self.list_state, (self._newer, self._older)):
            async with self:
                self.lines, self.list_state = lines, shown
                self._newer, self._older = ends
                self.has_newer, self.has_older = bool(ends[0]), bool(ends[1])


async def _why_empty(address: AlertAddress) -> str:
    if address.chips:
        return list_state.NO_MATCH
    anything = await notice_log.list_page(actor(), NoticeFilter(), PageRequest(limit=1))
    return list_state.NO_MATCH if anything.items else list_state.EMPTY


def _line(row: NoticeRow) -> AlertLine:
    is_open = row.state is NoticeState.OPEN
    return AlertLine(
        key=row.id,
        type=row.kind,
        state=row.state,
        title=row.title,
        text=row.text,
        href=row.path,
        count=f"{row.count:,}",
        opened_at=row.opened_at.isoformat(),
        last_at=row.last_at.isoformat(),
        resolved_at=row.resolved_at.isoformat() if row.resolved_at else "",
        can_close=is_open and row.kind in closing.CLOSED_BY_PEOPLE,
    )
