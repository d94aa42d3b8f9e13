"""Drain: waiting deliveries per second of real workers, from the first arrival to the last."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import httpx

from services import database
from services.delivery.transport import PartnerTransport
from services.identifiers import new_id
from services.settings import Settings
from services.target_guard import TargetPolicy
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filling import define, owe
from tests.benchmarks.processes import cpu_seconds, environment_of, running, worker_command
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink

DESTINATIONS = 8
_TASKS = 64
_POLL_SECONDS = 0.1
# Nothing more has come for so long: it is over, though something may be missing.
_STALLED_SECONDS = 20.0
# Whoever is slower is measured by what came in that time.
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Drained:
    """How fast the waiting calls came, and what that took.

    `cpu_micros` is what all processes but the sink spent on each, while the calls came;
    `sink_share` is how much of one core the sink used.
    """

    arrived: int
    wanted: int
    per_second: float
    cpu_micros: float
    sink_share: float


async def measure_drain(
    settings: Settings, sink: Sink, *, waiting: int, workers: int = 1, also: Sequence[int] = ()
) -> Drained:
    """Drain so many deliveries that wait in an empty database with worker processes.

    `also` are processes whose CPU time counts too, such as the database server.
    """
    database.open_database(settings)
    try:
        wanted = await owe_evenly(sink, waiting)
    finally:
        database.close_database()
    sink.report()
    with ExitStack() as stack:
        started = [
            stack.enter_context(running(worker_command(), environment=environment_of(settings)))
            for _ in range(workers)
        ]
        return await watch(sink, wanted=wanted, processes=[*also, *(one.pid for one in started)])


async def owe_evenly(sink: Sink, waiting: int) -> int:
    """Have deliveries wait, each of an event of its own, and return how many do."""
    names = [f"sale_{number}" for number in range(DESTINATIONS)]
    await define({name: [sink.url(number)] for number, name in enumerate(names)})
    return await owe(names, deliveries=waiting)


async def watch(sink: Sink, *, wanted: int, processes: Sequence[int]) -> Drained:
    """Wait until so many calls have come, no more come, or it takes too long; tell how fast."""
    count, first, cpu_before = 0, 0, 0.0
    began = last = time.monotonic()
    while (
        count < wanted
        and time.monotonic() - last < _STALLED_SECONDS
        and time.monotonic() - began < _LONGEST_SECONDS
    ):
        await asyncio.sleep(_POLL_SECONDS)
        now = sink.count()
        if now > count:
            if not first:
                first, cpu_before = now, cpu_seconds(processes)
            count, last = now, time.monotonic()
    cpu = cpu_seconds(processes) - cpu_before
    report = sink.report()
    arrived = len({key for key, _ in report.arrivals})
    return Drained(
        arrived=arrived,
        wanted=wanted,
        per_second=report.rate,
        cpu_micros=cpu / max(arrived - first, 1) * 1e6,
        sink_share=report.cpu_seconds / report.seconds if report.seconds else 0.0,
    )


def measure_transport(run: Run) -> None:
    """Print our drain on SQLite as a part of what its transport does alone."""
    with running_sink(DESTINATIONS) as sink:
        settings = run.databases.make(SQLITE)
        bare = asyncio.run(_transport_alone(settings, sink, count=run.sizes.deliveries))
        drained = asyncio.run(measure_drain(settings, sink, waiting=run.sizes.deliveries))
        run.databases.remove(settings)
    run.say(
        f"drain of {drained.wanted:,} waiting deliveries, SQLite",
        f"{drained.per_second:,.0f}/s = {drained.per_second / bare:.0%} of the bare transport"
        f" ({bare:,.0f}/s)",
        "≥ 60 %",
    )


async def _transport_alone(settings: Settings, sink: Sink, *, count: int) -> float:
    """Return requests per second of the bare transport: no database, the same requests."""
    transport = PartnerTransport(policy=TargetPolicy(allowed_networks=settings.allowed_networks))
    headers = {"webhook-id": new_id("dlv"), "user-agent": "Afterlead/1.0"}
    # Built once: the loop pays for nothing but the transport.
    requests = [
        httpx.Request("GET", f"{sink.url(number)}?e=bare", headers=headers)
        for number in range(DESTINATIONS)
    ]
    left = iter(range(count))

    async def send() -> None:
        for number in left:
            response = await transport.handle_async_request(requests[number % DESTINATIONS])
            if response.status_code != 200:
                raise RuntimeError(f"the sink answered {response.status_code}")

    sink.report()
    await asyncio.gather(*(send() for _ in range(_TASKS)))
    await transport.aclose()
    return sink.report().rate
