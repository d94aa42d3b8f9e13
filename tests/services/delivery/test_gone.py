"""410 Gone: the partner says that the address will never come back, so nothing more goes there."""

from datetime import timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, PauseReason
from services import database
from services.actor import SYSTEM
from services.catalog import cache, postbacks
from services.clock import utc_now
from services.database import Database
from services.delivery import claims
from services.intake.contract import Recorded
from services.settings import Settings
from tests.partner import Partner
from tests.services.delivery.results import GONE, claim, result, settle
from tests.world import World, deliveries, make_world, settled, worker


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


async def pause_reason(postback_id: str) -> PauseReason | None:
    return (await postbacks.get(SYSTEM, postback_id)).standing.pause_reason


async def test_a_postback_whose_address_is_gone_is_paused_and_holds_what_follows(
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
        assert (row.enabled, row.standing.pause_reason) == (True, PauseReason.GONE)
        assert await pause_reason(alive) is None
        second = await world.fire()
        assert isinstance(second, Recorded)
        assert second.deliveries == 2
        await settled(DeliveryStatus.DELIVERED, 2)
        (held,) = await settled(DeliveryStatus.HELD)
        assert held.postback_id == dead
    assert len(partner.wait_for(1, "/status/410")) == 1


async def test_being_paused_is_no_new_version_of_the_definition(world: World) -> None:
    dead = await world.postback("https://p.example/")
    before = await postbacks.get(SYSTEM, dead)
    await world.fire()
    await settle(*(result(one, GONE) for one in await claim()))
    after = await postbacks.get(SYSTEM, dead)
    assert after.standing.pause_reason is PauseReason.GONE
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


async def test_the_definitions_in_memory_learn_of_it(world: World) -> None:
    dead = await world.postback("https://p.example/")
    await world.fire()
    before = await database.read(cache.definitions)
    (row,) = before.postbacks_by_event_type_id[world.event_type_id]
    assert not row.is_paused
    await settle(*(result(one, GONE) for one in await claim()))
    after = await database.read(cache.definitions)
    (row,) = after.postbacks_by_event_type_id[world.event_type_id]
    assert (row.id, row.is_paused) == (dead, True)


async def test_two_deliveries_that_find_it_gone_pause_it_once(world: World) -> None:
    dead = await world.postback("https://p.example/?e={event_id}")
    await world.fire()
    await world.fire()
    first, second = await claim()
    now = utc_now()
    await settle(result(first, GONE, now=now), result(second, GONE, now=now + timedelta(minutes=1)))
    assert (await postbacks.get(SYSTEM, dead)).standing.paused_at == now


async def test_what_an_old_request_finds_gone_leaves_a_changed_postback_alone(
    world: World,
) -> None:
    moved = await world.postback("http://127.0.0.1:9/old")
    await world.fire()
    taken = await claim()
    await postbacks.update(SYSTEM, moved, {"url": "http://127.0.0.1:9/new"})
    await settle(*(result(one, GONE) for one in taken))
    row = await postbacks.get(SYSTEM, moved)
    assert (row.standing.paused_at, row.version) == (None, 2)


async def test_a_worker_that_lost_its_claim_pauses_nothing(world: World) -> None:
    kept = await world.postback("https://p.example/")
    await world.fire()
    taken = await claim(lease_seconds=1)
    await database.write(claims.reclaim, now=utc_now() + timedelta(seconds=2))
    await settle(*(result(one, GONE) for one in taken))
    assert await pause_reason(kept) is None
    (delivery,) = await deliveries()
    assert delivery.status is DeliveryStatus.PENDING


async def test_an_archived_postback_is_not_paused_since_nobody_could_resume_it(
    world: World,
) -> None:
    left = await world.postback("https://p.example/")
    await world.fire()
    taken = await claim()
    before = await postbacks.get(SYSTEM, left)
    await postbacks.archive(SYSTEM, left, clock=lambda: before.updated_at)
    await settle(*(result(one, GONE) for one in taken))
    assert await pause_reason(left) is None
