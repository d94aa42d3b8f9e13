"""What the list of alerts shows: one page for the filters in the address, kept live."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.log_page import LogPage
from dashboard.pages.alerts.filters import AlertAddress
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import NoticeState
from services.actor import Right
from services.notices import closing
from services.paging import Page, PageRequest
from services.reporting import notice_log
from services.reporting.notice_log import NoticeFilter, NoticeRow


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


class AlertsState(LogPage, rx.State):
    """The rows on screen and their filters."""

    lines: list[AlertLine] = rx.field(default_factory=list)
    state_filter: str = ""
    type_filter: str = ""
    range_filter: str = ""
    may_close: bool = False

    _address: AlertAddress = AlertAddress()

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the page that the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = AlertAddress.from_query(self.router.url.query_parameters)
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
    @guarded(Right.EDIT_DEFINITIONS)
    async def close(self, notice_id: str) -> Any:
        """Say that the failures of a notice are dealt with."""
        await closing.close(actor(), notice_id)
        return feedback.done("Marked as done.")

    async def _list(self, wanted: NoticeFilter, request: PageRequest) -> Page[NoticeRow]:
        return await notice_log.list_page(actor(), wanted, request)

    def _everything(self) -> NoticeFilter:
        return NoticeFilter()

    def _line(self, row: NoticeRow) -> AlertLine:
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
