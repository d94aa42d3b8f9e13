"""Writes to SQLite: one thread executes the queued units of work and commits them in groups.

So one fsync pays for many, and no two writers ever wait for each other.
"""

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from services.commit_hooks import Hooks
from services.engines import sqlite_writer
from services.errors import Unavailable
from services.settings import Settings

log = logging.getLogger(__name__)

GROUP_LIMIT = 32  # writes per commit: more only lengthens the wait of the first one
_CLOSE_SECONDS = 20


@dataclass(slots=True)
class _Job:
    fn: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class _WriterSession(Session):
    """A session inside the writer's savepoint; it opens one of its own when the ORM works.

    So a flush that fails undoes no more than itself.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        self._writing = connection

    def connection(self, *_args: Any, **_options: Any) -> Connection:
        """Return the writer's connection at once; a session's own way there costs a statement."""
        return self._writing


class SqliteWriter:
    """The only one of its process that writes; other processes wait for the file lock."""

    def __init__(self, settings: Settings) -> None:
        self.engine: Engine = sqlite_writer(settings)
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock_path = settings.sqlite_path.with_name(settings.sqlite_path.name + ".lock")
        self._thread = threading.Thread(target=self._write_forever, name="writer", daemon=True)
        self._thread.start()

    def write(self, fn: Callable[[Session], Any]) -> asyncio.Future[Any]:
        """Queue a unit of work; its result is there once it is on disk."""
        loop = asyncio.get_running_loop()
        job = _Job(fn, loop, loop.create_future())
        self._queue.put(job)
        return job.future

    def close(self) -> None:
        """Finish what is queued."""
        self._queue.put(None)
        self._thread.join(timeout=_CLOSE_SECONDS)
        self.engine.dispose()

    def _write_forever(self) -> None:
        with self.engine.connect() as connection, self._lock_path.open("w") as lock:
            while (first := self._queue.get()) is not None:
                self._write_group(connection, lock, first)

    def _write_group(self, connection: Connection, lock: Any, first: _Job) -> None:
        group = [first]
        hooks = Hooks()
        try:
            with _file_lock(lock), connection.begin():
                self._write_one(connection, first, hooks)
                while (job := self._next_of(group)) is not None:
                    group.append(job)
                    self._write_one(connection, job, hooks)
        except Exception as error:  # whatever it is, the writer must live on
            if not isinstance(error, DBAPIError | sqlite3.Error | OSError):
                log.exception("a group of writes broke")
                connection.invalidate()
            failure = Unavailable()
            failure.__cause__ = error
            for job in group:
                job.error = failure
            hooks.clear()
        _hand_back(group)
        hooks.run()

    def _next_of(self, group: list[_Job]) -> _Job | None:
        """Return what came while the group was being written: it shares the commit."""
        if len(group) >= GROUP_LIMIT:
            return None
        try:
            job = self._queue.get_nowait()
        except queue.Empty:
            return None
        if job is None:
            self._queue.put(None)  # the last word is for after this commit
        return job

    @staticmethod
    def _write_one(connection: Connection, job: _Job, hooks: Hooks) -> None:
        # A savepoint each: one caller's mistake must not undo the others in the group.
        driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT job")
        session = _WriterSession(connection)
        try:
            job.result = job.fn(session)
            if session.in_transaction():  # only the ORM begins one
                session.commit()
        except (OperationalError, sqlite3.OperationalError):
            raise  # the disk is full or the file is locked: this concerns the whole group
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who awaits it
            session.rollback()
            driver.execute("ROLLBACK TO job")
            job.error = error
        else:
            hooks.take_over(session)
        finally:
            session.close()
        driver.execute("RELEASE job")


def _hand_back(jobs: list[_Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, own in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, own)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        job.resolve()


@contextmanager
def _file_lock(lock: Any) -> Any:
    # The command line writes to the same file: two writers at once are what SQLite's WAL-reset
    # fault (before 3.51.3) needs.
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
