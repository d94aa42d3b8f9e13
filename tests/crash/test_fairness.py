"""Sixty-four partners hang, sixty-four are well: whoever hangs delays nobody else."""

import asyncio
from pathlib import Path

from models.words import DeliveryStatus
from services.database import Database
from services.delivery.limits import Limits
from services.settings import Settings
from tests.crash.ledger import running_ledger
from tests.world import deliveries, make_world, until, worker

PARTNERS = 128
# Each partner is owed so many that those who hang could take every slot of either database.
EVENTS = 10
# Longer than the test: no slot of a partner that hangs is free again because he timed out.
PATIENT = Limits(silence=600, total=600)


async def test_64_hanging_destinations_among_128_delay_nobody_else(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    """Pass: the 64 others have all of theirs while not one of the hanging calls has ended."""
    world = await make_world(multi_trigger=True)
    with running_ledger(tmp_path, ports=PARTNERS) as ledger:
        # Those that hang were there first.
        for number in range(PARTNERS):
            path = "/hang" if number < PARTNERS // 2 else "/ok"
            await world.postback(ledger.url(path, number=number) + "?e={event_id}")
        for _ in range(EVENTS):
            await world.fire()
        healthy = EVENTS * PARTNERS // 2

        async def all_arrived() -> bool:
            rows = await deliveries()
            return sum(row.status is DeliveryStatus.DELIVERED for row in rows) == healthy

        async with worker(settings, limits=PATIENT, grace_seconds=0):
            await until(all_arrived, seconds=120)
            rows = await deliveries()
            sent = await asyncio.to_thread(ledger.file.look)
    assert not any(row.attempts for row in rows if "/hang" in row.url)
    assert {each.delivery_id for each in sent if each.path == "/hang"}, "none of them was called"
