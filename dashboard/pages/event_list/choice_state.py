"""The two lists to tick from: their searches, and what is ticked."""

from collections.abc import Iterable
from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.list_changes import ChangeGroup, grouped, summary
from dashboard.pages.event_list.choices import (
    CampaignChoice,
    EventChoice,
    matching_campaigns,
    matching_events,
)
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import event_lists
from services.errors import AppError


class ListChoices(rx.State, mixin=True):
    """Which events and campaigns are ticked, and what that would change."""

    events: list[EventChoice] = rx.field(default_factory=list)
    campaigns: list[CampaignChoice] = rx.field(default_factory=list)
    """Those that match the searches."""
    events_there: int = 0
    campaigns_there: int = 0
    chosen_events: dict[str, bool] = rx.field(default_factory=dict)
    chosen_campaigns: dict[str, bool] = rx.field(default_factory=dict)
    event_q: str = ""
    campaign_q: str = ""
    only_chosen_events: bool = False
    only_chosen_campaigns: bool = False
    groups: list[ChangeGroup] = rx.field(default_factory=list)
    summary: str = ""
    preview_problem: str = ""
    events_error: str = ""
    campaigns_error: str = ""
    only_everywhere: bool = False
    """Whether nothing changes because all that is ticked is available to all campaigns anyway."""
    is_dirty: bool = False
    is_archived: bool = False
    list_id: str = ""
    """Of the stored list on screen; empty for a new one."""

    _is_weighing: bool = False
    # Tuples: Reflex wraps every item of a list that is read from a State.
    _all_events: tuple[EventChoice, ...] = ()
    _all_campaigns: tuple[CampaignChoice, ...] = ()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_event(self, name: str) -> Any:
        """Take an event into the list, or out of it."""
        self._tick_events([name], on=name not in self.chosen_events)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_campaign(self, key: str) -> Any:
        """Have a campaign use the list, or no longer."""
        self._tick_campaigns([key], on=key not in self.chosen_campaigns)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def select_shown_events(self) -> Any:
        """Tick every event that the search shows."""
        self._tick_events([each.name for each in self.events], on=True)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clear_shown_events(self) -> Any:
        """Take the tick from every event that the search shows."""
        self._tick_events([each.name for each in self.events], on=False)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def select_shown_campaigns(self) -> Any:
        """Tick every campaign that the search shows."""
        self._tick_campaigns([each.key for each in self.campaigns], on=True)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clear_shown_campaigns(self) -> Any:
        """Take the tick from every campaign that the search shows."""
        self._tick_campaigns([each.key for each in self.campaigns], on=False)
        return type(self).weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def search_events(self, q: str) -> None:
        """Show the events whose name or description holds this text."""
        self.event_q = q[:200]
        self._show_events()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def search_campaigns(self, q: str) -> None:
        """Show the campaigns whose name or key holds this text."""
        self.campaign_q = q[:200]
        self._show_campaigns()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_only_chosen_events(self) -> None:
        """Show only what is ticked, or everything again."""
        self.only_chosen_events = not self.only_chosen_events
        self._show_events()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_only_chosen_campaigns(self) -> None:
        """Show only what is ticked, or everything again."""
        self.only_chosen_campaigns = not self.only_chosen_campaigns
        self._show_campaigns()

    @rx.event(background=True)
    @guarded(Right.EDIT_DEFINITIONS)
    async def weigh(self) -> None:
        """Work out what the ticks would change; boxes can be ticked meanwhile."""
        await self._weigh()

    async def _weigh(self) -> None:
        """Show what the ticks would change, one calculation at a time, until none is outdated."""
        async with self:
            if self._is_weighing:  # that one sees the new ticks when it is done
                return
            self._is_weighing = True
            asked = self._asked()
        is_done = False
        try:
            while not is_done:
                shown = await self._weighed(*asked)
                async with self:
                    is_done = self._asked() == asked
                    if is_done:
                        self._take(shown)
                        self._is_weighing = False
                    asked = self._asked()
        finally:
            if not is_done:  # the page was left
                async with self:
                    self._is_weighing = False

    def _asked(self) -> tuple[str, list[str], list[str]]:
        return self.list_id, sorted(self.chosen_events), sorted(self.chosen_campaigns)

    async def _weighed(
        self, list_id: str, events: list[str], campaigns: list[str]
    ) -> dict[str, Any]:
        try:
            changes = await event_lists.preview(
                actor(), list_id or None, events=events, campaigns=campaigns
            )
        except AppError as error:
            return {"groups": [], "summary": "", "preview_problem": feedback.sentence(error)}
        return {"groups": grouped(changes), "summary": summary(changes), "preview_problem": ""}

    def _take(self, shown: dict[str, Any]) -> None:
        everywhere = {each.name for each in self._all_events if each.everywhere}
        shown["only_everywhere"] = bool(self.chosen_events) and everywhere >= set(
            self.chosen_events
        )
        self._set(**shown)

    def _tick_events(self, names: Iterable[str], *, on: bool) -> None:
        there = {each.name for each in self._all_events}
        self.chosen_events = _ticked(self.chosen_events, there.intersection(names), on=on)
        self.is_dirty = True
        self.events_error = ""

    def _tick_campaigns(self, keys: Iterable[str], *, on: bool) -> None:
        there = {each.key for each in self._all_campaigns}
        self.chosen_campaigns = _ticked(self.chosen_campaigns, there.intersection(keys), on=on)
        self.is_dirty = True
        self.campaigns_error = ""

    def _forget_searches(self) -> None:
        """Search for nothing: what was sought in one list says nothing of the next."""
        self.event_q = self.campaign_q = ""
        self.only_chosen_events = self.only_chosen_campaigns = False

    def _offer(self, events: list[EventChoice], campaigns: list[CampaignChoice]) -> None:
        """Take over what there is to tick; what is ticked stays."""
        self._all_events, self._all_campaigns = tuple(events), tuple(campaigns)
        self._show_events()
        self._show_campaigns()

    def _show_events(self) -> None:
        there, chosen = self._all_events, frozenset(self.chosen_events)
        self._set(
            events=matching_events(
                there, q=self.event_q, chosen=chosen, only_chosen=self.only_chosen_events
            ),
            events_there=sum(not each.archived or each.name in chosen for each in there),
        )

    def _show_campaigns(self) -> None:
        there, chosen = self._all_campaigns, frozenset(self.chosen_campaigns)
        self._set(
            campaigns=matching_campaigns(
                there, q=self.campaign_q, chosen=chosen, only_chosen=self.only_chosen_campaigns
            ),
            campaigns_there=sum(not each.archived or each.key in chosen for each in there),
        )

    def _set(self, **values: Any) -> None:
        """Set only what differs: whatever is set is sent, hundreds of lines at once."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _ticked(chosen: Iterable[str], names: Iterable[str], *, on: bool) -> dict[str, bool]:
    kept = set(chosen) | set(names) if on else set(chosen) - set(names)
    return dict.fromkeys(sorted(kept), True)
