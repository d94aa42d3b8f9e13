"""An installation to crash: a database with definitions, and the watch inside it."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlmodel import col

from models import Delivery
from models import Worker as WorkerRow
from models.words import DedupeMode, DeliveryStatus, KeyScope, Method, Source
from services import database, schema
from services.accounts import keys
from services.actor import SYSTEM
from services.catalog import campaigns, event_types, postback_signing
from services.engines import plain_engine, sqlite_readers
from services.intake.contract import Answer, Duplicate, Recorded
from services.intake.recording import record_event
from services.settings import Settings
from tests.crash.facts import Facts, Kill, SentReader, look
from tests.crash.ledger import Ledger
from tests.crash.nursery import Nursery, Worker
from tests.crash.postbacks import BODY, Owed
from tests.crash.watch import set_watch
from tests.world import World

Found = TypeVar("Found")

# Short, so that a run sees many leases end; a real one is 60 s.
LEASE_SECONDS = 2
TRANSACTION_ID = "t-1"
# Seconds until something must have begun, and must have happened, on a busy machine.
START_SECONDS = 120
WAIT = 60


@dataclass(slots=True)
class Installation:
    """One database, its ledger and what happened to it.

    `owed` are the postbacks of each event, `sound` those of partners who take theirs in the end.
    """

    settings: Settings
    engine: Engine
    ledger: Ledger
    folder: Path
    owed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)
    kills: list[Kill] = field(default_factory=list)
    accepted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _accepted_read: int = 0
    _sent: SentReader | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process needs to belong to it."""
        return {
            **{n: text for n, text in os.environ.items() if not n.startswith("AFTERLEAD_")},
            "AFTERLEAD_DATABASE_URL": self.settings.database_url,
            "AFTERLEAD_SECRET_KEY": self.settings.secret_key,
            "AFTERLEAD_ALLOW_TARGETS": self.settings.allow_targets,
            "AFTERLEAD_LEASE_SECONDS": str(self.settings.lease_seconds),
        }

    @property
    def accepted_file(self) -> Path:
        """Return the file in which the producer names each event that was recorded."""
        return self.folder / "accepted"

    @property
    def rest_file(self) -> Path:
        """Return the file whose presence tells the producer to wait."""
        return self.folder / "rest"

    def rest(self, *, wanted: bool) -> None:
        """Have the producer wait, or go on."""
        if wanted:
            self.rest_file.touch()
        else:
            self.rest_file.unlink(missing_ok=True)

    def read_accepted(self) -> bool:
        """Take in what the producer named since the last call; tell whether there was any."""
        if not self.accepted_file.exists():
            return False
        with self.accepted_file.open() as file:
            file.seek(self._accepted_read)
            new = file.read()
        whole = new[: new.rfind("\n") + 1]
        self._accepted_read += len(whole)
        found = [line.split() for line in whole.splitlines()]
        self.accepted.update({event_id: self.owed[name] for event_id, name in found})
        return bool(found)

    def look(self, *, events: Sequence[str] | None = None, at_rest: bool = False) -> Facts:
        """Return everything, or what belongs to these events, to be judged."""
        if self._sent is None:
            self._sent = SentReader(self.ledger.file.look)
        return look(
            self.engine,
            accepted=dict(self.accepted),  # before the look: it may grow meanwhile
            sent=self._sent,
            kills=self.kills,
            events=events,
            at_rest=at_rest,
        )

    def workers(self) -> set[str]:
        """Return the ids of the workers that have said so, living or not."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(col(WorkerRow.id))))

    def has_drained(self, worker_id: str) -> bool:
        """Tell whether a worker has finished a round since its start."""
        query = select(col(WorkerRow.id)).where(
            col(WorkerRow.id) == worker_id, col(WorkerRow.seen_at) > col(WorkerRow.started_at)
        )
        with self.engine.connect() as connection:
            return connection.scalar(query) is not None

    def held_by(self, worker_id: str | None = None) -> tuple[str, ...]:
        """Return what this worker, or any, has claimed."""
        held = select(col(Delivery.id)).where(col(Delivery.status) == DeliveryStatus.SENDING)
        if worker_id is not None:
            held = held.where(col(Delivery.worker_id) == worker_id)
        with self.engine.connect() as connection:
            return tuple(connection.scalars(held))

    def _run(self, work: Coroutine[Any, Any, Found]) -> Found:
        # Opening the database closes its file once more, and so lets go of this process's locks on
        # it; a reader that stays open would then read from a log that is no more.
        self.engine.dispose()
        return _with_database(self.settings, work)

    def start_worker(self, nursery: Nursery, **settings: str) -> Worker:
        """Start a worker and wait until it is up: that is when it takes back and claims."""
        known = self.workers()
        worker = self.fork_worker(nursery, **settings)

        def up() -> set[str]:
            assert worker.is_running, f"a worker ended by itself:\n{worker.tail()}"
            return self.workers() - known

        (worker.id,) = until(up, seconds=START_SECONDS)
        return worker

    def fork_worker(self, nursery: Nursery, **settings: str) -> Worker:
        """Start a worker, which may end at any moment by a failpoint."""
        log = self.folder / f"worker-{next(self._numbers)}.log"
        return nursery.start(self.environment, log=log, **settings)

    def kill(self, worker: Worker) -> None:
        """Kill a worker and note what it was sending."""
        worker.kill()
        self.note_kill(worker.id)

    def note_kill(self, worker_id: str | None = None) -> None:
        """Note that a worker has ended, or stands still, right after it."""
        self.kills.append(Kill(time.monotonic(), self.held_by(worker_id)))

    def note_sent_since(self) -> None:
        """Note as cut off, too, what was sent since the kill that was noted last.

        For a kill that can be noted only before it: what is claimed in between is cut off as well.
        """
        last = self.kills[-1]
        sent = {each.delivery_id for each in self.ledger.file.look() if each.at >= last.at}
        self.kills[-1] = replace(last, held=tuple({*last.held, *sent}))

    def define(self, *postbacks: Owed, dedupe: DedupeMode = DedupeMode.ALLOW_ALL) -> None:
        """Define events, when a firing of them is the same again, and what each of them owes."""
        defined = self._run(_define(self.ledger, postbacks, dedupe))
        for owed, postback_id in defined.items():
            self.owed[owed.event] = (*self.owed.get(owed.event, ()), postback_id)
        self.sound.update(id_ for owed, id_ in defined.items() if owed.is_sound)

    def create_key(self) -> str:
        """Return the header value of a program that may do everything."""
        work = keys.create_key(name="crash", scope=KeyScope.ADMIN)
        return f"Bearer {self._run(work).key}"

    def fire(self, event: str, *, times: int = 1) -> list[str]:
        """Record an event so many times, from this process, and return the events' ids."""
        answers = self.record(event, times=times)
        assert all(isinstance(answer, Recorded) for answer in answers), answers
        return [answer.event_id for answer in answers if isinstance(answer, Recorded)]

    def record(self, event: str, *, times: int = 1) -> list[Answer]:
        """Have an event recorded so many times, from this process, and return the answers.

        Whatever an answer calls recorded is owed from then on.
        """
        answers = self._run(_record(event, times))
        for answer in answers:
            if isinstance(answer, Recorded | Duplicate):
                self.accepted[answer.event_id] = self.owed[event]
        return answers


async def _populate() -> None:
    world = World(transaction_id=TRANSACTION_ID)
    await campaigns.create(SYSTEM, {"key": world.campaign, "name": "Auto US"})
    await world.lead(world.transaction_id, first_name='O"Neil ü')


async def _define(ledger: Ledger, postbacks: Sequence[Owed], dedupe: DedupeMode) -> dict[Owed, str]:
    defined: dict[Owed, str] = {}
    for event in dict.fromkeys(each.event for each in postbacks):
        row = await event_types.create(SYSTEM, {"name": event, "dedupe": dedupe.value})
        world = World(event_type_id=row.id)
        for each in (each for each in postbacks if each.event == event):
            postback_id = await world.postback(
                ledger.url(each.path, number=each.partner),
                method=each.method,
                body=BODY if each.method is Method.POST else None,
                at_most_once=each.once,
            )
            if each.signed:
                await postback_signing.new_secret(SYSTEM, postback_id)
            defined[each] = postback_id
    return defined


async def _record(event: str, times: int) -> list[Answer]:
    payload = {"event": event, "transaction_id": TRANSACTION_ID}
    return [await record_event(SYSTEM, payload, source=Source.API) for _ in range(times)]


def _with_database(settings: Settings, work: Coroutine[Any, Any, Found]) -> Found:
    async def opened() -> Found:
        database.open_database(settings)
        return await work

    try:
        return asyncio.run(opened())
    finally:
        database.close_database()


def install(settings: Settings, ledger: Ledger, *, folder: Path) -> Installation:
    """Migrate the database, make a lead, and set the watch; nothing is fired or owed yet."""
    schema.upgrade(settings)
    _with_database(settings, _populate())
    set_watch(settings)
    # Without the limits of a service's statements: a look at everything may take long.
    engine = sqlite_readers(settings) if settings.is_sqlite else plain_engine(settings)
    return Installation(settings, engine, ledger, folder)


def until(condition: Callable[[], Found], *, seconds: float, pause: float = 0.005) -> Found:
    """Return what the condition gives as soon as it is true; fail after the deadline."""
    waiting = threading.Event()
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{condition.__qualname__} not true within {seconds} s"
        waiting.wait(pause)
    return found
