"""The fields of an event's form: each taken as it is typed or switched."""

from dataclasses import asdict
from typing import Final

import reflex as rx

from dashboard.components.dedupe_choice import AGAIN, EVERY_TIME, USUAL_WINDOW, WINDOW
from dashboard.pages.event.draft import EventDraft
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import conversion_guard, event_types
from services.catalog.dedupe_input import MAX_WINDOW_MINUTES
from services.errors import NotFound

NO_ERRORS: Final = {"name": "", "description": "", "dedupe": "", "": ""}


class EventForm(rx.State, mixin=True):
    """What stands in the form, what is wrong with it, and what its switches would cause."""

    shown: str = ""
    """The stored name of the event on screen; empty for a new one."""

    name: str = ""
    description: str = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    multi_trigger: bool = False
    dedupe: str = EVERY_TIME
    window_minutes: str = USUAL_WINDOW
    available_everywhere: bool = True

    is_dirty: bool = False
    errors: dict[str, str] = NO_ERRORS
    suggestion: str = ""
    _replaced: str = ""
    """The name that a suggestion took the place of; a form that is slow may still send it."""
    overlap: str = ""
    """Warns that a campaign would have two conversion events."""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_name(self, name: str) -> None:
        """Take the name and say at once what is wrong with it."""
        self.name, self.is_dirty, self._replaced = str(name), True, ""
        self._clear("name")
        suggestion = event_types.suggest_name(self.name)
        self.suggestion = suggestion if suggestion != self.name else ""
        if not self.suggestion and self.name and self.name != self.shown:
            await self._check_taken()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def use_suggestion(self) -> None:
        """Take the name that fits."""
        self._replaced = self.name
        self.name, self.suggestion, self.is_dirty = self.suggestion, "", True
        self._clear("name")
        if self.name != self.shown:
            await self._check_taken()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_description(self, description: str) -> None:
        """Take the description."""
        self.description, self.is_dirty = str(description), True
        self._clear("description")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_conversion(self, is_on: bool) -> None:
        """Take the switch, and warn where it makes a second conversion event."""
        self.is_conversion, self.is_dirty = bool(is_on), True
        self.overlap = await self._overlap()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_affiliate_conversion(self, is_on: bool) -> None:
        """Take the switch."""
        self.is_affiliate_conversion, self.is_dirty = bool(is_on), True

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_multi_trigger(self, is_on: bool) -> None:
        """Take the switch."""
        self.multi_trigger, self.is_dirty = bool(is_on), True
        self._clear("dedupe")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_dedupe(self, mode: str) -> None:
        """Take the choice of how often it fires again."""
        if mode in AGAIN:
            self.dedupe, self.is_dirty = mode, True
            self._clear("dedupe")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_window_minutes(self, minutes: str) -> None:
        """Take the length of the window."""
        self.window_minutes, self.is_dirty = minutes, True
        self._clear("dedupe")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_available(self, is_on: bool) -> None:
        """Take the switch."""
        self.available_everywhere, self.is_dirty = bool(is_on), True

    def _draft(self) -> EventDraft:
        return EventDraft(
            name=self.name,
            description=self.description,
            is_conversion=self.is_conversion,
            is_affiliate_conversion=self.is_affiliate_conversion,
            multi_trigger=self.multi_trigger,
            dedupe=self.dedupe,
            window_minutes=self.window_minutes,
            available_everywhere=self.available_everywhere,
        )

    def _show(self, draft: EventDraft) -> None:
        """Put values into the form, without messages about what stood there before."""
        for name, value in asdict(draft).items():
            setattr(self, name, value)
        self.is_dirty, self.errors = False, dict(NO_ERRORS)
        self.suggestion = self._replaced = ""

    def _say(self, errors: dict[str, str]) -> None:
        known = {name: errors.pop(name, "") for name in NO_ERRORS if name}
        if known["dedupe"] and self.dedupe == WINDOW:
            known["dedupe"] = f"Give whole minutes from 1 to {MAX_WINDOW_MINUTES:,}."
        self.errors = known | {"": " ".join(errors.values())}

    def _clear(self, field: str) -> None:
        self.errors = self.errors | {field: ""}

    async def _overlap(self) -> str:
        """Return the warning about a second conversion event, as the switch stands now."""
        if not (self.is_conversion and self.shown):
            return ""
        try:
            found = await conversion_guard.conversion_overlaps(actor(), self.shown)
        except NotFound:  # renamed or gone a moment ago; the page shows that by itself
            return ""
        return conversion_guard.overlap_warning(found)

    async def _check_taken(self) -> None:
        try:
            row = await event_types.get(actor(), self.name)
        except NotFound:
            return
        archived = " It is archived." if row.archived_at else ""
        self.errors = self.errors | {
            "name": f"There is an event called “{row.name}” already.{archived} Choose another name."
        }
