"""Event lists: whole sets in one step, shown before they are saved, in force at once."""

import asyncio

import pytest

from services.actor import SYSTEM, Actor
from services.catalog import campaigns, effective_events, event_lists, event_types
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.paging import PageRequest
from tests.statements import counted_statements

pytestmark = pytest.mark.usefixtures("db")

actor = SYSTEM


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


async def test_the_version_goes_up_with_the_name_or_the_contents_and_with_nothing_else() -> None:
    sale, lost = await event("sale"), await event("lost")
    us = await campaign("us")
    row = await event_lists.create(actor, {"name": "Auto", "events": [sale], "campaigns": [us]})
    for same in ({}, {"name": "Auto"}, {"events": [sale, sale]}, {"campaigns": [us]}):
        assert await event_lists.update(actor, row.id, same) == row
    for version, changes in enumerate(
        ({"name": "Cars"}, {"events": [lost]}, {"name": "Cars", "campaigns": []}), start=2
    ):
        changed = await event_lists.update(actor, row.id, changes)
        assert changed.version == version
        assert changed.updated_at > row.updated_at
    assert await event_lists.set_campaigns(actor, row.id, []) == changed


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


async def test_what_is_archived_stays_on_its_lists_and_is_put_on_no_other() -> None:
    for name in ("sale", "lost"):
        await event(name)
    us, ca = await campaign("us"), await campaign("ca")
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"], "campaigns": [us]})
    await event_types.archive(actor, "sale")
    await campaigns.archive(actor, us)
    kept = await event_lists.update(
        actor, row.id, {"events": ["sale", "lost"], "campaigns": [us, ca]}
    )
    assert (kept.events, kept.campaigns) == (("lost", "sale"), ("ca", "us"))
    assert await in_force(ca) == {"lost"}
    for attempt in (
        event_lists.create(actor, {"name": "New", "events": ["sale"], "campaigns": [us]}),
        event_lists.preview(actor, None, events=["sale"], campaigns=[us]),
    ):
        with pytest.raises(InvalidInput) as raised:
            await attempt
        assert set(raised.value.fields) == {"events", "campaigns"}
        assert "“sale” is archived" in raised.value.fields["events"]
    await event_types.restore(actor, "sale")
    assert await in_force(ca) == {"lost", "sale"}
    await campaigns.restore(actor, us)
    assert await in_force(us) == {"lost", "sale"}
    await event_types.archive(actor, "sale")
    assert (await event_lists.clone(actor, row.id)).events == ("lost", "sale")
    assert (await event_lists.update(actor, row.id, {"events": ["lost"]})).events == ("lost",)


async def test_an_archived_list_can_be_changed_and_holds_again_when_restored() -> None:
    for name in ("sale", "lost"):
        await event(name)
    us = await campaign("us")
    row = await event_lists.create(actor, {"name": "Auto", "events": ["sale"], "campaigns": [us]})
    archived = await event_lists.archive(actor, row.id)
    assert await event_lists.archive(actor, row.id) == archived
    await event_lists.update(actor, row.id, {"events": ["lost"]})
    assert await event_lists.preview(actor, row.id, events=["sale"]) == []
    assert await in_force(us) == set()
    assert (await event_lists.list_page(actor, PageRequest())).items == []
    listed = await event_lists.list_page(actor, PageRequest(), archived=True, q="AUT")
    assert [each.events for each in listed.items] == [("lost",)]
    assert (await event_lists.restore(actor, row.id)).archived_at is None
    assert await in_force(us) == {"lost"}


@pytest.mark.parametrize(
    ("data", "field", "hint"),
    [
        ({"name": " ", "events": []}, "name", "Give a name."),
        ({"name": "x" * 121, "events": []}, "name", "120"),
        ({"name": "A", "events": "sale"}, "events", "list"),
        ({"name": "A", "events": [1]}, "events.0", "text"),
        ({"name": "A", "events": ["\ud800"]}, "events.0", "UTF-8"),
        ({"name": "A", "events": [f"n{n}" for n in range(9)]}, "events", "and 4 more"),
        ({"name": "A", "events": [], "campaign": "us"}, "campaign", "no field of this name"),
    ],
)
async def test_each_wrong_field_gets_its_own_sentence(
    data: dict[str, object], field: str, hint: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await event_lists.create(actor, data)
    assert set(raised.value.fields) == {field}
    assert hint in raised.value.fields[field]


async def test_a_name_that_is_taken_is_refused_in_every_way_it_can_be_given() -> None:
    first = await event_lists.create(actor, {"name": "Auto", "events": []})
    second = await event_lists.create(actor, {"name": "Solar", "events": []})
    await event_lists.archive(actor, first.id)
    for attempt in (
        event_lists.update(actor, second.id, {"name": "Auto"}),
        event_lists.clone(actor, second.id, new_name="Auto"),
    ):
        with pytest.raises(Conflict) as raised:
            await attempt
        assert "archived" in raised.value.fields["name"]
    results = await asyncio.gather(
        *(event_lists.create(actor, {"name": "New", "events": []}) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 3


async def test_of_simultaneous_changes_of_one_version_one_wins() -> None:
    names = [await event(f"e{number}") for number in range(4)]
    row = await event_lists.create(actor, {"name": "Auto", "events": []})
    results = await asyncio.gather(
        *(event_lists.update(actor, row.id, {"events": [name]}, if_match=1) for name in names),
        return_exceptions=True,
    )
    (winner,) = [each for each in results if isinstance(each, event_lists.EventListRow)]
    assert sum(isinstance(result, StaleVersion) for result in results) == 3
    assert await event_lists.get(actor, row.id) == winner
    assert len(winner.events) == 1


async def test_simultaneous_changes_without_a_version_are_each_whole() -> None:
    names = [await event(f"e{number}") for number in range(6)]
    keys = [await campaign(f"c{number}") for number in range(6)]
    row = await event_lists.create(actor, {"name": "Auto", "events": names, "campaigns": keys})
    halves = [(names[:3], keys[:3]), (names[3:], keys[3:]), (names[1:4], keys[1:4])]
    await asyncio.gather(
        *(
            event_lists.update(actor, row.id, {"events": events, "campaigns": places})
            for events, places in halves
        )
    )
    found = await event_lists.get(actor, row.id)
    assert found.version == 4
    assert (list(found.events), list(found.campaigns)) in halves


async def test_an_unknown_list_is_not_found_and_a_viewer_changes_nothing(viewer: Actor) -> None:
    for list_id in ("el_none", "", "\x00"):
        for attempt in (
            event_lists.get(actor, list_id),
            event_lists.update(actor, list_id, {}),
            event_lists.archive(actor, list_id),
            event_lists.clone(actor, list_id),
            event_lists.preview(actor, list_id),
        ):
            with pytest.raises(NotFound):
                await attempt
    row = await event_lists.create(actor, {"name": "Auto", "events": []})
    assert await event_lists.get(viewer, row.id) == row
    for attempt in (
        event_lists.create(viewer, {"name": "B", "events": []}),
        event_lists.update(viewer, row.id, {}),
        event_lists.set_campaigns(viewer, row.id, []),
        event_lists.archive(viewer, row.id),
        event_lists.restore(viewer, row.id),
        event_lists.clone(viewer, row.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_two_hundred_campaigns_and_fifty_events_cost_no_more_statements_than_two() -> None:
    events = [await event(f"event_{number}") for number in range(50)]
    keys = [await campaign(f"campaign-{number}") for number in range(200)]

    async def spent(name: str, events: list[str], keys: list[str]) -> int:
        row = await event_lists.create(actor, {"name": name, "events": events[:1]})
        await in_force(keys[0])  # so that both begin with the definitions in memory
        with counted_statements() as statements:
            await event_lists.update(actor, row.id, {"events": events, "campaigns": keys})
        return len(statements)

    few = await spent("Few", events[:2], keys[:2])
    assert await spent("Many", events, keys) == few <= 20
    for key in keys:
        assert await in_force(key) == set(events)
