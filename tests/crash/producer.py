"""Records events without a pause, in a process of its own, and names each that was accepted.

`python -m tests.crash.producer FILE REST RATE` records so many events a second until SIGTERM, but
none while the file REST is there. A line of FILE, an event's id and its name, is written only after
the call that recorded it has returned.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from models.words import Source
from services import database
from services.actor import SYSTEM
from services.errors import Unavailable
from services.intake.contract import Recorded
from services.intake.recording import record_event
from services.settings import get_settings
from tests.crash.installation import TRANSACTION_ID, Installation
from tests.crash.nursery import ROOT, STOP_SECONDS
from tests.crash.postbacks import EVENTS

# Seconds between two bursts.
BURST = 0.05


@contextmanager
def running_producer(installation: Installation, *, per_second: float) -> Iterator[None]:
    """Record events meanwhile; afterwards all that were accepted are known."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.crash.producer",
            str(installation.accepted_file),
            str(installation.rest_file),
            str(per_second),
        ],
        cwd=ROOT,
        env=installation.environment,
    )
    try:
        yield
        assert process.poll() is None, "the producer has ended by itself"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
        installation.read_accepted()


async def _produce(path: Path, rest: Path, per_second: float) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    database.open_database(get_settings())
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    began = time.monotonic()
    numbers = count()
    made = 0
    while not stopping.is_set():
        due = int((time.monotonic() - began) * per_second) - made
        made += due
        if not os.access(rest, os.F_OK):
            await asyncio.gather(*(_record(next(numbers), file) for _ in range(due)))
        await asyncio.sleep(BURST)


async def _record(number: int, file: int) -> None:
    name = EVENTS[number % len(EVENTS)]
    payload = {"event": name, "transaction_id": TRANSACTION_ID, "order_id": f"o-{number}"}
    try:
        answer = await record_event(SYSTEM, payload, source=Source.API)
    except Unavailable:
        return  # the caller was told so: nothing was promised
    assert isinstance(answer, Recorded), answer
    os.write(file, f"{answer.event_id} {name}\n".encode())


if __name__ == "__main__":
    asyncio.run(_produce(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
    database.close_database()
