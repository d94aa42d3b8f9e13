"""Latency: milliseconds from the commit of an event to its arrival at the partner."""

import asyncio
import time
from dataclasses import dataclass
from statistics import quantiles

from models.words import Source
from services import database, schema
from services.actor import SYSTEM
from services.intake.contract import Recorded
from services.intake.recording import record_event
from services.settings import Settings
from tests.benchmarks.drain import owe_definitions
from tests.benchmarks.sink import Sink
from tests.world import until, worker

_WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds."""

    p50: float
    p95: float
    p99: float


async def measure_latency(
    settings: Settings, sink: Sink, *, per_second: int, seconds: int
) -> Latency:
    """Fire at fixed times, whatever the answers do, and compare commit with arrival."""
    schema.upgrade(settings)
    database.open_database(settings)
    committed: dict[str, float] = {}
    arrived: dict[str, float] = {}
    try:
        await owe_definitions(sink, destinations=1)

        async def fire() -> None:
            payload = {"event": "sale", "transaction_id": "t-1"}
            answer = await record_event(SYSTEM, payload, source=Source.API)
            if isinstance(answer, Recorded):
                committed[answer.event_id] = time.time()

        def all_arrived() -> bool:
            arrived.update(sink.arrivals())
            return len(arrived) >= len(committed)

        async with worker(settings):
            loop = asyncio.get_running_loop()
            began = loop.time()
            tasks = []
            for number in range(per_second * seconds + _WARM_UP):
                await asyncio.sleep(began + number / per_second - loop.time())
                tasks.append(loop.create_task(fire()))
            await asyncio.gather(*tasks)
            await until(all_arrived, seconds=30)
    finally:
        database.close_database()
    measured = list(committed.items())[_WARM_UP:]
    # A partner may be called before the commit's answer is back at the caller: that counts as 0.
    waits = [max(0.0, arrived[key] - at) * 1000 for key, at in measured]
    cuts = quantiles(waits, n=100)
    return Latency(p50=cuts[49], p95=cuts[94], p99=cuts[98])
