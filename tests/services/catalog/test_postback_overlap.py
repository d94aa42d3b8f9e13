"""Which other postbacks fire together with one: what the editor shows."""

from collections.abc import Mapping

import pytest

from models.words import ConversionStatus, PostbackLevel
from services.actor import Actor
from services.catalog import affiliates, campaign_events, campaigns, event_types, postbacks
from services.catalog.postbacks import Owner
from services.database import Database
from tests.factories import public_addresses

SALE = Owner(PostbackLevel.EVENT, "sale")
CALL = Owner(PostbackLevel.EVENT, "call")
AUTO = Owner(PostbackLevel.CAMPAIGN, "auto")
HOME = Owner(PostbackLevel.CAMPAIGN, "home")
NORTH = Owner(PostbackLevel.AFFILIATE, "north")
SOUTH = Owner(PostbackLevel.AFFILIATE, "south")


@pytest.fixture(autouse=True)
async def owners(db: Database, actor: Actor) -> None:
    """Sale is an Affiliate Conversion Event, call is none; both are available everywhere."""
    await event_types.create(actor, {"name": "sale", "is_affiliate_conversion": True})
    await event_types.create(actor, {"name": "call"})
    for key in ("auto", "home"):
        await campaigns.create(actor, {"key": key, "name": key.title()})
    for key in ("north", "south"):
        await affiliates.create(actor, {"key": key, "name": key.title()})


async def make(actor: Actor, owner: Owner, data: Mapping[str, object] | None = None) -> str:
    given = {"url": "https://partner.example/", **(data or {})}
    return (await postbacks.create(actor, owner, given, resolver=public_addresses)).id


async def together(actor: Actor, owner: Owner, **how: object) -> list[Owner]:
    rows = await postbacks.firing_together(actor, owner, **how)  # type: ignore[arg-type]
    return [row.owner for row in rows]


async def test_all_levels_are_named_the_narrowest_first(actor: Actor) -> None:
    for owner in (SALE, CALL, AUTO, HOME, NORTH, SOUTH):
        await make(actor, owner)
    assert await together(actor, SALE) == [NORTH, SOUTH, AUTO, HOME, SALE]
    assert await together(actor, CALL) == [AUTO, HOME, CALL]
    assert await together(actor, AUTO) == [NORTH, SOUTH, AUTO, SALE, CALL]
    assert await together(actor, NORTH) == [NORTH, AUTO, HOME, SALE]


async def test_a_saved_postback_does_not_name_itself(actor: Actor) -> None:
    first, second = await make(actor, SALE), await make(actor, SALE)
    (row,) = await postbacks.firing_together(actor, SALE, except_id=first)
    assert row == await postbacks.get(actor, second)


async def test_filters_that_exclude_each_other_never_fire_together(actor: Actor) -> None:
    await make(actor, SALE, {"campaign": "auto", "affiliate": "north"})
    assert await together(actor, SALE, campaign="auto") == [SALE]
    assert await together(actor, SALE, campaign="home") == []
    assert await together(actor, SALE, affiliate="south") == []
    assert await together(actor, AUTO) == [SALE]
    assert await together(actor, HOME) == []
    assert await together(actor, NORTH) == [SALE]
    assert await together(actor, NORTH, campaign="home") == []
    assert await together(actor, SOUTH) == []


async def test_switched_off_and_archived_postbacks_fire_with_nobody(actor: Actor) -> None:
    await make(actor, SALE, {"enabled": False})
    await postbacks.archive(actor, await make(actor, SALE))
    await make(actor, NORTH)
    await affiliates.archive(actor, "north")
    assert await together(actor, SALE) == []


async def test_recording_and_a_change_of_status_are_different_moments(actor: Actor) -> None:
    await make(actor, SALE, {"on_conversion_status": ["approved", "reversed"]})
    approved, pending = ConversionStatus.APPROVED, ConversionStatus.PENDING
    assert await together(actor, SALE) == []
    assert await together(actor, SALE, on_conversion_status=[approved]) == [SALE]
    assert await together(actor, SALE, on_conversion_status=[pending]) == []
    assert await together(actor, SALE, on_conversion_status=[pending, approved]) == [SALE]


async def test_an_event_that_is_not_in_force_fires_nothing_of_the_campaign(actor: Actor) -> None:
    await make(actor, AUTO)
    assert await together(actor, CALL) == [AUTO]
    await campaign_events.put(actor, "auto", "call", {"enabled": False})
    assert await together(actor, CALL) == []
    assert await together(actor, SALE) == [AUTO]


async def test_a_campaign_decides_what_is_an_affiliate_conversion_there(actor: Actor) -> None:
    await make(actor, NORTH, {"campaign": "auto"})
    assert await together(actor, CALL) == []
    await campaign_events.put(actor, "auto", "call", {"is_affiliate_conversion": True})
    assert await together(actor, CALL) == [NORTH]
    assert await together(actor, CALL, campaign="home") == []
    await campaign_events.put(actor, "auto", "sale", {"is_affiliate_conversion": False})
    assert await together(actor, SALE) == []
