"""What Event Management shows and asks."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.pages.events.presets import PRESETS, Preset
from dashboard.session import actor, guarded
from models.words import DedupeMode
from services.actor import Right
from services.catalog import event_types
from services.catalog.event_types import EventTypeRow
from services.errors import AppError, InvalidInput
from services.paging import PageRequest, decode_cursor
from services.reporting import event_usage
from services.reporting.event_usage import EventUsage

SHOWN: Final[dict[str, bool | None]] = {"": False, "archived": True, "all": None}
"""What the filter's word means for `event_types.list_page`."""

PAGE_SIZE: Final = 100
OFFERED_BELOW: Final = len(PRESETS)
"""Whoever has this many events has found the way; the presets then only take room."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as the list shows it."""

    name: str
    description: str
    is_conversion: bool
    is_affiliate_conversion: bool
    multi_trigger: bool
    again: str
    """Multi-Trigger, and how often it then fires for the same lead."""
    assigned_only: bool
    archived: bool
    postbacks: int
    last_fired_at: str
    per_hour: list[int]
    fired: int
    failed: int
    trend: str


@dataclass(frozen=True, slots=True)
class PresetLine:
    """One preset that can still be created."""

    name: str
    description: str
    is_conversion: bool
    is_affiliate_conversion: bool
    multi_trigger: bool


class EventsState(rx.State):
    """The list, its search and filter, the presets, and what a row's menu does."""

    lines: list[EventLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    show: str = ""
    newer: str = ""
    older: str = ""
    offered: list[PresetLine] = rx.field(default_factory=list)
    asked_about: str = ""
    is_asking: bool = False

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the list that the address asks for, and again after every change."""
        query = self.router.url.query_parameters
        show = query.get("show", "")
        async with self:
            self.q = query.get("q", "")
            self.show = show if show in SHOWN else ""
        cursor = _own(query.get("cursor", ""))
        async for _ in live.changes(self):
            await self._load(cursor)

    @rx.event
    @guarded(Right.READ)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = str(q)
        return self._to(q=self.q, show=self.show)

    @rx.event
    @guarded(Right.READ)
    async def filter_by(self, show: str) -> Any:
        """Show active, archived or all events."""
        self.show = str(show) if show in SHOWN else ""
        return self._to(q=self.q, show=self.show)

    @rx.event
    @guarded(Right.READ)
    async def clear(self) -> Any:
        """Take search and filter away."""
        self.q = self.show = ""
        return self._to(q="", show="")

    @rx.event
    @guarded(Right.READ)
    async def turn(self, cursor: str) -> Any:
        """Go to the page of the list that a cursor names."""
        return rx.redirect(
            routes.with_query(routes.EVENT_MANAGEMENT, q=self.q, show=self.show, cursor=str(cursor))
        )

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def use_preset(self, name: str) -> Any:
        """Create one of the usual events; the list then shows it by itself."""
        preset = next((each for each in PRESETS if each.name == name), None)
        if preset is None:
            return None
        row = await event_types.create(actor(), preset.as_input())
        return feedback.done(f"Created “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clone(self, name: str) -> Any:
        """Copy an event with its postbacks, and open the copy to be renamed."""
        row = await event_types.clone(actor(), str(name))
        return [
            feedback.done(f"Cloned “{name}” as “{row.name}”, postbacks included."),
            rx.redirect(routes.event(row.name)),
        ]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, name: str) -> None:
        """Open the question before an event is archived."""
        self.asked_about = str(name)
        self.is_asking = True

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the event that was asked about."""
        self.is_asking = False
        row = await event_types.archive(actor(), self.asked_about)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self, name: str) -> Any:
        """Bring an archived event back."""
        row = await event_types.restore(actor(), str(name))
        return feedback.done(f"Restored “{row.name}”.")

    def _to(self, *, q: str, show: str) -> Any:
        target = routes.with_query(routes.EVENT_MANAGEMENT, q=q, show=show)
        return rx.redirect(target, replace=True)

    async def _load(self, cursor: str) -> None:
        q, show = self.q, self.show
        try:
            page, used = await asyncio.gather(
                event_types.list_page(
                    actor(),
                    PageRequest(limit=PAGE_SIZE, cursor=cursor),
                    archived=SHOWN[show],
                    q=q,
                ),
                event_usage.usage(actor()),
            )
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [_line(row, used.get(row.name, EventUsage())) for row in page.items]
        offered = [_offer(each) for each in PRESETS if each.name not in used]
        if len(used) >= OFFERED_BELOW:
            offered = []
        shown = list_state.READY
        if not lines:
            shown = list_state.NO_MATCH if q or show else list_state.EMPTY
        new = (lines, shown, offered, page.previous_cursor or "", page.next_cursor or "")
        if new != (self.lines, self.list_state, self.offered, self.newer, self.older):
            async with self:
                self.lines, self.list_state, self.offered, self.newer, self.older = new


def _own(cursor: str) -> str:
    """Return a cursor of an address that may be old or mistyped; the first page for a wrong one."""
    try:
        decode_cursor(cursor, keys=2)
    except InvalidInput:
        return ""
    return cursor


def _line(row: EventTypeRow, used: EventUsage) -> EventLine:
    return EventLine(
        name=row.name,
        description=row.description,
        is_conversion=row.is_conversion,
        is_affiliate_conversion=row.is_affiliate_conversion,
        multi_trigger=row.dedupe.fires_again,
        again=_again(row),
        assigned_only=not row.available_everywhere,
        archived=row.archived_at is not None,
        postbacks=used.postbacks,
        last_fired_at=used.last_fired_at.isoformat() if used.last_fired_at else "",
        per_hour=list(used.per_hour),
        fired=used.fired_24h,
        failed=used.failed_24h,
        trend=f"{row.name}, fired per hour in the last 24 hours: {used.fired_24h} in all",
    )


def _again(row: EventTypeRow) -> str:
    if row.dedupe is DedupeMode.ONCE_PER_ORDER:
        return "Multi-Trigger · per order"
    if row.dedupe is DedupeMode.WINDOW:
        return f"Multi-Trigger · {row.dedupe_window_minutes:,} min"
    return "Multi-Trigger"


def _offer(preset: Preset) -> PresetLine:
    return PresetLine(
        name=preset.name,
        description=preset.description,
        is_conversion=preset.is_conversion,
        is_affiliate_conversion=preset.is_affiliate_conversion,
        multi_trigger=preset.multi_trigger,
    )
