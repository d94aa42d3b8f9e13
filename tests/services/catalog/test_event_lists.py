"""Event lists: whole sets in one step, shown before they are saved, in force at once."""

import time

import pytest

from services.actor import SYSTEM as actor
from services.catalog import campaigns, effective_events, event_lists, event_types
from services.errors import Conflict, InvalidInput, StaleVersion
from services.paging import PageRequest

pytestmark = pytest.mark.usefixtures("db")


async def event(name: str, **more: object) -> str:
    row = await event_types.create(actor, {"name": name, "available_everywhere": False, **more})
    return row.name


async def campaign(key: str) -> str:
    return (await campaigns.create(actor, {"key": key, "name": key.upper()})).key


async def in_force(key: str) -> set[str]:
    rows = await effective_events.list_for_campaign(actor, key)
    return {row.event_type.name for row in rows if row.enabled}


async def test_a_list_brings_its_events_to_its_campaigns_at_once() -> None:
    sale, lost = await event("sale"), await event("lost")
    us, ca = await campaign("us"), await campaign("ca")
    row = await event_lists.create(actor, {"name": "Auto", "events": [sale], "campaigns": [us]})
    assert (row.events, row.campaigns, row.version) == (("sale",), ("us",), 1)
    assert (await in_force(us), await in_force(ca)) == ({"sale"}, set())
    await event_lists.update(actor, row.id, {"events": [lost]})
    assert await in_force(us) == {"lost"}
    changed = await event_lists.set_campaigns(actor, row.id, [us, ca])
    assert changed.campaigns == ("ca", "us")
    assert await in_force(ca) == {"lost"}
    await event_lists.archive(actor, row.id)
    assert await in_force(us) == set()
    await event_lists.restore(actor, row.id)
    assert await in_force(us) == {"lost"}


async def test_what_would_change_is_told_before_and_nothing_changes() -> None:
    for name in ("sale", "lost"):
        await event(name)
    await event("everywhere", available_everywhere=True)
    us, ca = await campaign("us"), await campaign("ca")
    row = await event_lists.create(
        actor, {"name": "Auto", "events": ["sale", "everywhere"], "campaigns": [us]}
    )
    found = await event_lists.preview(actor, row.id, events=["lost"], campaigns=[us, ca])
    assert [(each.campaign, each.gains, each.loses) for each in found] == [
        ("ca", ("lost",), ()),
        ("us", ("lost",), ("sale",)),
    ]
    assert await in_force(us) == {"sale", "everywhere"}
    assert await event_lists.preview(actor, row.id) == []
    new = await event_lists.preview(actor, None, events=["sale"], campaigns=[us])
    assert new == []  # another list brings it there already
    with pytest.raises(InvalidInput) as raised:
        await event_lists.preview(actor, None, events=["nothing"], campaigns=["us"])
    assert "events" in raised.value.fields


async def test_a_list_without_campaigns_previews_its_stored_events() -> None:
    await event("sale")
    us = await campaign("us")
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"]})
    found = await event_lists.preview(actor, row.id, campaigns=[us])
    assert [(each.campaign, each.gains) for each in found] == [("us", ("sale",))]


async def test_unknown_members_are_named_and_nothing_is_stored() -> None:
    await event("sale")
    with pytest.raises(InvalidInput) as raised:
        await event_lists.create(actor, {"name": "Auto", "events": ["sale", "nothing"]})
    assert "nothing" in raised.value.fields["events"]
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"]})
    with pytest.raises(InvalidInput) as raised:
        await event_lists.set_campaigns(actor, row.id, ["nowhere"])
    assert "nowhere" in raised.value.fields["campaigns"]
    assert (await event_lists.get(actor, row.id)).version == 1


async def test_a_taken_name_is_refused() -> None:
    await event_lists.create(actor, {"name": "Auto"})
    with pytest.raises(Conflict) as raised:
        await event_lists.create(actor, {"name": "Auto"})
    assert raised.value.code == "name_taken"


async def test_whoever_is_late_changes_nothing() -> None:
    await event("sale")
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"]})
    await event_lists.update(actor, row.id, {"name": "Car"}, if_match=1)
    with pytest.raises(StaleVersion):
        await event_lists.update(actor, row.id, {"events": []}, if_match=1)
    assert (await event_lists.get(actor, row.id)).events == ("sale",)


async def test_a_clone_has_the_events_and_no_campaign() -> None:
    await event("sale")
    us = await campaign("us")
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"], "campaigns": [us]})
    copy = await event_lists.clone(actor, row.id)
    assert (copy.name, copy.events, copy.campaigns) == ("Auto (copy)", ("sale",), ())
    assert (await event_lists.clone(actor, row.id)).name == "Auto (copy 2)"
    page = await event_lists.list_page(actor, PageRequest(limit=2))
    rest = await event_lists.list_page(actor, PageRequest(cursor=page.next_cursor or ""))
    names = [each.name for each in (*page.items, *rest.items)]
    assert names == ["Auto", "Auto (copy 2)", "Auto (copy)"]


async def test_two_hundred_campaigns_and_fifty_events_are_right_in_every_one() -> None:
    events = [await event(f"event_{number}") for number in range(50)]
    keys = [await campaign(f"campaign-{number}") for number in range(200)]
    row = await event_lists.create(actor, {"name": "Auto", "events": events[:25]})
    began = time.perf_counter()
    await event_lists.update(actor, row.id, {"events": events, "campaigns": keys})
    seconds = time.perf_counter() - began
    print(f"assigned and changed in {seconds * 1000:.0f} ms")
    for key in keys:
        assert await in_force(key) == set(events)
