"""Starts and stops everything in order, for the web process and for a worker alone."""

import asyncio
import fcntl
import logging
import signal
import sys
import time
from dataclasses import dataclass
from typing import TextIO

from services import database, schema
from services.accounts import users
from services.bulk_jobs import batches
from services.clock import utc_now
from services.delivery import trial
from services.delivery.dispatcher import Dispatcher
from services.delivery.drain_job import DrainJob
from services.delivery.notice_post import notice_post
from services.delivery.sender import Sender
from services.delivery.sender_pool import SenderPool
from services.delivery.transport import PartnerTransport
from services.engines import sqlite_warning
from services.errors import AppError
from services.identifiers import new_id
from services.imports import erased, forgetting
from services.imports import work as import_work
from services.inbox import by_itself
from services.inbox.bulk_replays import REPLAYS
from services.intake import erasure
from services.notices import channel_trial
from services.notices.job import NoticeJob
from services.reporting.changes import ChangeWatcher
from services.resending.bulk_resends import RESENDS
from services.retention import pruning
from services.settings import Settings
from services.target_policy import target_policy

log = logging.getLogger(__name__)

# SQLite lets go of the interpreter at every row and must get it back: by default the writer then
# waits up to 5 ms for the event loop each time. Measured: the drain is 1.4 times as fast so.
SWITCH_SECONDS = 0.0005

# Within the 25 s that a stop may take, and no shorter than a send.
STOP_GRACE_SECONDS = 20.0
# A notice that is cut off is sent again; both graces end within the 25 s.
NOTICE_GRACE_SECONDS = 2.0


class WorkerRunning(AppError):
    """Another process sends postbacks for this SQLite file already."""

    code = "worker_running"


@dataclass(slots=True)
class _Running:
    watcher: ChangeWatcher
    sender: SenderPool
    drain: DrainJob | None
    notices: NoticeJob
    lock: TextIO | None


_running: _Running | None = None


async def start(settings: Settings, *, worker: bool | None = None) -> None:
    """Migrate, open the database, and start the watcher, the sender and, if wanted, the worker.

    `worker` overrides `AFTERLEAD_WORKER`. Raises WorkerRunning for a second worker on one SQLite
    file.
    """
    global _running  # noqa: PLW0603 - one runtime per process
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    await asyncio.to_thread(schema.upgrade, settings)
    wanted = settings.worker == "inline" if worker is None else worker
    lock = _worker_lock(settings) if wanted and settings.is_sqlite else None
    opened = database.open_database(settings)
    if settings.is_sqlite and (warning := sqlite_warning()):
        log.warning(warning)
    watcher = ChangeWatcher(settings)
    watcher.start()
    policy = target_policy(settings)
    sender = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    trial.set_sender(sender)
    pool = SenderPool(sender, policy=policy, processes=settings.sending_processes)
    post = notice_post(sender, policy=policy)
    channel_trial.set_post(post)
    drain = None
    if wanted:
        worker_id = new_id("wrk")
        dispatcher = Dispatcher(
            opened, pool, worker_id=worker_id, lease_seconds=settings.lease_seconds
        )
        drain = DrainJob(
            opened, dispatcher, worker_id=worker_id, lease_seconds=settings.lease_seconds
        )
        await drain.start()
        drain.every(batches.EVERY_SECONDS, batches.job_of(opened, RESENDS))
        drain.every(import_work.EVERY_SECONDS, import_work.job_of(opened))
        drain.every(erased.EVERY_SECONDS, erased.job_of(opened))
        drain.every(forgetting.EVERY_SECONDS, forgetting.job_of(opened))
        drain.every(by_itself.EVERY_SECONDS, by_itself.job_of(opened))
        drain.every(batches.EVERY_SECONDS, batches.job_of(opened, REPLAYS))
        drain.every(pruning.EVERY_SECONDS, pruning.job_of(opened))
        drain.every(erasure.EVERY_SECONDS, erasure.job_of(opened))
    notices = NoticeJob(opened, post=post)
    await notices.start()
    _running = _Running(watcher, pool, drain, notices, lock)
    await _say_setup_code(settings)


async def stop() -> None:
    """Stop claiming, finish what is in flight, write it down, close everything."""
    global _running
    if _running is None:
        return
    running, _running = _running, None
    if running.drain is not None:
        await running.drain.stop(grace_seconds=STOP_GRACE_SECONDS)
    await running.notices.stop(grace_seconds=NOTICE_GRACE_SECONDS)
    trial.set_sender(None)
    channel_trial.set_post(None)
    await running.sender.aclose()
    running.watcher.close()
    await asyncio.to_thread(database.close_database)
    if running.lock is not None:
        running.lock.close()


def watcher() -> ChangeWatcher:
    """Return this process's change watcher; a call before start-up is a bug."""
    if _running is None:
        raise RuntimeError("The runtime is not started.")
    return _running.watcher


async def run_worker(settings: Settings) -> None:
    """Send postbacks in a process of its own until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    # First: a worker may have claimed something before it is wholly up.
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await start(settings, worker=True)
    await stopping.wait()
    await stop()


class _Lines(logging.Formatter):
    """Begins each line of a message alike, so that a record may have many."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._second = 0
        self._as_text = ""

    def formatTime(self, record: logging.LogRecord, _format: str | None = None) -> str:  # noqa: N802 - logging's own name
        """Return the time of a record; each event has a line, and a second many of them."""
        second = int(record.created)
        if second != self._second:
            self._as_text = time.strftime(self.default_time_format, self.converter(second))
            self._second = second
        return f"{self._as_text},{int(record.msecs):03d}"

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record; see logging."""
        text = super().format(record)
        if record.exc_info:
            return text
        return text.replace("\n", f"\n{text.removesuffix(record.message)}")


class _NotCancelled(logging.Filter):
    """Leaves out what a stop cut off: those jobs go on at the next start, and are no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be seen; see logging."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, asyncio.CancelledError)


_NOT_CANCELLED = _NotCancelled()


def _log_to_stderr() -> None:
    logger = logging.getLogger("services")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_Lines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    # None of it is in our lines, and each costs every event its time.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # new in 3.12
    # It reports each run of each job; what matters of them is reported by the jobs.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("apscheduler.executors.default").addFilter(_NOT_CANCELLED)


def _worker_lock(settings: Settings) -> TextIO:
    path = settings.sqlite_path.with_name(settings.sqlite_path.name + ".worker.lock")
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WorkerRunning(
            f"Another process already sends postbacks for {settings.sqlite_path}. Stop it first, "
            "or start this one with AFTERLEAD_WORKER=off."
        ) from None
    return lock


async def _say_setup_code(settings: Settings) -> None:
    # Whoever can read this process's output may become the owner, nobody else on the network.
    if not settings.is_loopback and await users.is_empty():
        sys.stdout.write(f"Set-up code for the first owner: {users.setup_code(settings)}\n")
        sys.stdout.flush()
