"""`make bench`: every figure as a ratio or a percentile within one run on one machine."""

import asyncio
import logging
import os
import platform
import sys
import tempfile
from pathlib import Path

from services.runtime import SWITCH_SECONDS
from tests.benchmarks.drain import DESTINATIONS, measure_drain, sqlite_settings
from tests.benchmarks.intake import measure_intake
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.sink import Sink, running_sink

WAITING = 20_000
LATENCY_SECONDS = 10
INTAKE_SECONDS = 5


async def _run(folder: Path, sink: Sink) -> None:
    for rate in (50, 200):
        found = await measure_latency(
            sqlite_settings(folder / f"latency-{rate}"),
            sink,
            per_second=rate,
            seconds=LATENCY_SECONDS,
        )
        _say(
            f"commit → partner received at {rate}/s, ms",
            f"p50 {found.p50:.1f} · p95 {found.p95:.1f} · p99 {found.p99:.1f}",
            "p95 ≤ 50 at 200/s",
        )
    bare, drained = await measure_drain(sqlite_settings(folder / "drain"), sink, waiting=WAITING)
    _say(
        f"drain of {WAITING:,} waiting deliveries",
        f"{drained:,.0f}/s = {drained / bare:.0%} of the bare transport loop ({bare:,.0f}/s)",
        "≥ 60 %",
    )
    trivial, recorded = await measure_intake(
        sqlite_settings(folder / "intake"), sink, seconds=INTAKE_SECONDS
    )
    _say(
        "durable POST /events, one process",
        f"{recorded:,.0f}/s = {recorded / trivial:.0%} of a trivial POST ({trivial:,.0f}/s)",
        "≥ 30 %",
    )


def _say(what: str, figure: str, goal: str) -> None:
    sys.stdout.write(f"{what:44}  {figure}   (goal: {goal})\n")
    sys.stdout.flush()


def main() -> None:
    """Run all measurements on SQLite in a folder of their own."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    sys.setswitchinterval(SWITCH_SECONDS)  # as the runtime does
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} at start\n"
    )
    with tempfile.TemporaryDirectory() as folder, running_sink(DESTINATIONS) as sink:
        asyncio.run(_run(Path(folder), sink))


if __name__ == "__main__":
    main()
