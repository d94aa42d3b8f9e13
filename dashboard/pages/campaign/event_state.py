"""One event in one campaign: what is inherited, and what the campaign says otherwise."""

from dataclasses import asdict
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components.conflict_panel import ConflictLine
from dashboard.components.dedupe_choice import USUAL_WINDOW, WINDOW, dedupe_words
from dashboard.pages.campaign.overrides import (
    INHERIT,
    OFF,
    ON,
    OverrideDraft,
    compared,
    draft_of,
    is_brought,
)
from dashboard.pages.campaign.state import EVENT_MANAGER
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import campaign_events, campaigns, conversion_guard, effective_events
from services.catalog.conversion_guard import ConversionOverlap
from services.catalog.dedupe_input import MAX_WINDOW_MINUTES
from services.catalog.effective_events import EffectiveEvent
from services.errors import AppError, NotFound, StaleVersion

LOADING, MISSING, FAILED, READY = "loading", "missing", "error", "ready"
_CHOICES: Final = frozenset({INHERIT, ON, OFF})
_FLAGS: Final = ("enabled", "is_conversion", "is_affiliate_conversion")


class EventInCampaignState(rx.State):
    """The form of the overrides; each choice is inherit or this campaign's own."""

    phase: str = LOADING
    problem: str = ""
    name: str = ""
    description: str = ""
    origin: str = ""
    lists: list[tuple[str, str]] = rx.field(default_factory=list)
    """(path, name) of the campaign's lists that hold the event."""
    is_in_force: bool = False
    why_not: str = ""
    has_overrides: bool = False
    inherited: dict[str, str] = rx.field(default_factory=dict)
    """What each choice means while it is inherited."""

    enabled: str = INHERIT
    is_conversion: str = INHERIT
    is_affiliate_conversion: str = INHERIT
    dedupe: str = INHERIT
    window_minutes: str = USUAL_WINDOW

    is_dirty: bool = False
    error: str = ""
    dedupe_error: str = ""
    overlap: str = ""
    conflict: list[ConflictLine] = rx.field(default_factory=list)

    _key: str = ""
    _version: int = 0
    _their_version: int = 0
    """The newest one that `conflict` has shown: what may be overwritten knowingly."""
    _found: EffectiveEvent | None = None

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the event of the address as it stands in the campaign, and after every change."""
        key = str(self.campaign_key)
        query = self.router.url.query_parameters
        name = query.get("event", "")
        if query.get("part", "") != EVENT_MANAGER or not name:
            return
        async with self:
            if (key, name) != (self._key, self.name):
                self.reset()
                self._key, self.name = key, name
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def choose(self, field: str, choice: str) -> None:
        """Take inherit, on or off for a flag, and warn of a second conversion event."""
        if field in _FLAGS and choice in _CHOICES:
            setattr(self, field, choice)
            self.is_dirty = True
            self.overlap = await self._overlap()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def choose_dedupe(self, mode: str) -> None:
        """Take inherit or a mode."""
        self.dedupe, self.is_dirty, self.dedupe_error = mode, True, ""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_window_minutes(self, minutes: str) -> None:
        """Take the length of the window."""
        self.window_minutes, self.is_dirty, self.dedupe_error = minutes, True, ""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the choices; what is wrong is said beside them, and nothing typed is lost."""
        self.window_minutes = str(form.get("window_minutes", self.window_minutes))
        return await self._store(if_match=self._version)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Store the choices over the version that was shown beside them."""
        return await self._store(if_match=self._their_version)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def reload(self) -> None:
        """Throw away what was chosen and show what is stored."""
        self._fill(await campaign_events.get(actor(), self._key, self.name))
        self.overlap = await self._overlap()

    @rx.event
    @guarded(Right.READ)
    async def leave(self) -> None:
        """Give up what was chosen: another page was opened."""
        self.is_dirty = False

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clear(self) -> Any:
        """Have the campaign inherit everything again."""
        self._fill(await campaign_events.clear(actor(), self._key, self.name))
        self.overlap = await self._overlap()
        return feedback.done(f"“{self.name}” is as inherited in this campaign again.")

    async def _store(self, *, if_match: int) -> Any:
        self.error = self.dedupe_error = ""
        try:
            row = await campaign_events.put(
                actor(), self._key, self.name, self._draft().as_input(), if_match=if_match
            )
        except StaleVersion:
            self._compare(await campaign_events.get(actor(), self._key, self.name))
            return None
        except AppError as error:
            self._say(feedback.errors_of(error))
            return None
        self._fill(row)
        self.overlap = await self._overlap()
        return feedback.done(f"Saved “{self.name}” for this campaign.")

    async def _load(self) -> None:
        try:
            found = await campaign_events.get(actor(), self._key, self.name)
            campaign = await campaigns.get(actor(), self._key)
        except AppError as error:
            async with self:
                self.phase = MISSING if isinstance(error, NotFound) else FAILED
                self.problem = feedback.sentence(error)
            return
        why_not = effective_events.why_unavailable(found, campaign)
        if (self.phase, self._found, self.why_not) != (READY, found, why_not):
            async with self:
                if not (self.is_dirty and self.phase == READY):
                    self._fill(found)
                else:
                    self._know(found)
                    if found.overrides.version != self._version:
                        self._compare(found)
                self.why_not, self.phase = why_not, READY
        overlap = await self._overlap()
        if overlap != self.overlap:
            async with self:
                self.overlap = overlap

    def _fill(self, found: EffectiveEvent) -> None:
        """Put what is stored into the form, without messages about what stood there before."""
        for name, value in asdict(draft_of(found.overrides)).items():
            setattr(self, name, value)
        self._know(found)
        self._version, self._their_version = found.overrides.version, 0
        self.is_dirty, self.error, self.dedupe_error, self.conflict = False, "", "", []

    def _know(self, found: EffectiveEvent) -> None:
        """Take over what is not in the form."""
        self._found = found
        self.description = found.inherited.description
        self.origin = found.origin or ""
        self.lists = [(str(routes.event_list(each.id)), each.name) for each in found.lists]
        self.is_in_force = found.enabled
        self.inherited = _inherited(found)
        stored = draft_of(found.overrides).as_input()
        self.has_overrides = any(value is not None for value in stored.values())

    def _compare(self, theirs: EffectiveEvent) -> None:
        """Show the form beside what somebody else stored, and leave it as it was chosen."""
        self.conflict = compared(self._draft(), theirs.overrides)
        self._their_version = theirs.overrides.version

    def _draft(self) -> OverrideDraft:
        return OverrideDraft(
            enabled=self.enabled,
            is_conversion=self.is_conversion,
            is_affiliate_conversion=self.is_affiliate_conversion,
            dedupe=self.dedupe,
            window_minutes=self.window_minutes,
        )

    def _say(self, errors: dict[str, str]) -> None:
        self.dedupe_error = errors.pop("dedupe", "")
        if self.dedupe_error and self.dedupe == WINDOW:
            self.dedupe_error = f"Give whole minutes from 1 to {MAX_WINDOW_MINUTES:,}."
        self.error = " ".join(errors.values())

    async def _overlap(self) -> str:
        """Return the warning about a second conversion event, as the form stands now."""
        found = self._found
        if found is None:
            return ""
        here = is_brought(found) if self.enabled == INHERIT else self.enabled == ON
        counts = self.is_conversion == ON or (
            self.is_conversion == INHERIT and found.inherited.is_conversion
        )
        if not (here and counts):
            return ""
        others = tuple(
            each.event_type.name
            for each in await effective_events.list_for_campaign(actor(), self._key)
            if each.enabled and each.event_type.is_conversion and each.event_type.name != self.name
        )
        place = [ConversionOverlap(self._key, "this campaign", others)] if others else []
        return conversion_guard.overlap_warning(place)


def _inherited(found: EffectiveEvent) -> dict[str, str]:
    event = found.inherited
    if event.available_everywhere:
        enabled = "on, available to all campaigns"
    elif found.lists:
        enabled = "on, by " + ", ".join(f"“{each.name}”" for each in found.lists)
    else:
        enabled = "off, nothing brings it here"
    return {
        "enabled": enabled,
        "is_conversion": "on" if event.is_conversion else "off",
        "is_affiliate_conversion": "on" if event.is_affiliate_conversion else "off",
        "dedupe": dedupe_words(event.dedupe, event.dedupe_window_minutes).lower(),
    }
