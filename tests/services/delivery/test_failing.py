"""A postback by which nothing arrives for days is paused; a success begins the count anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from models import PostbackFailure
from models.words import DeliveryReason, DeliveryStatus, PauseReason
from services.actor import SYSTEM
from services.catalog import postbacks
from services.catalog.postbacks import Standing
from services.database import Database
from services.delivery import holding, outbox, resuming
from services.delivery.claims import Claim
from services.delivery.failing import PAUSE_AFTER, PAUSE_AFTER_FAILURES
from services.delivery.retry import Decision
from tests.factories import FrozenClock
from tests.services.delivery.results import DELIVERED, GIVEN_UP, claim, later, result, settle
from tests.world import World, deliveries, make_world, rows

BLOCKED = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.BLOCKED)


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}")
    return world


async def standing(world: World) -> Standing:
    return (await postbacks.get(SYSTEM, world.postback_ids[0])).standing


async def taken(world: World, count: int) -> list[Claim]:
    for _ in range(count):
        await world.fire()
    return await claim(count)


async def fail(world: World, clock: FrozenClock, count: int = 1) -> None:
    await settle(*(result(one, GIVEN_UP, now=clock.now) for one in await taken(world, count)))


async def test_failures_are_counted_from_the_first_one_with_the_last_message(
    world: World, clock: FrozenClock
) -> None:
    first = clock.now
    await fail(world, clock, 2)
    clock.move(hours=1)
    (one,) = await taken(world, 1)
    await settle(replace(result(one, later(clock.now), now=clock.now), message="No answer."))
    found = await standing(world)
    assert (found.failing_since, found.failures) == (first, 3)
    assert (found.last_failure, found.paused_at) == ("No answer.", None)


async def test_a_success_begins_the_count_anew(world: World, clock: FrozenClock) -> None:
    await fail(world, clock, 3)
    (one,) = await taken(world, 1)
    await settle(result(one, DELIVERED))
    assert await rows(PostbackFailure) == []
    found = await standing(world)
    assert (found.failing_since, found.failures, found.last_failure) == (None, 0, "")


async def test_of_a_success_and_a_failure_in_one_group_the_success_counts(
    world: World, clock: FrozenClock
) -> None:
    first, second = await taken(world, 2)
    await settle(result(first, GIVEN_UP, now=clock.now), result(second, DELIVERED, now=clock.now))
    assert await rows(PostbackFailure) == []


async def test_one_postback_that_recovers_leaves_the_other_failing(
    world: World, clock: FrozenClock
) -> None:
    other = await world.postback("https://q.example/")
    await fail(world, clock)
    await settle(*(result(one, GIVEN_UP, now=clock.now) for one in await claim()))
    await world.fire()
    await settle(*(result(one, DELIVERED) for one in await claim() if one.postback_id != other))
    assert [row.postback_id for row in await rows(PostbackFailure)] == [other]


@pytest.mark.parametrize(
    ("failures", "after", "is_paused"),
    [
        (PAUSE_AFTER_FAILURES, PAUSE_AFTER, True),
        (PAUSE_AFTER_FAILURES - 1, PAUSE_AFTER, False),
        (PAUSE_AFTER_FAILURES, PAUSE_AFTER - timedelta(seconds=1), False),
    ],
)
async def test_after_five_days_and_twenty_failures_it_is_paused_as_failing(
    failures: int, after: timedelta, is_paused: bool, world: World, clock: FrozenClock
) -> None:
    first = clock.now
    await fail(world, clock, failures - 1)
    clock.now += after
    (one,) = await taken(world, 1)
    await settle(result(one, later(clock.now), now=clock.now))
    found = await standing(world)
    if not is_paused:
        assert found.paused_at is None
        return
    assert (found.paused_at, found.pause_reason) == (clock.now, PauseReason.FAILING)
    assert (found.failing_since, found.failures) == (first, failures)
    # The very delivery that tipped the balance waits for the person, too.
    by_id = {row.id: row.status for row in await deliveries()}
    assert by_id[one.id] is DeliveryStatus.HELD


async def test_a_try_before_which_no_packet_left_counts_too(
    world: World, clock: FrozenClock
) -> None:
    (one,) = await taken(world, 1)
    blocked = replace(result(one, BLOCKED, now=clock.now), has_attempt=False, message="Refused.")
    await settle(blocked)
    assert ((await standing(world)).failures, (await standing(world)).last_failure) == (
        1,
        "Refused.",
    )


async def test_a_resend_by_a_person_counts_neither_for_nor_against(
    world: World, clock: FrozenClock
) -> None:
    await fail(world, clock, 2)
    first, second = await deliveries()
    for delivery, decision in ((first, GIVEN_UP), (second, DELIVERED)):
        await outbox.resend(SYSTEM, delivery.id)
        await settle(*(result(one, decision, now=clock.now) for one in await claim()))
    assert (await standing(world)).failures == 2


async def test_a_late_result_counts_for_nothing(world: World, clock: FrozenClock) -> None:
    (one,) = await taken(world, 1)
    await settle(replace(result(one, GIVEN_UP), claim=replace(one, token="another")))
    assert await rows(PostbackFailure) == []


async def test_resuming_forgets_the_failures(world: World, clock: FrozenClock) -> None:
    await fail(world, clock, 3)
    await holding.pause(SYSTEM, world.postback_ids[0])
    assert (await standing(world)).failures == 3
    await resuming.resume(SYSTEM, world.postback_ids[0], {"held": "send"})
    assert (await standing(world)).failures == 0


async def test_a_changed_postback_begins_anew_unless_it_is_paused(
    world: World, clock: FrozenClock
) -> None:
    (postback_id,) = world.postback_ids
    await fail(world, clock, 2)
    await postbacks.update(SYSTEM, postback_id, {"enabled": True})  # as it was
    assert (await standing(world)).failures == 2
    await postbacks.update(SYSTEM, postback_id, {"url": "http://127.0.0.1:9/"})
    assert (await standing(world)).failures == 0
    await fail(world, clock, 2)
    await holding.pause(SYSTEM, postback_id)
    await postbacks.update(SYSTEM, postback_id, {"url": "http://127.0.0.1:9/x"})
    assert (await standing(world)).failures == 2


async def test_where_nothing_fails_settling_asks_nothing_more(world: World, db: Database) -> None:
    claims = await taken(world, 3)
    statements: list[str] = []
    engine = db.writing
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    await settle(*(result(one, DELIVERED) for one in claims))
    assert not [text for text in statements if "DELETE" in text or "INSERT INTO postback" in text]
    assert not [text for text in statements if "FROM postback " in text]
