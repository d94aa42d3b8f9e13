"""Dedupe modes: what is the same fact again, also for two that come at once."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from models.words import Source, Verdict
from services.actor import SYSTEM, Actor
from services.catalog import campaign_events, event_types
from services.database import Database
from services.intake import triggering
from services.intake.contract import Answer, Duplicate, Recorded, Refused
from services.intake.recording import record_event
from tests.factories import START, FrozenClock
from tests.statements import counted_statements
from tests.world import World, deliveries, events, make_world, submissions

WINDOW = {"window_minutes": 60}


async def set_mode(world: World, dedupe: object) -> None:
    await event_types.update(SYSTEM, world.event, {"dedupe": dedupe})


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world()


def recorded(answer: Answer) -> str:
    assert isinstance(answer, Recorded)
    return answer.event_id


async def at(world: World, minutes: float, **changes: Any) -> Answer:
    moment = START + timedelta(minutes=minutes)
    return await world.fire(occurred_at=moment.isoformat(), **changes)


# What each mode lets in


async def test_once_per_lead_is_once_whatever_the_order(world: World) -> None:
    first = recorded(await world.fire(order_id="A"))
    assert await world.fire(order_id="B") == Duplicate(first)
    assert await world.fire() == Duplicate(first)


async def test_once_per_order_is_once_for_each_order_and_once_without_one(world: World) -> None:
    await set_mode(world, "once_per_order")
    first = recorded(await world.fire(order_id="A"))
    other = recorded(await world.fire(order_id="B"))
    without = recorded(await world.fire())
    assert await world.fire(order_id="A", amount="5") == Duplicate(first)
    assert await world.fire(order_id="B") == Duplicate(other)
    assert await world.fire() == Duplicate(without)
    assert isinstance(await world.fire(order_id="a"), Recorded)


async def test_a_window_is_measured_between_the_times_at_which_both_occurred(
    world: World,
) -> None:
    await set_mode(world, WINDOW)
    first = recorded(await at(world, 0))
    assert await at(world, 59.9) == Duplicate(first)
    assert await at(world, -59.9) == Duplicate(first)
    after = recorded(await at(world, 60))
    before = recorded(await at(world, -60))
    assert await at(world, 119) == Duplicate(after)
    assert await at(world, -119, order_id="other") == Duplicate(before)
    assert isinstance(await at(world, 300), Recorded)


async def test_allow_all_records_the_same_again(world: World) -> None:
    await set_mode(world, "allow_all")
    assert len({recorded(await world.fire(order_id="A")) for _ in range(3)}) == 3


@pytest.mark.parametrize("mode", ["once_per_lead", "once_per_order", WINDOW])
async def test_another_lead_and_another_event_are_other_facts(world: World, mode: object) -> None:
    await set_mode(world, mode)
    await event_types.create(SYSTEM, {"name": "other", "dedupe": mode})
    await world.lead("t-2")
    recorded(await world.fire())
    recorded(await world.fire(transaction_id="t-2"))
    recorded(await world.fire(event="other"))
    assert isinstance(await world.fire(event="other"), Duplicate)


@pytest.mark.parametrize("mode", ["once_per_lead", "once_per_order", WINDOW])
async def test_a_duplicate_is_logged_with_the_first_one_and_sends_nothing(
    world: World, mode: object
) -> None:
    await set_mode(world, mode)
    await world.postback("https://p.example/")
    first = recorded(await world.fire(order_id="A"))
    assert await world.fire(order_id="A") == Duplicate(first)
    found = [(row.verdict, row.event_id, row.answer_status) for row in await submissions()]
    assert found == [(Verdict.RECORDED, first, 201), (Verdict.DUPLICATE, first, 200)]
    assert len(await events()) == len(await deliveries()) == 1


async def test_a_campaign_may_have_another_mode_than_the_event(world: World) -> None:
    await campaign_events.put(SYSTEM, world.campaign, world.event, {"dedupe": "allow_all"})
    recorded(await world.fire())
    recorded(await world.fire())
    await campaign_events.clear(SYSTEM, world.campaign, world.event)
    assert isinstance(await world.fire(), Duplicate)


# A mode that was changed


@pytest.mark.parametrize("mode", ["once_per_lead", "once_per_order", WINDOW])
async def test_what_fired_under_another_mode_counts(world: World, mode: object) -> None:
    await set_mode(world, "allow_all")
    first = recorded(await world.fire(order_id="A"))
    recorded(await world.fire(order_id="A"))
    await set_mode(world, mode)
    assert await world.fire(order_id="A") == Duplicate(first)


async def test_a_firing_with_an_order_does_not_stand_in_for_one_without(world: World) -> None:
    """Under once per lead the first one's key names no order, whatever its order was."""
    recorded(await world.fire(order_id="A"))
    await set_mode(world, "once_per_order")
    recorded(await world.fire())
    recorded(await world.fire(order_id="B"))
    assert isinstance(await world.fire(order_id="A"), Duplicate)


async def test_the_same_key_is_free_again_once_all_are_allowed(world: World) -> None:
    recorded(await world.fire())
    await set_mode(world, "allow_all")
    recorded(await world.fire())


# At once


@pytest.mark.parametrize("mode", ["once_per_lead", "once_per_order", WINDOW])
@pytest.mark.parametrize("order", ["A", None])
async def test_of_many_at_once_exactly_one_is_recorded_and_the_others_name_it(
    world: World, mode: object, order: str | None
) -> None:
    await set_mode(world, mode)
    await world.postback("https://p.example/")
    answers = await asyncio.gather(*(world.fire(order_id=order) for _ in range(20)))
    (first,) = [answer.event_id for answer in answers if isinstance(answer, Recorded)]
    assert Counter(answers)[Duplicate(first)] == 19
    assert len(await events()) == len(await deliveries()) == 1


async def test_at_once_different_orders_are_all_recorded(world: World) -> None:
    await set_mode(world, "once_per_order")
    answers = await asyncio.gather(*(world.fire(order_id=f"o-{n % 5}") for n in range(20)))
    assert Counter(type(answer) for answer in answers) == {Recorded: 5, Duplicate: 15}


# Tests and refusals


async def fire_test(**changes: Any) -> Answer:
    payload = {"event": "sale", "transaction_id": "t-1", **changes}
    return await record_event(SYSTEM, payload, source=Source.INCOMING, is_test=True)


@pytest.mark.parametrize("mode", ["once_per_lead", "once_per_order", WINDOW, "allow_all"])
async def test_a_test_fires_nothing_and_neither_blocks_nor_is_blocked(
    world: World, mode: object
) -> None:
    await set_mode(world, mode)
    await world.postback("https://p.example/?n={event_count}")
    for _ in range(2):
        answer = await fire_test(order_id="A")
        assert answer == Recorded(recorded(answer), 0, is_test=True)
    assert await deliveries() == []
    real = await world.fire(order_id="A")
    assert isinstance(real, Recorded)
    assert (real.deliveries, real.is_test) == (1, False)
    (delivery,) = await deliveries()
    assert delivery.url == "https://p.example/?n=1"
    assert recorded(await fire_test(order_id="A"))
    assert sorted(row.is_test for row in await events()) == [False, True, True, True]


async def test_a_refusal_does_not_block_the_right_call_after_it(world: World) -> None:
    assert isinstance(await world.fire(amount="1,5"), Refused)
    assert isinstance(await world.fire(amount="1.5"), Recorded)


# The dialog


async def test_the_dialog_knows_what_the_mode_of_the_campaign_would_refuse(
    world: World, actor: Actor, clock: FrozenClock
) -> None:
    await set_mode(world, WINDOW)
    first = recorded(await at(world, 0))
    await fire_test()
    clock.move(minutes=59)
    (option,) = await triggering.options(actor, world.lead_id, clock=clock)
    assert "after 60 minutes" in option.reason
    assert option.fired_event_id == first
    clock.move(minutes=1)
    (option,) = await triggering.options(actor, world.lead_id, clock=clock)
    assert (option.reason, option.fired_event_id) == ("", None)
    for mode in ("once_per_order", "allow_all"):
        await campaign_events.put(SYSTEM, world.campaign, world.event, {"dedupe": mode})
        (option,) = await triggering.options(actor, world.lead_id, clock=clock)
        assert option.reason == ""
    await campaign_events.put(SYSTEM, world.campaign, world.event, {"dedupe": "once_per_lead"})
    (option,) = await triggering.options(actor, world.lead_id, clock=clock)
    assert option.reason == "Already fired for this lead; Multi-Trigger is off."


# What it costs


async def test_a_mode_that_looks_for_a_first_one_costs_one_statement_more(
    world: World, db: Database
) -> None:
    seen: dict[str, int] = {}
    for number, mode in enumerate(("allow_all", "once_per_lead", "once_per_order")):
        await set_mode(world, mode)
        await world.lead(f"cost-{number}")
        await world.fire(transaction_id="t-none")  # so that the definitions are loaded
        with counted_statements() as statements:
            recorded(await world.fire(transaction_id=f"cost-{number}"))
        seen[mode] = len(statements)
    base = seen["allow_all"]
    # On SQLite it goes past SQLAlchemy, where nobody counts.
    more = base if db.is_sqlite else base + 1
    assert seen == {"allow_all": base, "once_per_lead": more, "once_per_order": more}
