"""Changes of the conversion status: their history, what they fire, and races."""

import asyncio
from typing import Any

import pytest

from models import StatusChange
from models.words import (
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    KeyScope,
    PostbackLevel,
    Source,
)
from services.actor import Actor
from services.catalog import affiliates, event_types
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from services.intake import leads, status_changes
from services.intake.contract import Recorded
from services.intake.recording import record_event
from services.intake.status_changes import ChangedStatus
from tests.factories import START, FrozenClock, program
from tests.world import World, deliveries, events, make_world, rows

APPROVED, PENDING = ConversionStatus.APPROVED, ConversionStatus.PENDING
REJECTED, REVERSED = ConversionStatus.REJECTED, ConversionStatus.REVERSED


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world()


async def fired(world: World, **changes: Any) -> str:
    answer = await world.fire(**changes)
    assert isinstance(answer, Recorded)
    return answer.event_id


async def change(actor: Actor, event_id: str, to: object, **how: Any) -> ChangedStatus:
    return await status_changes.change(actor, event_id, to=to, source=Source.API, **how)


async def test_a_change_is_on_the_event_and_in_its_history(
    world: World, actor: Actor, clock: FrozenClock
) -> None:
    event_id = await fired(world, conversion_status="pending")
    changed = await change(actor, event_id, "rejected", reason=" No  policy ", clock=clock)
    assert changed == ChangedStatus(event_id, PENDING, REJECTED, 0)
    (event,) = await events()
    assert event.conversion_status is REJECTED
    assert event.delivery_status is DeliveryStatus.NONE
    (row,) = await rows(StatusChange)
    assert (row.event_id, row.changed_at) == (event_id, START)
    assert (row.from_status, row.to_status) == (PENDING, REJECTED)
    assert (row.reason, row.source, row.actor_name) == ("No  policy", Source.API, actor.name)


async def test_a_change_fires_the_postbacks_that_ask_for_it_and_no_other(
    world: World, actor: Actor
) -> None:
    await world.postback("https://recorded.example/")
    url = "https://p.example/?s={status}&a={amount}&tid={transaction_id}"
    asking = await world.postback(url, on_conversion_status=["rejected", "reversed"])
    await world.postback("https://off.example/", on_conversion_status=["rejected"], enabled=False)
    event_id = await fired(world, amount="49.90")
    assert [row.url for row in await deliveries()] == ["https://recorded.example/"]

    assert (await change(actor, event_id, "pending")).deliveries == 0
    assert (await change(actor, event_id, "rejected")).deliveries == 1
    caused = [row for row in await deliveries() if row.on_conversion_status is not None]
    assert [(row.postback_id, row.on_conversion_status) for row in caused] == [(asking, REJECTED)]
    assert caused[0].url == "https://p.example/?s=rejected&a=49.90&tid=t-1"
    (event,) = await events()
    assert (event.deliveries, event.delivery_status) == (2, DeliveryStatus.PENDING)


async def test_the_status_given_at_recording_changes_nothing_and_fires_no_change(
    world: World,
) -> None:
    await world.postback("https://p.example/", on_conversion_status=["pending"])
    await fired(world, conversion_status="pending")
    assert await deliveries() == []
    assert await rows(StatusChange) == []


async def test_the_same_request_is_judged_within_one_change(world: World, actor: Actor) -> None:
    await world.postback("https://p.example/?t={transaction_id}")
    for _ in range(2):
        await world.postback(
            "https://p.example/?t={transaction_id}", on_conversion_status=["rejected", "reversed"]
        )
    event_id = await fired(world)
    for status in ("rejected", "reversed"):
        assert (await change(actor, event_id, status)).deliveries == 2
    found = sorted(
        (str(row.on_conversion_status or ""), row.status.value, row.reason)
        for row in await deliveries()
    )
    assert found == [
        ("", "pending", None),
        ("rejected", "pending", None),
        ("rejected", "skipped", DeliveryReason.SAME_REQUEST),
        ("reversed", "pending", None),
        ("reversed", "skipped", DeliveryReason.SAME_REQUEST),
    ]


async def test_the_event_counts_as_it_fired_not_as_definitions_and_lead_are_now(
    world: World, actor: Actor
) -> None:
    """The flag and the affiliate of then decide; so does which firing it was."""
    north = await affiliates.create(actor, {"key": "north", "name": "North"})
    await affiliates.create(actor, {"key": "south", "name": "South"})
    changes = {"is_affiliate_conversion": True, "dedupe": "allow_all"}
    await event_types.update(actor, world.event, changes)
    await leads.update_details(actor, world.lead_id, {"affiliate": "north"})
    await world.postback(
        "https://p.example/?a={affiliate_id}&n={event_count}",
        level=PostbackLevel.AFFILIATE,
        affiliate_id=north.id,
        event_type_id=None,
        on_conversion_status=["reversed"],
    )
    await fired(world)
    second = await fired(world)
    await fired(world)
    await event_types.update(actor, world.event, {"is_affiliate_conversion": False})
    await leads.update_details(actor, world.lead_id, {"affiliate": "south"})
    assert (await change(actor, second, "reversed")).deliveries == 1
    assert [row.url for row in await deliveries()] == ["https://p.example/?a=north&n=2"]


async def test_a_test_changes_its_status_and_fires_nothing(world: World, actor: Actor) -> None:
    await world.postback("https://p.example/", on_conversion_status=["rejected"])
    payload = {"event": "sale", "transaction_id": "t-1"}
    answer = await record_event(actor, payload, source=Source.INCOMING, is_test=True)
    assert isinstance(answer, Recorded)
    assert (await change(actor, answer.event_id, "rejected")).deliveries == 0
    assert await deliveries() == []
    assert (await events())[0].conversion_status is REJECTED


async def test_the_same_status_again_is_a_conflict_and_leaves_no_trace(
    world: World, actor: Actor
) -> None:
    event_id = await fired(world)
    with pytest.raises(Conflict) as error:
        await change(actor, event_id, "approved")
    assert error.value.code == "same_status"
    assert await rows(StatusChange) == []


async def test_of_two_equal_changes_at_once_one_is_made(world: World, actor: Actor) -> None:
    await world.postback("https://p.example/", on_conversion_status=["reversed"])
    event_id = await fired(world)
    answers = await asyncio.gather(
        *(change(actor, event_id, "reversed") for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(answer, ChangedStatus) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 9
    assert len(await deliveries()) == len(await rows(StatusChange)) == 1


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"to": "aproved"}, "to", "Give one of these: pending, approved"),
        ({"to": 2}, "to", "Give one of these"),
        ({"to": None}, "to", "Give one of these"),
        ({"to": "rejected", "reason": "x" * 501}, "reason", "at most 500 characters"),
        ({"to": "rejected", "reason": 5}, "reason", "Give text."),
        ({"to": "rejected", "reason": "a\x00"}, "reason", "control character"),
    ],
)
async def test_what_is_wrong_is_refused_by_field(
    world: World, actor: Actor, given: dict[str, Any], field: str, sentence: str
) -> None:
    event_id = await fired(world)
    with pytest.raises(InvalidInput) as error:
        await change(actor, event_id, **given)
    assert list(error.value.fields) == [field]
    assert sentence in error.value.fields[field]


@pytest.mark.parametrize("event_id", ["evt_none", "evt_\x00", ""])
async def test_an_unknown_event_is_not_found(world: World, actor: Actor, event_id: str) -> None:
    with pytest.raises(NotFound):
        await change(actor, event_id, "rejected")


async def test_a_viewer_and_an_incoming_key_change_no_status(world: World, viewer: Actor) -> None:
    event_id = await fired(world)
    for who in (viewer, program(KeyScope.INCOMING)):
        with pytest.raises(NotAllowed):
            await change(who, event_id, "rejected")
    assert (await events())[0].conversion_status is APPROVED
