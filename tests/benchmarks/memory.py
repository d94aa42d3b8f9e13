"""Memory: how a worker grows while a hundred partners at once answer too much or too slowly."""

import asyncio
import time
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, select

from models import Attempt
from services import database
from services.settings import Settings
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filling import define, owe
from tests.benchmarks.nasty import WAYS, running_nasty
from tests.benchmarks.processes import (
    environment_of,
    forget_peak,
    memory_mib,
    running,
    worker_command,
)
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink
from tests.world import until

_DESTINATIONS = 25
_AT_ONCE = 100
# A byte a second ends with the total timeout; a narrow lane may need several turns.
_WAY_SECONDS = 90.0
_IDLE_SECONDS = 3.0
_WARM_UP = 2_000


def measure_memory(run: Run) -> None:
    """Print the growth of a worker over its idle size for each kind of answer."""
    if not Path("/proc/self/clear_refs").exists():
        run.say("memory of a worker", "left out: it is read from Linux's /proc")
        return
    settings = run.databases.make(SQLITE)
    with running_nasty(_DESTINATIONS) as ports, running_sink(1) as sink:
        asyncio.run(_define(settings, sink, ports))
        with running(worker_command(), environment=environment_of(settings)) as worker:
            asyncio.run(_measure(run, settings, sink, worker.pid))
    run.databases.remove(settings)


async def _define(settings: Settings, sink: Sink, ports: list[int]) -> None:
    database.open_database(settings)
    try:
        nasty = {way: [f"http://127.0.0.1:{port}/{way}" for port in ports] for way in WAYS}
        await define({"sale": [sink.url(0)], **nasty})
    finally:
        database.close_database()


async def _measure(run: Run, settings: Settings, sink: Sink, pid: int) -> None:
    database.open_database(settings)
    try:
        # Under load it starts processes that send; they belong to its idle size.
        warm = await owe(["sale"], deliveries=_WARM_UP)
        await until(lambda: sink.count() >= warm, seconds=60)
        await asyncio.sleep(_IDLE_SECONDS)
        idle = memory_mib(pid)
        run.say(f"worker, idle after {warm:,} deliveries", f"{idle:.0f} MiB resident")
        for way, behaviour in WAYS.items():
            forget_peak(pid)
            before = await database.read(_attempts)
            began = time.monotonic()
            wanted = await owe([way], deliveries=_AT_ONCE)
            done = 0
            while done < wanted and time.monotonic() - began < _WAY_SECONDS:
                await asyncio.sleep(0.2)
                done = await database.read(_attempts) - before
            peak = memory_mib(pid, peak=True)
            said = (behaviour.__doc__ or way).rstrip(".").lower()
            run.say(
                f"{_AT_ONCE} at once: {said}",
                f"+{peak - idle:.0f} MiB at the peak, {memory_mib(pid) - idle:+.0f} afterwards"
                f" ({done} of {wanted} answered in {time.monotonic() - began:.0f} s)",
                "≤ 150 MiB",
            )
    finally:
        database.close_database()


def _attempts(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Attempt)).one()
