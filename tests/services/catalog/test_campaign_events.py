"""What a campaign says otherwise about an event, and how the event stands there because of it."""

import asyncio

import pytest

from models.words import DedupeMode, EventOrigin
from services.actor import Actor
from services.catalog import (
    campaign_events,
    campaigns,
    effective_events,
    event_lists,
    event_types,
)
from services.catalog.effective_events import EffectiveEvent, why_unavailable
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound, StaleVersion


@pytest.fixture(autouse=True)
async def definitions(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    await campaigns.create(actor, {"key": "solar", "name": "Solar"})
    await event_types.create(actor, {"name": "sale", "is_conversion": True})
    await event_types.create(actor, {"name": "lost", "available_everywhere": False})


async def put(actor: Actor, event: str = "sale", **data: object) -> EffectiveEvent:
    return await campaign_events.put(actor, "auto", event, data)


async def test_without_overrides_everything_is_inherited(actor: Actor) -> None:
    row = await campaign_events.get(actor, "auto", "sale")
    assert row.event_type == row.inherited == await event_types.get(actor, "sale")
    assert (row.origin, row.enabled, row.lists, row.fields) == (
        EventOrigin.EVERYWHERE,
        True,
        (),
        (),
    )
    assert row.overrides.version == 0
    kept_back = await campaign_events.get(actor, "auto", "lost")
    assert (kept_back.origin, kept_back.enabled) == (None, False)


async def test_an_event_is_assigned_to_one_campaign_and_taken_away(actor: Actor) -> None:
    row = await put(actor, "lost", enabled=True)
    assert (row.origin, row.enabled, row.overrides.version) == (EventOrigin.DIRECT, True, 1)
    assert not (await campaign_events.get(actor, "solar", "lost")).enabled
    row = await put(actor, "lost")
    assert (row.origin, row.enabled, row.overrides.version) == (None, False, 2)


async def test_an_event_is_switched_off_in_one_campaign(actor: Actor) -> None:
    row = await put(actor, enabled=False)
    assert (row.origin, row.enabled) == (EventOrigin.EVERYWHERE, False)
    campaign = await campaigns.get(actor, "auto")
    assert "switched off" in why_unavailable(row, campaign)
    assert (await campaign_events.get(actor, "solar", "sale")).enabled
    listed = await effective_events.list_for_campaign(actor, "auto")
    assert [(each.event_type.name, each.enabled) for each in listed] == [
        ("lost", False),
        ("sale", False),
    ]


async def test_flags_and_dedupe_are_overridden_and_put_replaces_them_all(actor: Actor) -> None:
    row = await put(
        actor,
        is_conversion=False,
        is_affiliate_conversion=True,
        dedupe={"window_minutes": 30},
    )
    here = row.event_type
    assert (here.is_conversion, here.is_affiliate_conversion) == (False, True)
    assert (here.dedupe, here.dedupe_window_minutes, here.multi_trigger) == (
        DedupeMode.WINDOW,
        30,
        True,
    )
    assert row.inherited == await event_types.get(actor, "sale")
    assert row == await campaign_events.get(actor, "auto", "sale")
    row = await put(actor, multi_trigger=True)
    assert row.event_type.is_conversion
    assert (row.overrides.dedupe, row.overrides.dedupe_window_minutes) == (
        DedupeMode.ALLOW_ALL,
        None,
    )
    assert row.overrides.is_affiliate_conversion is None
    row = await put(actor, multi_trigger=False)
    assert row.overrides.dedupe is DedupeMode.ONCE_PER_LEAD


async def test_what_is_not_overridden_follows_the_event(actor: Actor) -> None:
    await put(actor, is_affiliate_conversion=True)
    await event_types.update(actor, "sale", {"is_conversion": False, "dedupe": "once_per_order"})
    row = await campaign_events.get(actor, "auto", "sale")
    assert not row.event_type.is_conversion
    assert row.event_type.dedupe is DedupeMode.ONCE_PER_ORDER
    assert row.event_type.is_affiliate_conversion


async def test_clear_returns_to_everything_inherited(actor: Actor) -> None:
    untouched = await campaign_events.clear(actor, "auto", "sale")
    assert untouched.overrides.version == 0
    await put(actor, enabled=False, is_conversion=False)
    row = await campaign_events.clear(actor, "auto", "sale", if_match=1)
    assert row.enabled
    assert row.event_type == row.inherited


async def test_what_was_cleared_meanwhile_is_no_old_version_again(actor: Actor) -> None:
    seen = await put(actor, enabled=False)
    await campaign_events.clear(actor, "auto", "sale")
    await put(actor, is_conversion=False)
    with pytest.raises(StaleVersion) as error:
        await campaign_events.put(actor, "auto", "sale", {}, if_match=seen.overrides.version)
    assert (error.value.yours, error.value.current) == (1, 3)
    with pytest.raises(StaleVersion):
        await campaign_events.clear(actor, "auto", "sale", if_match=2)


async def test_overrides_that_change_nothing_leave_the_version(actor: Actor) -> None:
    assert (await put(actor)).overrides.version == 0
    first = (await put(actor, is_conversion=False, multi_trigger=True)).overrides
    assert (await put(actor, is_conversion=False, dedupe="allow_all")).overrides == first
    assert (await put(actor, is_conversion=True, dedupe="allow_all")).overrides.version == 2
    assert (await put(actor)).overrides.version == 3
    assert (await put(actor)).overrides.version == 3
    assert (await campaign_events.clear(actor, "auto", "sale")).overrides.version == 3


async def test_of_simultaneous_first_overrides_one_wins_and_without_a_version_all_arrive(
    actor: Actor,
) -> None:
    results = await asyncio.gather(
        *(
            campaign_events.put(actor, "auto", "sale", {"enabled": False}, if_match=0)
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 3
    windows = [{"window_minutes": number} for number in range(1, 5)]
    rows = await asyncio.gather(*(put(actor, "lost", dedupe=window) for window in windows))
    assert {row.overrides.version for row in rows} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"enabled": "yes"}, "enabled"),
        ({"is_conversion": 1}, "is_conversion"),
        ({"dedupe": "window"}, "dedupe"),
        ({"dedupe": {"window_minutes": 0}}, "dedupe"),
        ({"dedupe": "allow_all", "multi_trigger": False}, "dedupe"),
        ({"enabeld": True}, "enabeld"),
    ],
)
async def test_each_wrong_field_gets_its_own_sentence(
    actor: Actor, data: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await put(actor, **data)
    assert set(error.value.fields) == {field}
    assert (await campaign_events.get(actor, "auto", "sale")).overrides.version == 0


async def test_several_ways_bring_an_event_and_each_list_is_named(actor: Actor) -> None:
    for name in ("B", "A"):
        await event_lists.create(
            actor, {"name": name, "events": ["lost", "sale"], "campaigns": ["auto"]}
        )
    row = await put(actor, "lost", enabled=True)
    assert row.origin is EventOrigin.LIST
    assert [each.name for each in row.lists] == ["A", "B"]
    everywhere = await campaign_events.get(actor, "auto", "sale")
    assert everywhere.origin is EventOrigin.EVERYWHERE
    assert len(everywhere.lists) == 2


async def test_archived_events_and_campaigns_keep_what_was_said(actor: Actor) -> None:
    await put(actor, "lost", enabled=True)
    await event_types.archive(actor, "lost")
    campaign = await campaigns.archive(actor, "auto")
    listed = await effective_events.list_for_campaign(actor, "auto")
    assert [each.event_type.name for each in listed] == ["sale"]
    assert "archived" in why_unavailable(listed[0], campaign)
    await event_types.restore(actor, "lost")
    await campaigns.restore(actor, "auto")
    assert (await campaign_events.get(actor, "auto", "lost")).enabled


async def test_unknown_places_are_not_found_and_a_viewer_changes_nothing(
    actor: Actor, viewer: Actor
) -> None:
    for campaign, event in (("none", "sale"), ("auto", "none"), ("\x00", "sale")):
        for attempt in (
            campaign_events.get(actor, campaign, event),
            campaign_events.put(actor, campaign, event, {}),
            campaign_events.clear(actor, campaign, event),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert (await campaign_events.get(viewer, "auto", "sale")).enabled
    for attempt in (put(viewer), campaign_events.clear(viewer, "auto", "sale")):
        with pytest.raises(NotAllowed):
            await attempt
