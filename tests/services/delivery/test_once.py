"""At most once across a crash: the mark before the send, and what it means afterwards."""

from datetime import datetime, timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus
from services import database
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, once
from services.delivery.claims import Claim
from tests.world import World, deliveries, events, make_world


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}", at_most_once=True)
    return world


async def claim_all(*, lease_seconds: float = 60, after: timedelta = timedelta()) -> list[Claim]:
    claimed = await database.write(
        claims.claim,
        limit=10,
        worker_id="wrk_a",
        lease_seconds=lease_seconds,
        now=utc_now() + after,
    )
    return claimed.claims


async def mark(taken: list[Claim], *, now: datetime | None = None) -> frozenset[str]:
    return await database.write(once.mark_started, claims=taken, now=now or utc_now())


async def fail(taken: list[Claim]) -> frozenset[str]:
    return await database.write(
        once.fail_started, delivery_ids=[one.id for one in taken], now=utc_now()
    )


async def test_a_mark_names_what_may_be_sent(world: World) -> None:
    await world.fire()
    await world.fire()
    taken = await claim_all()
    now = utc_now()
    assert await mark(taken, now=now) == {one.id for one in taken}
    assert {row.started_at for row in await deliveries()} == {now}
    assert await mark([]) == frozenset()


async def test_who_lost_the_claim_gets_no_mark_and_so_sends_nothing(world: World) -> None:
    await world.fire()
    stopped = await claim_all(lease_seconds=1)
    await database.write(claims.reclaim, now=utc_now() + timedelta(seconds=2))
    assert await mark(stopped) == frozenset()
    going_on = await claim_all(after=timedelta(seconds=5))
    assert await mark([*stopped, *going_on]) == {going_on[0].id}


async def test_a_send_that_was_interrupted_is_given_up_as_unknown(world: World) -> None:
    await world.fire()
    taken = await claim_all()
    await mark(taken)
    assert await fail(taken) == {taken[0].id}
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, DeliveryReason.UNKNOWN)
    assert "nobody knows" in (delivery.reason_text or "")
    assert (delivery.due_at, delivery.claim_token, delivery.lease_until) == (None, None, None)
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.FAILED
    assert await claim_all() == []


async def test_a_claim_that_had_not_begun_to_send_goes_back_as_ever(world: World) -> None:
    await world.fire()
    await world.fire()
    begun, waiting = await claim_all()
    await mark([begun])
    assert await fail([begun, waiting]) == {begun.id}
    await database.write(claims.release, claims=[begun, waiting], now=utc_now())
    found = {row.id: row.status for row in await deliveries()}
    assert found == {begun.id: DeliveryStatus.FAILED, waiting.id: DeliveryStatus.PENDING}


async def test_what_is_given_back_before_it_began_is_sent_later(world: World) -> None:
    await world.fire()
    taken = await claim_all()
    await database.write(claims.release, claims=taken, now=utc_now())
    assert await fail(taken) == frozenset()
    (delivery,) = await deliveries()
    assert delivery.status is DeliveryStatus.PENDING
    assert await fail([]) == frozenset()


async def test_what_is_given_back_after_it_began_is_of_unknown_end(world: World) -> None:
    await world.fire()
    taken = await claim_all()
    await mark(taken)
    await database.write(claims.release, claims=taken, now=utc_now())
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, DeliveryReason.UNKNOWN)


async def test_a_lease_that_runs_out_after_it_began_is_of_unknown_end(world: World) -> None:
    await world.fire()
    taken = await claim_all()
    await mark(taken)
    assert await database.write(claims.reclaim, now=utc_now() + timedelta(seconds=61)) == 1
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, DeliveryReason.UNKNOWN)


async def test_who_lost_the_claim_ends_nothing_that_another_worker_is_sending(
    world: World,
) -> None:
    await world.fire()
    stopped = await claim_all(lease_seconds=1)
    await database.write(claims.reclaim, now=utc_now() + timedelta(seconds=2))
    await mark(await claim_all(after=timedelta(seconds=5)))
    await database.write(claims.release, claims=stopped, now=utc_now())
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SENDING, None)
