"""The postbacks of the event on screen."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import reflex as rx

from dashboard import feedback, live
from dashboard.components import list_state
from dashboard.session import actor, guarded
from services.catalog import postbacks
from services.catalog.postbacks import PostbackRow
from services.errors import AppError, NotFound
from services.paging import PageRequest
from services.reporting import delivery_log
from services.reporting.delivery_log import DeliveryFilter, DeliveryRow


@dataclass(frozen=True, slots=True)
class PostbackLine:
    """One postback as the event's page shows it, with how its last delivery went."""

    id: str
    event: str
    method: str
    url: str
    host: str
    campaign: str
    enabled: bool
    last_status: str
    last_code: int | None
    last_at: str
    last_event_id: str


class PostbacksState(rx.State):
    """The list, its switches and the question before one is archived."""

    lines: list[PostbackLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    is_asking: bool = False
    asked_about: str = ""

    _event: str = ""
    _asked_id: str = ""

    @rx.event(background=True)
    @guarded
    async def follow(self) -> None:
        """Show the postbacks of the event in the address, and again after every change."""
        wanted = str(self.event_name)
        async with self:
            if wanted != self._event:
                self.lines, self.list_state, self._event = [], list_state.LOADING, wanted
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded
    async def switch(self, postback_id: str, is_on: bool) -> Any:
        """Switch one postback on or off."""
        row = await postbacks.update(actor(), str(postback_id), {"enabled": bool(is_on)})
        self.lines = [
            replace(line, enabled=row.enabled) if line.id == row.id else line for line in self.lines
        ]
        return feedback.done(
            "Switched on." if row.enabled else "Switched off: nothing new is sent to it."
        )

    @rx.event
    @guarded
    async def ask(self, postback_id: str) -> None:
        """Open the question before a postback is archived."""
        line = next((each for each in self.lines if each.id == postback_id), None)
        if line is not None:
            self._asked_id, self.is_asking = line.id, True
            self.asked_about = line.host

    @rx.event
    @guarded
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded
    async def archive(self) -> Any:
        """Archive the postback that was asked about."""
        self.is_asking = False
        await postbacks.archive(actor(), self._asked_id)
        return feedback.done("Archived the postback.")

    async def _load(self, wanted: str) -> None:
        try:
            rows = await postbacks.list_for_event(actor(), wanted)
            rows = [row for row in rows if row.archived_at is None]
            last = await asyncio.gather(*(_last_delivery(row.id) for row in rows))
        except NotFound:  # the form beside this list says so
            return
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [_line(row, wanted, found) for row, found in zip(rows, last, strict=True)]
        shown = list_state.READY if lines else list_state.EMPTY
        if (lines, shown) != (self.lines, self.list_state):
            async with self:
                self.lines, self.list_state = lines, shown


async def _last_delivery(postback_id: str) -> DeliveryRow | None:
    page = await delivery_log.list_page(
        actor(), DeliveryFilter(postback=postback_id), PageRequest(limit=1)
    )
    return page.items[0] if page.items else None


def _line(row: PostbackRow, event: str, last: DeliveryRow | None) -> PostbackLine:
    return PostbackLine(
        id=row.id,
        event=event,
        method=row.method,
        url=row.url,
        host=urlsplit(row.url).netloc,
        campaign=row.campaign or "",
        enabled=row.enabled,
        last_status=last.status if last else "",
        last_code=last.response_code if last else None,
        last_at=last.created_at.isoformat() if last else "",
        last_event_id=last.event_id if last else "",
    )
