"""Intake: durable `POST /events` per second, against a trivial POST on the same server."""

import asyncio
import socket
import sys
import time
from contextlib import suppress

from models.words import KeyScope
from services import database
from services.accounts import keys
from services.settings import Settings
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filling import define
from tests.benchmarks.posting import Poster, poster
from tests.benchmarks.processes import environment_of, running
from tests.benchmarks.run import Run

_START_SECONDS = 30.0
_SECONDS = 5
_BODY = b'{"event":"sale","transaction_id":"t-1","amount":"49.90","currency":"USD"}'


def measure_intake(run: Run) -> None:
    """Print the rate with 32 connections; every event owes one delivery, nothing is sent."""
    settings = run.databases.make(SQLITE)
    trivial, recorded = asyncio.run(_measure(settings))
    run.databases.remove(settings)
    run.say(
        "durable POST /events, one process, SQLite",
        f"{recorded:,.0f}/s = {recorded / trivial:.0%} of a trivial POST ({trivial:,.0f}/s)",
        "≥ 30 %",
    )


async def _measure(settings: Settings) -> tuple[float, float]:
    """Return (trivial POSTs per second, recorded events per second)."""
    database.open_database(settings)
    try:
        await define({"sale": ["http://127.0.0.1:9/postback"]})
        key = (await keys.create_key(name="bench", scope=KeyScope.WRITE)).key
    finally:
        database.close_database()
    port = _free_port()
    environment = environment_of(settings) | {
        "AFTERLEAD_PORT": str(port),
        "AFTERLEAD_WORKER": "off",
    }
    command = [sys.executable, "-m", "tests.benchmarks.served"]
    with running(command, environment=environment):
        await _until_open(port)
        return (
            await _rate(port, "/trivial", key),
            await _rate(port, "/api/v1/events", key),
        )


async def _rate(port: int, path: str, key: str) -> float:
    async with poster(port, key) as program:
        await _post_until(program, path, time.perf_counter() + 1)  # warm
        began = time.perf_counter()
        count = await _post_until(program, path, began + _SECONDS)
        return count / (time.perf_counter() - began)


async def _post_until(program: Poster, path: str, end: float) -> int:
    async def one() -> int:
        count = 0
        while time.perf_counter() < end:
            await program.post(path, _BODY)
            count += 1
        return count

    return sum(await asyncio.gather(*(one() for _ in range(program.connections))))


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
