"""The Trigger Event dialog: what can fire, why not, and exactly what a firing sends."""

import pytest

from models.words import Method, Source
from services.actor import SYSTEM, Actor
from services.catalog import campaigns, event_types
from services.database import Database
from services.delivery import holding
from services.errors import InvalidInput, NotFound
from services.intake import triggering
from services.intake.contract import Recorded
from services.intake.recording import record_event
from tests.factories import FrozenClock
from tests.world import World, deliveries, events, make_world


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(first_name='O"Neil\\ {event_name}', email="a+b@ü.de")


async def test_every_live_event_is_offered_those_that_can_fire_first(
    world: World, actor: Actor
) -> None:
    for name in ("late", "approved", "old", "elsewhere"):
        await event_types.create(actor, {"name": name, "available_everywhere": name != "elsewhere"})
    await event_types.archive(actor, "old")
    await world.postback("https://p.example/")
    await world.postback("https://q.example/", enabled=False)
    fired = await world.fire()
    offered = await triggering.options(actor, world.lead_id)
    assert [option.name for option in offered] == ["approved", "late", "elsewhere", "sale"]
    assert [bool(option.reason) for option in offered] == [False, False, True, True]
    elsewhere, sale = offered[2:]
    assert "not available in the campaign “auto-us”" in elsewhere.reason
    assert sale.reason == "Already fired for this lead; Multi-Trigger is off."
    assert isinstance(fired, Recorded)
    assert sale.fired_event_id == fired.event_id
    assert sale.fired_at == (await events())[0].received_at
    assert (sale.is_conversion, sale.postbacks) == (True, 1)


async def test_an_event_that_fired_for_another_lead_can_still_fire(
    world: World, actor: Actor
) -> None:
    other = await world.lead("t-2")
    await world.fire()
    (option,) = await triggering.options(actor, other)
    assert (option.reason, option.fired_event_id) == ("", None)


async def test_in_an_archived_campaign_nothing_can_fire(world: World, actor: Actor) -> None:
    await campaigns.archive(actor, world.campaign)
    (option,) = await triggering.options(actor, world.lead_id)
    assert "campaign “auto-us” is archived" in option.reason


async def test_a_postback_of_another_campaign_is_not_counted(world: World, actor: Actor) -> None:
    other = await campaigns.create(actor, {"key": "solar-de", "name": "Solar DE"})
    await world.postback("https://p.example/", campaign_id=other.id)
    (option,) = await triggering.options(actor, world.lead_id)
    assert option.postbacks == 0
    assert await triggering.what_it_sends(actor, world.lead_id, {"event": "sale"}) == ()


async def test_what_is_shown_is_what_is_then_sent(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    world = await make_world(multi_trigger=True, first_name='O"Neil\\ {event_name}')
    await world.fire()  # so that the next one is the second
    await world.postback(
        "https://p.example/?n={first_name}&a={amount}&c={event_count}&s={status}&at={occurred_at}"
    )
    await world.postback(
        "https://q.example/", method=Method.POST, body='{"a": {amount}, "o": "{order_id}"}'
    )
    await world.postback("https://r.example/?e={email|required}")
    await world.postback("https://s.example/?t={transaction_id}")
    await world.postback("https://s.example/?t={transaction_id}")
    given = {"event": "sale", "amount": "49.90", "currency": "USD", "conversion_status": "pending"}
    shown = await triggering.what_it_sends(actor, world.lead_id, given, clock=clock)
    assert await deliveries() == []
    assert "c=2&s=pending" in shown[0].url
    assert [bool(line.not_sent) for line in shown] == [False, False, True, False, True]

    payload = {**given, "lead_id": world.lead_id}
    await record_event(SYSTEM, payload, source=Source.MANUAL, clock=clock)
    order = world.postback_ids
    sent = sorted(await deliveries(), key=lambda row: order.index(row.postback_id))
    assert shown == tuple(
        triggering.RequestLine(row.method.value, row.url, row.reason_text or "") for row in sent
    )


async def test_what_a_paused_postback_would_send_is_said_to_be_held(
    db: Database, actor: Actor
) -> None:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/")
    await holding.pause(actor, world.postback_ids[0])
    (line,) = await triggering.what_it_sends(actor, world.lead_id, {"event": "sale"})
    assert line.not_sent == "Held, not sent yet: this postback is paused."


async def test_what_cannot_be_read_is_refused_by_field(world: World, actor: Actor) -> None:
    for given, field in (
        ({"event": "nope"}, "event"),
        ({}, "event"),
        ({"event": "sale", "amount": "49,90"}, "amount"),
        ({"event": "sale", "nonsense": 1}, "nonsense"),
    ):
        with pytest.raises(InvalidInput) as error:
            await triggering.what_it_sends(actor, world.lead_id, given)
        assert list(error.value.fields) == [field]


@pytest.mark.parametrize("lead_id", ["ld_none", "ld_\x00", ""])
async def test_an_unknown_lead_is_not_found(world: World, actor: Actor, lead_id: str) -> None:
    with pytest.raises(NotFound):
        await triggering.options(actor, lead_id)
