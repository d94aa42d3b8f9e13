"""Intake: durable `POST /events` per second, against a trivial POST on the same server.

Once as it comes, and once as a careful program calls: under a key with a rate limit, each event
with an `Idempotency-Key` of its own. The two and the trivial POST take turns, so that a machine
that is busy with something else is so for all of them.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from statistics import median, quantiles

from models.words import KeyScope
from services import database
from services.accounts import keys
from services.actor import SYSTEM
from services.settings import Settings
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filling import define
from tests.benchmarks.posting import Poster, poster
from tests.benchmarks.processes import environment_of, running
from tests.benchmarks.run import Run

_START_SECONDS = 30.0
_ROUNDS = 3
_SECONDS = 3
_BODY = b'{"event":"sale","transaction_id":"t-1","amount":"49.90","currency":"USD"}'
_EVENTS = "/api/v1/events"
_PACED_PER_SECOND = 200
_PACED_SECONDS = 10
# A limit that is counted at each call and reached by none, in calls per minute.
_RATE = 100_000


@dataclass(slots=True)
class _Found:
    trivial: list[float] = field(default_factory=list)
    recorded: list[float] = field(default_factory=list)
    careful: list[float] = field(default_factory=list)
    paced: list[float] = field(default_factory=list)


def measure_intake(run: Run) -> None:
    """Print the rates with 32 connections; every event owes one delivery, nothing is sent."""
    settings = run.databases.make(SQLITE)
    found = asyncio.run(_measure(settings))
    run.databases.remove(settings)
    trivial = median(found.trivial)
    for title, rates in (
        ("durable POST /events, one process, SQLite", found.recorded),
        ("the same with a rate limit and Idempotency-Key", found.careful),
    ):
        rate = median(rates)
        run.say(
            title,
            f"{rate:,.0f}/s = {rate / trivial:.0%} of a trivial POST ({trivial:,.0f}/s)",
            "≥ 30 %; ≥ 2,000/s",
        )
    p50, p95 = (quantiles(found.paced, n=20)[place] * 1000 for place in (9, 18))
    run.say(
        f"the latter at {_PACED_PER_SECOND}/s, from call to answer",
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
        "p95 ≤ 25 ms",
    )


async def _measure(settings: Settings) -> _Found:
    database.open_database(settings)
    try:
        await define({"sale": ["http://127.0.0.1:9/postback"]})
        key = (await keys.create_key(name="bench", scope=KeyScope.WRITE)).key
        data = {"name": "careful", "scope": KeyScope.WRITE, "rate_limit": _RATE}
        careful_key = (await keys.create(SYSTEM, data)).key
    finally:
        database.close_database()
    port = _free_port()
    environment = environment_of(settings) | {
        "AFTERLEAD_PORT": str(port),
        "AFTERLEAD_WORKER": "off",
    }
    command = [sys.executable, "-m", "tests.benchmarks.served"]
    found = _Found()
    with running(command, environment=environment):
        await _until_open(port)
        async with poster(port, key) as program, poster(port, careful_key) as careful:
            ids = _ids()
            found.paced = await _paced(careful, ids)
            for _ in range(_ROUNDS):
                found.trivial.append(await _rate(program, "/trivial"))
                found.recorded.append(await _rate(program, _EVENTS))
                found.careful.append(await _rate(careful, _EVENTS, ids))
    return found


def _ids() -> Iterator[str]:
    return (f"5f0c1a52-8a0e-4a55-9d55-{number:012d}" for number in count())


async def _rate(program: Poster, path: str, ids: Iterator[str] | None = None) -> float:
    await _post_until(program, path, time.perf_counter() + 0.5, ids)  # warm
    began = time.perf_counter()
    number = await _post_until(program, path, began + _SECONDS, ids)
    return number / (time.perf_counter() - began)


async def _post_until(program: Poster, path: str, end: float, ids: Iterator[str] | None) -> int:
    async def one() -> int:
        number = 0
        while time.perf_counter() < end:
            await program.post(path, _BODY, once=next(ids) if ids else "")
            number += 1
        return number

    return sum(await asyncio.gather(*(one() for _ in range(program.connections))))


async def _paced(program: Poster, ids: Iterator[str]) -> list[float]:
    """Return how long each call took when they come evenly, the wait for a connection included."""
    took: list[float] = []

    async def one() -> None:
        began = time.perf_counter()
        await program.post(_EVENTS, _BODY, once=next(ids))
        took.append(time.perf_counter() - began)

    await _post_until(program, _EVENTS, time.perf_counter() + 1, ids)  # warm
    began = time.perf_counter()
    async with asyncio.TaskGroup() as calls:
        for number in range(_PACED_PER_SECOND * _PACED_SECONDS):
            wait = began + number / _PACED_PER_SECOND - time.perf_counter()
            await asyncio.sleep(max(wait, 0))
            calls.create_task(one())
    return took


async def _until_open(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"the server did not open port {port}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
