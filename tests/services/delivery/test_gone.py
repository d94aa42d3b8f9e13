"""410 Gone: the partner says that the address will never come back, so nothing more goes there."""

from datetime import timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Outcome
from services import database
from services.actor import SYSTEM
from services.catalog import cache, postbacks
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, settlement
from services.delivery.claims import Claim
from services.delivery.retry import Decision
from services.delivery.settlement import Settlement
from services.intake.contract import Recorded
from services.settings import Settings
from tests.partner import Partner
from tests.world import World, deliveries, make_world, settled, worker


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


async def claim_all(*, lease_seconds: float = 60.0) -> list[Claim]:
    claimed = await database.write(
        claims.claim, limit=10, worker_id="wrk_a", lease_seconds=lease_seconds, now=utc_now()
    )
    return claimed.claims


def gone(taken: Claim) -> Settlement:
    return Settlement(
        claim=taken,
        decision=Decision(DeliveryStatus.FAILED, reason=DeliveryReason.GONE),
        outcome=Outcome.FAILED,
        started_at=utc_now(),
        duration_ms=3,
        status_code=410,
        failure=FailureKind.HTTP_STATUS,
        message="",
        response_headers=(),
        response_body="",
        truncated=False,
    )


async def test_a_postback_whose_address_is_gone_is_switched_off(
    world: World, settings: Settings, partner: Partner
) -> None:
    dead = await world.postback(partner.url("/status/410"))
    alive = await world.postback(partner.url("/ok"))
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
        await settled(DeliveryStatus.DELIVERED)
        assert (delivery.reason, delivery.attempts) == (DeliveryReason.GONE, 1)
        row = await postbacks.get(SYSTEM, dead)
        assert (row.enabled, row.version) == (False, 2)
        assert row.updated_at > row.created_at
        assert (await postbacks.get(SYSTEM, alive)).version == 1
        second = await world.fire()
        assert isinstance(second, Recorded)
        assert second.deliveries == 1
        await settled(DeliveryStatus.DELIVERED, 2)
    assert len(partner.wait_for(1, "/status/410")) == 1


async def test_the_definitions_in_memory_learn_of_it(world: World) -> None:
    dead = await world.postback("https://p.example/")
    await world.fire()
    before = await database.read(cache.definitions)
    assert [row.enabled for row in before.postbacks_by_event_type_id[world.event_type_id]] == [True]
    await database.write(settlement.settle, [gone(one) for one in await claim_all()])
    after = await database.read(cache.definitions)
    (row,) = after.postbacks_by_event_type_id[world.event_type_id]
    assert (row.id, row.enabled) == (dead, False)


async def test_two_deliveries_that_find_it_gone_switch_it_off_once(world: World) -> None:
    dead = await world.postback("https://p.example/?e={event_id}")
    await world.fire()
    await world.fire()
    await database.write(settlement.settle, [gone(one) for one in await claim_all()])
    row = await postbacks.get(SYSTEM, dead)
    assert (row.enabled, row.version) == (False, 2)


async def test_what_an_old_request_finds_gone_leaves_a_changed_postback_alone(
    world: World,
) -> None:
    moved = await world.postback("http://127.0.0.1:9/old")
    await world.fire()
    taken = await claim_all()
    await postbacks.update(SYSTEM, moved, {"url": "http://127.0.0.1:9/new"})
    await database.write(settlement.settle, [gone(one) for one in taken])
    row = await postbacks.get(SYSTEM, moved)
    assert (row.enabled, row.version) == (True, 2)


async def test_a_worker_that_lost_its_claim_switches_nothing_off(world: World) -> None:
    kept = await world.postback("https://p.example/")
    await world.fire()
    taken = await claim_all(lease_seconds=1)
    await database.write(claims.reclaim, now=utc_now() + timedelta(seconds=2))
    await database.write(settlement.settle, [gone(one) for one in taken])
    assert (await postbacks.get(SYSTEM, kept)).enabled
    (delivery,) = await deliveries()
    assert delivery.status is DeliveryStatus.PENDING
