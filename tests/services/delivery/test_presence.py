"""A worker that starts takes back at once what dead workers left, and nothing of the living."""

import pytest

from models.words import DeliveryStatus
from services.clock import utc_now
from services.database import Database
from services.delivery import claims
from services.delivery.presence import Presence, dead_workers
from services.settings import Settings
from tests.partner import Partner
from tests.world import World, deliveries, make_world, settled, until, worker


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


async def claimed_by(db: Database, worker_id: str) -> None:
    await db.write(claims.claim, limit=1, worker_id=worker_id, lease_seconds=3_600, now=utc_now())


async def test_a_worker_whose_connection_is_gone_counts_as_dead(db: Database, world: World) -> None:
    if db.is_sqlite:
        pytest.skip("on SQLite the worker lock of the file says who lives")
    await world.postback("https://p.example/")
    await world.fire()
    await world.fire()
    await claimed_by(db, "wrk_alive")
    await claimed_by(db, "wrk_dead")
    alive, dead = Presence(db, worker_id="wrk_alive"), Presence(db, worker_id="wrk_dead")
    await alive.hold()
    await dead.hold()
    assert await db.write(dead_workers) == []
    await dead.close()

    async def dead_now() -> bool:
        return await db.write(dead_workers) == ["wrk_dead"]

    await until(dead_now)  # its process at the database ends a moment later
    await alive.hold()  # once more, as every few seconds
    assert await db.write(dead_workers) == ["wrk_dead"]
    await alive.close()


async def test_long_leases_of_a_dead_worker_are_not_waited_for(
    db: Database, world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/ok"))
    await world.fire()
    await claimed_by(db, "wrk_dead")
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED)
    (delivery,) = await deliveries()
    assert delivery.reclaims == 1
