"""Where one event is in force, asked from the event's side."""

import pytest

from models.words import EventOrigin
from services.actor import Actor
from services.catalog import campaign_events, campaigns, event_lists, event_places, event_types
from services.catalog.event_places import ListUse
from services.database import Database
from services.errors import NotFound


@pytest.fixture
async def places(db: Database, actor: Actor) -> None:
    """Keep `kept` for campaigns it is assigned to; `listed` has it by a list, `direct` itself."""
    for key in ("direct", "listed", "none", "old"):
        await campaigns.create(actor, {"key": key, "name": key.title()})
    await event_types.create(actor, {"name": "kept", "available_everywhere": False})
    await campaign_events.put(actor, "direct", "kept", {"enabled": True})


async def test_every_live_campaign_is_there_with_how_the_event_stands_in_it(
    places: None, actor: Actor
) -> None:
    await event_lists.create(
        actor, {"name": "Late", "events": ["kept"], "campaigns": ["listed", "old"]}
    )
    await campaigns.archive(actor, "old")
    found = await event_places.places(actor, "kept")
    assert {each.campaign: each.event.origin for each in found.campaigns} == {
        "direct": EventOrigin.DIRECT,
        "listed": EventOrigin.LIST,
        "none": None,
    }


async def test_every_live_list_that_holds_the_event_is_there_also_one_that_nobody_uses(
    places: None, actor: Actor
) -> None:
    made = [
        await event_lists.create(actor, {"name": name, "events": ["kept"], "campaigns": keys})
        for name, keys in (("A used", ["listed", "none"]), ("B unused", []), ("C gone", ["none"]))
    ]
    await event_lists.archive(actor, made[2].id)
    await event_lists.create(actor, {"name": "D without it", "events": []})
    found = await event_places.places(actor, "kept")
    assert found.lists == (ListUse(made[0].id, "A used", 2), ListUse(made[1].id, "B unused", 0))


async def test_an_event_that_does_not_exist_is_in_no_place(db: Database, actor: Actor) -> None:
    with pytest.raises(NotFound):
        await event_places.places(actor, "nope")
