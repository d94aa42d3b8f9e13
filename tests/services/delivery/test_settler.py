"""Results on their way to the database: what cannot be written holds up nothing else."""

from dataclasses import replace

import pytest

from models.words import DeliveryStatus
from services.database import Database
from services.delivery.claims import Claim
from services.delivery.settler import Settler
from tests.services.delivery.results import DELIVERED, claim, result
from tests.world import deliveries, make_world, until


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_a_result_that_the_database_does_not_take_stops_no_other(db: Database) -> None:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}")
    for _ in range(3):
        await world.fire()
    done: list[Claim] = []
    settler = Settler(db, done.extend)
    bad, good, later = (result(each, DELIVERED) for each in await claim())
    settler.put(replace(bad, message="\x00"))
    settler.put(good)
    await until(lambda: len(done) == 2)
    settler.put(later)
    await settler.close()
    assert {each.id for each in done} == {bad.claim.id, good.claim.id, later.claim.id}
    statuses = {row.id: row.status for row in await deliveries()}
    assert statuses == {
        bad.claim.id: DeliveryStatus.SENDING,
        good.claim.id: DeliveryStatus.DELIVERED,
        later.claim.id: DeliveryStatus.DELIVERED,
    }
