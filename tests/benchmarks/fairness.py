"""Fairness: what partners that hang, with a long queue, cost the partners that answer."""

import asyncio

from services import database
from services.settings import Settings
from tests.benchmarks.databases import POSTGRES, SQLITE
from tests.benchmarks.filling import define, owe
from tests.benchmarks.latency import Latency, measure
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink
from tests.world import worker

DESTINATIONS = 64
WAITING = 100_000
_PER_SECOND = 100
_FULL_SECONDS = 5.0


def measure_fairness(run: Run) -> None:
    """Print the latency of 64 healthy partners without and with 64 hanging ones beside them."""
    for kind in (SQLITE, POSTGRES):
        found: dict[int, list[Latency]] = {0: [], WAITING: []}
        # In turn: what else the machine does is felt by both.
        for number in range(run.sizes.rounds):
            for waiting, latencies in found.items():
                run.progress(
                    f"{kind}, round {number + 1} of {run.sizes.rounds}, {waiting:,} deliveries"
                    " waiting for hanging partners"
                )
                latencies.append(_measure_once(run, kind, waiting))
        alone, beside = (_middle(latencies) for latencies in found.values())
        run.say(f"64 healthy partners alone, {_PER_SECOND}/s, {kind}", str(alone))
        run.say(f"the same beside 64 hanging, {WAITING:,} waiting, {kind}", str(beside))
        ratio = f"{beside.p95 / alone.p95:.2f} × alone"
        if beside.missing:
            ratio = "no figure: healthy partners starved"
        run.say("p95 beside hanging partners, median of the rounds", ratio, "≤ 1.2")


def _measure_once(run: Run, kind: str, waiting: int) -> Latency:
    settings = run.databases.make(kind)
    with (
        running_sink(DESTINATIONS) as healthy,
        running_sink(DESTINATIONS, hangs=True) as hanging,
    ):
        found = asyncio.run(_beside(settings, healthy, hanging, waiting, run.sizes.seconds))
    run.databases.remove(settings)
    return found


def _middle(latencies: list[Latency]) -> Latency:
    """Return the round with the median p95."""
    return sorted(latencies, key=lambda latency: latency.p95)[len(latencies) // 2]


async def _beside(
    settings: Settings, healthy: Sink, hanging: Sink, waiting: int, seconds: float
) -> Latency:
    names = [f"sale_{number}" for number in range(DESTINATIONS)]
    database.open_database(settings)
    try:
        await define(
            {name: [healthy.url(number)] for number, name in enumerate(names)}
            | {"hang": [hanging.url(number) for number in range(DESTINATIONS)]}
        )
        if waiting:
            await owe(["hang"], deliveries=waiting)
        async with worker(settings, grace_seconds=0):
            # As bad as it gets: whatever the hanging ones can take, they have.
            await asyncio.sleep(_FULL_SECONDS)
            return await measure(healthy, names, per_second=_PER_SECOND, seconds=seconds)
    finally:
        database.close_database()
