"""Our drain beside that of Celery and BullMQ: the same calls, the same sink, the same minutes."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from statistics import median

from tests.benchmarks.databases import POSTGRES, SQLITE
from tests.benchmarks.drain import DESTINATIONS, Drained, measure_drain
from tests.benchmarks.peers.drains import (
    drain_bullmq,
    drain_celery,
    missing_for_bullmq,
    missing_for_celery,
)
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, measure_ceiling, running_sink

CELERY = "Celery, Redis, requests, prefork 2"
BULLMQ = "BullMQ, Redis, undici, {} Node process{}"
_CEILING_SECONDS = 2.0

Drain = Callable[[Sink], Awaitable[Drained]]


def measure_peers(run: Run) -> None:
    """Print the rate of each, and ours against the best that each peer reached."""
    with running_sink(DESTINATIONS) as sink:
        reached, ceiling = measure_ceiling(sink, seconds=_CEILING_SECONDS)
        run.say("the sink alone, bare load", f"{reached:,.0f}/s; {ceiling:,.0f} per CPU second")
        found = asyncio.run(_measure_all(run, sink))
    for name, drains in found.items():
        run.say(f"drain, {name}", _figure(drains))
    celery = _best(found, "Celery")
    bullmq = _best(found, "BullMQ")
    for name in _ours(run):
        rate = _rate(found[name])
        ratios = []
        if celery:
            ratios.append(f"{rate / celery:.1f} × Celery")
        if bullmq:
            ratios.append(f"{rate / bullmq:.2f} × BullMQ")
        if ratios:
            run.say(f"{name} against", " · ".join(ratios), "≥ 5 × Celery, aim 10; aim 1.0 × BullMQ")


async def _measure_all(run: Run, sink: Sink) -> dict[str, list[Drained]]:
    """Measure all in turn, several times: whatever else the machine does, all feel it."""
    ours, peers = _ours(run), _peers(run)
    found: dict[str, list[Drained]] = {}
    drains = {**ours, **peers}
    for number in range(run.sizes.rounds):
        for name, drain in drains.items():
            if number and (name == CELERY or name not in found):
                continue  # Celery takes longer than all the others together; or it failed
            run.progress(f"round {number + 1} of {run.sizes.rounds}: {name}")
            try:
                found.setdefault(name, []).append(await drain(sink))
            except subprocess.SubprocessError as error:
                run.progress(f"{name} failed: {error}")
                del found[name]
    return found


def _ours(run: Run) -> dict[str, Drain]:
    def one(kind: str, workers: int) -> Drain:
        async def drain(sink: Sink) -> Drained:
            settings = run.databases.make(kind)
            try:
                return await measure_drain(
                    settings,
                    sink,
                    waiting=run.sizes.deliveries,
                    workers=workers,
                    also=run.databases.server_pids() if kind == POSTGRES else (),
                )
            finally:
                run.databases.remove(settings)

        return drain

    return {
        "Afterlead, SQLite, one process": one(SQLITE, 1),
        "Afterlead, PostgreSQL, one worker process": one(POSTGRES, 1),
        "Afterlead, PostgreSQL, two worker processes": one(POSTGRES, 2),
    }


def _peers(run: Run) -> dict[str, Drain]:
    waiting, folder = run.sizes.deliveries, run.databases.folder
    found: dict[str, Drain] = {}
    if missing := missing_for_celery():
        run.progress(f"Without Celery: {missing}")
    else:
        found[CELERY] = lambda sink: drain_celery(sink, folder, waiting=waiting)
    if missing := missing_for_bullmq():
        run.progress(f"Without BullMQ: {missing}")
    else:
        found[BULLMQ.format(1, "")] = lambda sink: drain_bullmq(
            sink, folder, waiting=waiting, workers=1
        )
        found[BULLMQ.format(2, "es")] = lambda sink: drain_bullmq(
            sink, folder, waiting=waiting, workers=2
        )
    return found


def _rate(drains: list[Drained]) -> float:
    return median(drained.per_second for drained in drains)


def _best(found: dict[str, list[Drained]], peer: str) -> float:
    return max(
        (_rate(drains) for name, drains in found.items() if name.startswith(peer)), default=0
    )


def _figure(drains: list[Drained]) -> str:
    rates = sorted(drained.per_second for drained in drains)
    cpu = median(drained.cpu_micros for drained in drains)
    share = max(drained.sink_share for drained in drains)
    text = f"{median(rates):,.0f}/s"
    if len(rates) > 1:
        text += f" ({rates[0]:,.0f} to {rates[-1]:,.0f})"
    text += f", {cpu:,.0f} µs of CPU each, sink busy {share:.0%}"
    missing = max(drained.wanted - drained.arrived for drained in drains)
    return f"{text}, {missing:,} had not come when the time was over" if missing else text
