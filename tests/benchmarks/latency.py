"""Latency: milliseconds from the commit of an event to its arrival at the partner."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import quantiles

from services import database
from services.settings import Settings
from tests.benchmarks.databases import POSTGRES, SQLITE
from tests.benchmarks.filling import define, fire
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink
from tests.world import until, worker

WARM_UP_SECONDS = 1.0
# What has not come by then counts as that late.
_ARRIVAL_SECONDS = 40.0
_RATES = (50, 200)


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds; `missing` had not come when the time was over."""

    p50: float
    p95: float
    p99: float
    missing: int = 0

    def __str__(self) -> str:
        text = f"p50 {self.p50:.1f} · p95 {self.p95:.1f} · p99 {self.p99:.1f} ms"
        if self.missing:
            text += f"; {self.missing} NOT RECEIVED within {_ARRIVAL_SECONDS:.0f} s"
        return text


def measure_latency(run: Run) -> None:
    """Print the latency of one healthy partner at two rates."""
    for kind in (SQLITE, POSTGRES):
        for rate in _RATES:
            settings = run.databases.make(kind)
            with running_sink(1) as sink:
                found = asyncio.run(_latency(settings, sink, rate, run.sizes.seconds / 2))
            run.databases.remove(settings)
            goal = "p95 ≤ 50 at 200/s" if rate == max(_RATES) else ""
            run.say(f"commit → partner received at {rate}/s, {kind}", str(found), goal)


async def _latency(settings: Settings, sink: Sink, rate: int, seconds: float) -> Latency:
    database.open_database(settings)
    try:
        await define({"sale": [sink.url(0)]})
        async with worker(settings):
            return await measure(sink, ["sale"], per_second=rate, seconds=seconds)
    finally:
        database.close_database()


async def measure(sink: Sink, events: Sequence[str], *, per_second: int, seconds: float) -> Latency:
    """Fire the events in turn on the open database and compare each commit with its arrival."""
    committed: dict[str, float] = {}

    async def one(number: int) -> None:
        event_id = await fire(events[number % len(events)])
        committed[event_id] = time.time()

    warm = int(per_second * WARM_UP_SECONDS)
    await fire_steadily(one, per_second=per_second, count=warm)
    await await_arrivals(sink, committed)
    committed.clear()
    await fire_steadily(one, per_second=per_second, count=int(per_second * seconds))
    return latency_of(committed, await await_arrivals(sink, committed))


async def fire_steadily(
    one: Callable[[int], Awaitable[None]], *, per_second: int, count: int
) -> None:
    """Call `one` at fixed times, whatever the answers do, and wait for all answers."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks = []
    for number in range(count):
        await asyncio.sleep(began + number / per_second - loop.time())
        tasks.append(asyncio.ensure_future(one(number)))
    await asyncio.gather(*tasks)


async def await_arrivals(sink: Sink, committed: Mapping[str, float]) -> dict[str, float]:
    """Return when each came; give up after a while."""
    arrived: dict[str, float] = {}

    def all_arrived() -> bool:
        for key, moment in sink.arrivals():
            arrived.setdefault(key, moment)
        return committed.keys() <= arrived.keys()

    with suppress(AssertionError, TimeoutError):
        await until(all_arrived, seconds=_ARRIVAL_SECONDS)
    return arrived


def latency_of(since: Mapping[str, float], arrived: Mapping[str, float]) -> Latency:
    """Compare moments; a partner that was called before the answer was back counts as 0."""
    late = max(since.values()) + _ARRIVAL_SECONDS
    waits = [max(0.0, arrived.get(key, late) - moment) * 1000 for key, moment in since.items()]
    cuts = quantiles(waits, n=100)
    missing = sum(key not in arrived for key in since)
    return Latency(p50=cuts[49], p95=cuts[94], p99=cuts[98], missing=missing)
