"""The affiliate of a lead: given by its key, kept by history, found in lists."""

import pytest

from models.words import PostbackLevel
from services.actor import Actor
from services.catalog import affiliates, campaign_events, event_types
from services.database import Database
from services.errors import InvalidInput
from services.intake import leads, triggering
from services.intake.contract import Recorded
from services.paging import PageRequest
from tests.world import World, deliveries, events, make_world


@pytest.fixture
async def world(db: Database, actor: Actor) -> World:
    await affiliates.create(actor, {"key": "north", "name": "North Media"})
    await affiliates.create(actor, {"key": "south", "name": "South Media"})
    return await make_world(affiliate="north", external_click_id="clk-1", sub1="s1")


async def listed(actor: Actor, **how: str) -> list[str]:
    page = await leads.list_page(actor, PageRequest(), **how)
    return sorted(row.transaction_id for row in page.items)


async def test_a_lead_carries_its_affiliate_by_key_and_name(world: World, actor: Actor) -> None:
    row = await leads.get(actor, world.lead_id)
    assert (row.affiliate, row.affiliate_name) == ("north", "North Media")
    none = (await leads.create(actor, {"campaign": "auto-us", "affiliate": ""})).lead
    assert (none.affiliate, none.affiliate_name) == (None, None)


@pytest.mark.parametrize("affiliate", ["nobody", "North"])
async def test_an_unknown_affiliate_is_refused(world: World, actor: Actor, affiliate: str) -> None:
    data = {"campaign": "none", "affiliate": affiliate}
    with pytest.raises(InvalidInput) as error:
        await leads.create(actor, data)
    assert set(error.value.fields) == {"campaign", "affiliate"}
    with pytest.raises(InvalidInput) as error:
        await leads.update_details(actor, world.lead_id, {"affiliate": affiliate})
    assert error.value.fields == {"affiliate": f"There is no affiliate “{affiliate}”."}


async def test_an_archived_affiliate_gets_no_leads_and_keeps_those_it_has(
    world: World, actor: Actor
) -> None:
    await affiliates.archive(actor, "north")
    for change in (
        leads.create(actor, {"campaign": "auto-us", "affiliate": "north"}),
        leads.update_details(actor, await world.lead("t-2"), {"affiliate": "north"}),
    ):
        with pytest.raises(InvalidInput) as error:
            await change
        assert "is archived" in error.value.fields["affiliate"]
    changed = await leads.update_details(
        actor, world.lead_id, {"affiliate": "north", "first_name": "Ann"}
    )
    assert (changed.affiliate, changed.first_name) == ("north", "Ann")


async def test_an_affiliate_can_be_changed_and_taken_away(world: World, actor: Actor) -> None:
    changed = await leads.update_details(actor, world.lead_id, {"affiliate": "south"})
    assert (changed.affiliate, changed.version) == ("south", 2)
    untouched = await leads.update_details(actor, world.lead_id, {"sub1": "x"})
    assert untouched.affiliate == "south"
    for nothing in (None, ""):
        await leads.update_details(actor, world.lead_id, {"affiliate": "south"})
        bare = await leads.update_details(actor, world.lead_id, {"affiliate": nothing})
        assert bare.affiliate is None


async def test_a_repeated_capture_says_that_the_affiliate_differs(
    world: World, actor: Actor
) -> None:
    data = {"campaign": "auto-us", "transaction_id": "t-1", "sub1": "s1"}
    again = await leads.create(actor, {**data, "affiliate": "south"})
    assert (again.lead.affiliate, again.differs) == ("north", ("affiliate",))
    assert (await leads.create(actor, {**data, "affiliate": "north"})).differs == ()
    assert (await leads.create(actor, data)).differs == ()


async def test_an_affiliate_narrows_the_list(world: World, actor: Actor) -> None:
    await world.lead("t-2", affiliate="south", first_name="Ann")
    await world.lead("t-3", affiliate="south")
    await world.lead("t-4")
    assert await listed(actor, affiliate="south") == ["t-2", "t-3"]
    assert await listed(actor, affiliate="south", q="ann") == ["t-2"]
    assert await listed(actor, affiliate="south", campaign="none") == []
    assert await listed(actor, affiliate="\x00") == []


async def test_an_event_keeps_the_affiliate_that_its_lead_had(world: World, actor: Actor) -> None:
    before = (await affiliates.get(actor, "north")).id
    assert isinstance(await world.fire(), Recorded)
    await leads.update_details(actor, world.lead_id, {"affiliate": "south"})
    assert [row.affiliate_id for row in await events()] == [before]


async def test_an_affiliate_conversion_fires_its_affiliates_postbacks_as_the_dialog_showed(
    world: World, actor: Actor
) -> None:
    """By the flag as it holds in the campaign, with all that the partner knows the click by."""
    await event_types.update(actor, world.event, {"multi_trigger": True})
    north, south = [(await affiliates.get(actor, key)).id for key in ("north", "south")]
    for affiliate_id in (north, south):
        await world.postback(
            "https://p.example/{affiliate_id}?n={affiliate_name}&c={external_click_id}&s={sub1}",
            level=PostbackLevel.AFFILIATE,
            affiliate_id=affiliate_id,
            event_type_id=None,
        )
    assert await triggering.what_it_sends(actor, world.lead_id, {"event": "sale"}) == ()
    changes = {"is_affiliate_conversion": True}
    await campaign_events.put(actor, world.campaign, world.event, changes)
    (option,) = await triggering.options(actor, world.lead_id)
    assert (option.is_affiliate_conversion, option.postbacks) == (True, 1)
    (line,) = await triggering.what_it_sends(actor, world.lead_id, {"event": "sale"})
    assert line.url == "https://p.example/north?n=North%20Media&c=clk-1&s=s1"
    assert isinstance(await world.fire(), Recorded)
    (delivery,) = await deliveries()
    assert delivery.url == line.url
    assert (await events())[0].is_affiliate_conversion

    await affiliates.archive(actor, "north")
    assert isinstance(await world.fire(), Recorded)
    assert len(await deliveries()) == 1
