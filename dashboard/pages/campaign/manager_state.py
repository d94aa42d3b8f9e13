"""The Event Manager of a campaign: every event as it stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.dedupe_choice import dedupe_words
from dashboard.pages.campaign.overrides import switched
from dashboard.pages.campaign.state import EVENT_MANAGER
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import campaign_events, effective_events
from services.catalog.effective_events import EffectiveEvent
from services.errors import AppError, NotFound


@dataclass(frozen=True, slots=True)
class FlagMark:
    """One flag that is on, or that this campaign says otherwise about."""

    word: str
    is_on: bool
    is_overridden: bool


@dataclass(frozen=True, slots=True)
class ManagedEvent:
    """One event as it stands in the campaign; `origin` is empty for one that nothing brings."""

    name: str
    href: str
    origin: str
    lists: list[tuple[str, str]]
    """(path, name) of the campaign's lists that hold it."""
    flags: list[FlagMark]
    dedupe: str
    is_dedupe_overridden: bool
    fields: int
    enabled: bool
    is_switched_off: bool
    overlaps: bool
    """Whether it is one of several conversion events in force here."""


class EventManagerState(rx.State):
    """The table, its search, and the switch of each event."""

    lines: list[ManagedEvent] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    total: int = 0
    in_force: int = 0
    overlap: str = ""
    """Warns that several events in force here are conversions."""

    _key: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the events of the campaign in the address, and again after every change."""
        key = str(self.campaign_key)
        query = self.router.url.query_parameters
        if query.get("part", "") != EVENT_MANAGER:
            return
        async with self:
            if key != self._key:
                self.reset()
                self._key = key
            self.q = query.get("q", "")
        async for _ in live.changes(self):
            shown = await self._read()
            if any(getattr(self, name) != value for name, value in shown.items()):
                async with self:
                    self._take(shown)

    @rx.event
    @guarded(Right.READ)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = q
        return rx.redirect(manager_path(self._key, q=q), replace=True)

    @rx.event
    @guarded(Right.READ)
    async def clear(self) -> Any:
        """Take the search away."""
        self.q = ""
        return rx.redirect(manager_path(self._key), replace=True)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def switch(self, name: str, is_on: bool) -> Any:
        """Switch an event on or off in this campaign."""
        found = await campaign_events.get(actor(), self._key, name)
        row = await campaign_events.put(
            actor(),
            self._key,
            name,
            switched(found, is_on=bool(is_on)),
            if_match=found.overrides.version,
        )
        self._take(await self._read())
        if row.enabled:
            return feedback.done(f"“{name}” can fire in this campaign.")
        return feedback.done(f"“{name}” cannot fire in this campaign any more.")

    async def _read(self) -> dict[str, Any]:
        try:
            found = await effective_events.list_for_campaign(actor(), self._key)
        except NotFound:  # the page itself says that there is no such campaign
            return {}
        except AppError as error:
            return {"problem": feedback.sentence(error), "list_state": list_state.FAILED}
        q = self.q.strip().casefold()
        overlap = _overlap(found)
        lines = [
            managed_event(each, self._key, overlaps=bool(overlap))
            for each in found
            if q in each.event_type.name or q in each.event_type.description.casefold()
        ]
        empty = list_state.NO_MATCH if q and found else list_state.EMPTY
        return {
            "lines": lines,
            "list_state": list_state.READY if lines else empty,
            "total": len(found),
            "in_force": sum(each.enabled for each in found),
            "overlap": overlap,
        }

    def _take(self, shown: dict[str, Any]) -> None:
        for name, value in shown.items():
            setattr(self, name, value)


def manager_path(key: str | rx.Var[str], **more: str | rx.Var[str]) -> str | rx.Var[str]:
    """Return the path of a campaign's Event Manager; `event` opens one of its events."""
    path = routes.campaign(key)
    return routes.with_query(path, tab="settings", part=EVENT_MANAGER, **more)


def managed_event(event: EffectiveEvent, key: str, *, overlaps: bool) -> ManagedEvent:
    """Return what the table shows of an event."""
    shown, said = event.event_type, event.overrides
    flags = [
        FlagMark("Conversion", shown.is_conversion, said.is_conversion is not None),
        FlagMark(
            "Affiliate", shown.is_affiliate_conversion, said.is_affiliate_conversion is not None
        ),
    ]
    return ManagedEvent(
        name=shown.name,
        href=str(manager_path(key, event=shown.name)),
        origin=event.origin or "",
        lists=[(str(routes.event_list(each.id)), each.name) for each in event.lists],
        flags=[flag for flag in flags if flag.is_on or flag.is_overridden],
        dedupe=dedupe_words(shown.dedupe, shown.dedupe_window_minutes),
        is_dedupe_overridden=said.dedupe is not None,
        fields=len(event.fields),
        enabled=event.enabled,
        is_switched_off=said.enabled is False,
        overlaps=overlaps and _counts(event),
    )


def _overlap(found: Sequence[EffectiveEvent]) -> str:
    names = [f"“{each.event_type.name}”" for each in found if _counts(each)]
    if len(names) < 2:
        return ""
    return (
        f"{', '.join(names[:-1])} and {names[-1]} count as conversions here. A lead that fires "
        "more than one of them is counted more than once."
    )


def _counts(event: EffectiveEvent) -> bool:
    return event.enabled and event.event_type.is_conversion
