"""Kills of the whole: dashboard, API and worker in one process, as `make run` starts it.

Programs keep calling the API meanwhile. Who gets no answer calls again with the same order id,
as the contract asks him to, until he has one.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
from sqlalchemy import func, select
from sqlmodel import col

from models import Event
from models.words import DedupeMode
from services.settings import Settings
from tests.crash.installation import TRANSACTION_ID, Installation, install
from tests.crash.invariants import check
from tests.crash.kills import LEASE_SECONDS, KillLoop, Run, sum_up, wait_until_drained
from tests.crash.ledger import running_ledger
from tests.crash.postbacks import EVENTS, PARTNERS, POSTBACKS
from tests.dashboard.server import Server, running_server

CALLERS = 8
# Seconds between two calls of one caller.
PAUSE = 0.05


def crash_all_in_one(
    folder: Path,
    *,
    kills: int,
    rng: random.Random,
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """Kill the whole so many times on SQLite; otherwise as `kills.crash`."""
    began = time.monotonic()
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'afterlead.db'}",
        secret_key="a key for tests",
        allow_targets="127.0.0.1/32",
    )
    with running_ledger(folder, ports=PARTNERS) as ledger:
        installation = install(settings, ledger, folder=folder)
        installation.define(*POSTBACKS, dedupe=DedupeMode.ONCE_PER_ORDER)
        key = installation.create_key()
        loop = KillLoop(installation, rng)
        with running_server(folder, pages="crash", lease_seconds=LEASE_SECONDS) as server:
            with calling(installation, server, key):
                for number in range(1, kills + 1):
                    loop.wait_for_a_moment()
                    server.kill()
                    installation.note_kill()
                    loop.check(number)
                    say(f"{number} kills, {len(installation.accepted):,} events")
                    server.start()
            wait_until_drained(installation)
        facts = installation.look(at_rest=True)
        check(facts)
        check_that_no_order_was_recorded_twice(installation)
        return sum_up(facts, seconds=time.monotonic() - began)


@contextmanager
def calling(installation: Installation, server: Server, key: str) -> Iterator[None]:
    """Have programs report orders meanwhile."""
    ending = threading.Event()
    numbers = count()
    threads = [
        threading.Thread(target=_call, args=(installation, server.url, key, numbers, ending))
        for _ in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _call(
    installation: Installation, url: str, key: str, numbers: Iterator[int], ending: threading.Event
) -> None:
    headers = {"Authorization": key}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client:
        while not ending.wait(PAUSE):
            number = next(numbers)
            name = EVENTS[number % len(EVENTS)]
            order = {"event": name, "transaction_id": TRANSACTION_ID, "order_id": f"o-{number}"}
            event_id = _report(client, order, ending)
            if event_id is not None:
                installation.accepted[event_id] = installation.owed[name]


def _report(client: httpx.Client, order: dict[str, str], ending: threading.Event) -> str | None:
    """Call until there is an answer and return the event's id; None at the end of the test."""
    while True:
        try:
            answer = client.post("/events", json=order)
        except httpx.TransportError:  # it was killed, or is not up again yet
            if ending.wait(PAUSE):
                return None
            continue
        if answer.status_code in {200, 201}:
            return str(answer.json()["event_id"])
        assert answer.status_code >= 500, answer.text


def check_that_no_order_was_recorded_twice(installation: Installation) -> None:
    """Whoever asks again gets the event that he had recorded already."""
    twice = (
        select(col(Event.order_id)).group_by(col(Event.order_id)).having(func.count() > 1).limit(5)
    )
    with installation.engine.connect() as connection:
        assert not (found := connection.scalars(twice).all()), f"recorded twice: {found}"
