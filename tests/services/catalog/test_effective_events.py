"""Which events are in force in a campaign, against a plain model of sets."""

import random
from dataclasses import dataclass, field
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import DedupeMode, EventOrigin
from services.actor import Actor
from services.catalog import (
    campaign_events,
    campaigns,
    effective_events,
    event_lists,
    event_types,
)
from services.catalog.cache import Definitions
from services.catalog.effective_events import effective_event, is_in_force, why_unavailable
from services.catalog.rows import CampaignRow, EventTypeRow, ListInForce, Overrides
from services.database import Database
from services.errors import NotFound
from tests.factories import START

EVENTS = [f"e{number}" for number in range(6)]
CAMPAIGNS = [f"c{number}" for number in range(4)]
LISTS = [f"l{number}" for number in range(3)]

FLAG = st.sampled_from([None, True, False])
DEDUPE = st.sampled_from([None, (DedupeMode.ALLOW_ALL, None), (DedupeMode.WINDOW, 30)])
PLACES = st.tuples(st.sampled_from(CAMPAIGNS), st.sampled_from(EVENTS))


@st.composite
def random_overrides(draw: st.DrawFn) -> Overrides:
    mode, minutes = draw(DEDUPE) or (None, None)
    return Overrides(draw(FLAG), draw(FLAG), draw(FLAG), mode, minutes, version=1)


def event_type(name: str, *, everywhere: bool, conversion: bool) -> EventTypeRow:
    return EventTypeRow(
        id=name,
        name=name,
        description="",
        is_conversion=conversion,
        is_affiliate_conversion=False,
        multi_trigger=False,
        dedupe=DedupeMode.ONCE_PER_LEAD,
        dedupe_window_minutes=None,
        available_everywhere=everywhere,
        version=1,
        created_at=START,
        updated_at=START,
        archived_at=None,
    )


@st.composite
def random_definitions(draw: st.DrawFn) -> Definitions:
    types = {
        name: event_type(name, everywhere=draw(st.booleans()), conversion=draw(st.booleans()))
        for name in EVENTS
    }
    places = {
        key: CampaignRow(key, key, key.upper(), 1, START, START, archived_at=None)
        for key in CAMPAIGNS
    }
    lists = [
        ListInForce(
            name,
            name,
            draw(st.frozensets(st.sampled_from(EVENTS))),
            draw(st.frozensets(st.sampled_from(CAMPAIGNS))),
        )
        for name in LISTS
    ]
    nothing: MappingProxyType[str, tuple[()]] = MappingProxyType({})
    return Definitions(
        event_types_by_name=types,
        event_types_by_id=types,
        campaigns_by_key=places,
        campaigns_by_id=places,
        affiliates_by_key={},
        affiliates_by_id={},
        lists_by_campaign_id={
            key: tuple(each for each in lists if key in each.campaign_ids) for key in CAMPAIGNS
        },
        overrides=draw(st.dictionaries(PLACES, random_overrides())),
        custom_fields={},
        dialects_by_key_id={},
        postbacks_by_event_type_id=nothing,
        postbacks_by_campaign_id=nothing,
        postbacks_by_affiliate_id=nothing,
    )


@given(random_definitions())
def test_in_force_is_everywhere_and_lists_and_assigned_without_what_is_switched_off(
    definitions: Definitions,
) -> None:
    everywhere = {
        name for name, row in definitions.event_types_by_name.items() if row.available_everywhere
    }
    for key, campaign in definitions.campaigns_by_key.items():
        own = {
            event: overrides
            for (place, event), overrides in definitions.overrides.items()
            if place == key
        }
        listed = {
            event for each in definitions.lists_by_campaign_id[key] for event in each.event_type_ids
        }
        direct = {event for event, overrides in own.items() if overrides.enabled is True}
        off = {event for event, overrides in own.items() if overrides.enabled is False}
        for name, row in definitions.event_types_by_name.items():
            found = effective_event(definitions, campaign, row)
            expected = name in (everywhere | listed | direct) - off
            assert found.enabled == expected
            assert is_in_force(definitions, campaign, row) == expected
            assert (why_unavailable(found, campaign) == "") == expected
            assert (found.origin is None) == (name not in everywhere | listed | direct)
            assert (found.origin is EventOrigin.EVERYWHERE) == (name in everywhere)
            assert (found.origin is EventOrigin.DIRECT) == (name in direct - everywhere - listed)
            assert bool(found.lists) == (name in listed)


@given(random_definitions())
def test_each_part_is_the_campaigns_where_it_says_one_and_the_events_otherwise(
    definitions: Definitions,
) -> None:
    for key, campaign in definitions.campaigns_by_key.items():
        for name, row in definitions.event_types_by_name.items():
            found = effective_event(definitions, campaign, row)
            here = found.event_type
            assert found.inherited is row
            assert (here.name, here.version) == (row.name, row.version)
            own = definitions.overrides.get((key, name))
            if own is None:
                assert here == row
                continue
            flags = ("is_conversion", "is_affiliate_conversion")
            for flag in flags:
                said = getattr(own, flag)
                assert getattr(here, flag) == (getattr(row, flag) if said is None else said)
            mode = own.dedupe or row.dedupe
            minutes = own.dedupe_window_minutes if own.dedupe else row.dedupe_window_minutes
            assert (here.dedupe, here.dedupe_window_minutes) == (mode, minutes)
            assert here.multi_trigger == mode.fires_again


@dataclass
class Model:
    """What the services were told, as plain sets."""

    everywhere: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    archived_lists: set[str] = field(default_factory=set)
    listed: dict[str, set[str]] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=dict)
    enabled: dict[tuple[str, str], bool | None] = field(default_factory=dict)

    def in_force(self, key: str) -> set[str]:
        names = set(self.everywhere)
        for each in LISTS:
            if each not in self.archived_lists and key in self.used[each]:
                names |= self.listed[each]
        names |= {event for (place, event), on in self.enabled.items() if place == key and on}
        off = {event for (place, event), on in self.enabled.items() if place == key and on is False}
        return names - off - self.archived


class Walk:
    """Random changes through the services, told to the model too."""

    def __init__(self, actor: Actor, dice: random.Random) -> None:
        self.actor = actor
        self.dice = dice
        self.model = Model()
        self.ids: dict[str, str] = {}

    async def begin(self) -> None:
        for name in EVENTS:
            everywhere = self.dice.random() < 0.3
            data = {"name": name, "available_everywhere": everywhere}
            await event_types.create(self.actor, data)
            if everywhere:
                self.model.everywhere.add(name)
        for key in CAMPAIGNS:
            await campaigns.create(self.actor, {"key": key, "name": key})
        for name in LISTS:
            row = await event_lists.create(self.actor, {"name": name, "events": []})
            self.ids[name] = row.id
            self.model.listed[name], self.model.used[name] = set(), set()

    async def step(self) -> None:
        await self.dice.choice(
            [self.fill, self.fill, self.assign, self.assign, self.override, self.move, self.hide]
        )()

    def some(self, names: list[str]) -> list[str]:
        return self.dice.sample(names, self.dice.randrange(len(names)))

    async def fill(self) -> None:
        name = self.dice.choice(LISTS)
        # What is archived cannot be put on a list, and stays where it is.
        kept = self.model.listed[name] & self.model.archived
        events = set(self.some(EVENTS)) - self.model.archived | kept
        await event_lists.update(self.actor, self.ids[name], {"events": list(events)})
        self.model.listed[name] = events

    async def assign(self) -> None:
        name = self.dice.choice(LISTS)
        keys = self.some(CAMPAIGNS)
        await event_lists.set_campaigns(self.actor, self.ids[name], keys)
        self.model.used[name] = set(keys)

    async def override(self) -> None:
        place = (self.dice.choice(CAMPAIGNS), self.dice.choice(EVENTS))
        enabled = self.dice.choice([None, True, False])
        await campaign_events.put(self.actor, *place, {"enabled": enabled})
        self.model.enabled[place] = enabled

    async def move(self) -> None:
        name = self.dice.choice(EVENTS)
        self.model.everywhere ^= {name}
        changes = {"available_everywhere": name in self.model.everywhere}
        await event_types.update(self.actor, name, changes)

    async def hide(self) -> None:
        if self.dice.random() < 0.5:
            name = self.dice.choice(EVENTS)
            self.model.archived ^= {name}
            is_hidden = name in self.model.archived
            await (event_types.archive if is_hidden else event_types.restore)(self.actor, name)
        else:
            name = self.dice.choice(LISTS)
            self.model.archived_lists ^= {name}
            is_hidden = name in self.model.archived_lists
            change = event_lists.archive if is_hidden else event_lists.restore
            await change(self.actor, self.ids[name])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_every_change_each_campaign_has_what_the_sets_say(
    db: Database, actor: Actor, seed: int
) -> None:
    walk = Walk(actor, random.Random(seed))
    await walk.begin()
    for _ in range(40):
        await walk.step()
        for key in CAMPAIGNS:
            rows = await effective_events.list_for_campaign(actor, key)
            assert {row.event_type.name for row in rows} == set(EVENTS) - walk.model.archived
            found = {row.event_type.name for row in rows if row.enabled}
            assert found == walk.model.in_force(key)


async def test_an_unknown_campaign_has_no_events(db: Database, actor: Actor) -> None:
    with pytest.raises(NotFound):
        await effective_events.list_for_campaign(actor, "none")
