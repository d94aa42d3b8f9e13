"""Where the event on screen is in force: campaigns and event lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.dedupe_choice import dedupe_words
from dashboard.session import actor, guarded
from models.words import EventOrigin
from services.actor import Right
from services.catalog import event_places
from services.catalog.effective_events import EffectiveEvent
from services.catalog.event_places import EventPlace
from services.errors import AppError, NotFound

_SHOWN_AT_FIRST: Final = 8


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One campaign; `differs` says in words what holds there otherwise."""

    name: str
    href: str
    why: str
    is_in_force: bool
    differs: list[str]


@dataclass(frozen=True, slots=True)
class ListLine:
    """One event list that holds the event, with how many campaigns use it."""

    name: str
    href: str
    campaigns: int


class PlacesState(rx.State):
    """The campaigns with the event, those that differ first, and the lists that hold it."""

    list_state: str = list_state.LOADING
    problem: str = ""
    lines: list[PlaceLine] = rx.field(default_factory=list)
    more: int = 0
    """How many lines are not on screen."""
    in_force: int = 0
    campaigns: int = 0
    lists: list[ListLine] = rx.field(default_factory=list)

    _name: str = ""
    _shows_all: bool = False
    _all: list[PlaceLine] = rx.field(default_factory=list)

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show where the event of the address is in force, and again after every change."""
        name = str(self.event_name)
        async with self:
            if name != self._name:
                self.reset()
                self._name = name
        async for _ in live.changes(self):
            shown = await _read(name)
            if any(getattr(self, name) != value for name, value in shown.items()):
                async with self:
                    for var, value in shown.items():
                        setattr(self, var, value)
                    self._cut()

    @rx.event
    @guarded(Right.READ)
    async def show_all(self) -> None:
        """Show every campaign."""
        self._shows_all = True
        self._cut()

    def _cut(self) -> None:
        self.lines = self._all if self._shows_all else self._all[:_SHOWN_AT_FIRST]
        self.more = len(self._all) - len(self.lines)


async def _read(name: str) -> dict[str, Any]:
    try:
        found = await event_places.places(actor(), name)
    except NotFound:  # what else the page shows says so
        return {}
    except AppError as error:
        return {"problem": feedback.sentence(error), "list_state": list_state.FAILED}
    lines = _lines(found.campaigns)
    return {
        "_all": lines,
        "list_state": list_state.READY if lines else list_state.EMPTY,
        "in_force": sum(place.event.enabled for place in found.campaigns),
        "campaigns": len(found.campaigns),
        "lists": [
            ListLine(each.name, str(routes.event_list(each.id)), each.campaigns)
            for each in found.lists
        ],
    }


def _lines(places: Sequence[EventPlace]) -> list[PlaceLine]:
    lines = [
        PlaceLine(
            name=place.campaign_name,
            href=_href(place.campaign, place.event.event_type.name),
            why=_why(place.event),
            is_in_force=place.event.enabled,
            differs=_differs(place.event),
        )
        for place in places
        if place.event.enabled or place.event.overrides.enabled is False
    ]
    return sorted(lines, key=lambda line: (line.is_in_force, not line.differs))


def _href(campaign: str, event: str) -> str:
    path = routes.campaign(campaign)
    return str(routes.with_query(path, tab="settings", part="event-manager", event=event))


def _why(event: EffectiveEvent) -> str:
    if event.overrides.enabled is False:
        return "Switched off there"
    if event.origin is EventOrigin.EVERYWHERE:
        return "Everywhere"
    if event.origin is EventOrigin.LIST:
        return "List " + ", ".join(f"“{each.name}”" for each in event.lists)
    return "Assigned there"


def _differs(event: EffectiveEvent) -> list[str]:
    here, said = event.event_type, event.overrides
    words = []
    if said.is_conversion is not None:
        words.append("Conversion" if here.is_conversion else "No conversion")
    if said.is_affiliate_conversion is not None:
        words.append(
            "Affiliate conversion" if here.is_affiliate_conversion else "No affiliate conversion"
        )
    if said.dedupe is not None:
        words.append(dedupe_words(here.dedupe, here.dedupe_window_minutes))
    if event.fields:
        count = len(event.fields)
        words.append("1 custom field" if count == 1 else f"{count} custom fields")
    return words
