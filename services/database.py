"""Units of work: every read and every write of the product goes through here.

A service hands in a plain function whose first argument is a session. On SQLite one writer thread
executes the queued writes and commits them in groups, so that one fsync pays for many; on
PostgreSQL both reads and writes run on pools. The functions themselves never commit.
"""

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from services.change_counter import ChangeCounter
from services.commit_hooks import Hooks
from services.engines import (
    POSTGRES_POOL,
    SQLITE_READERS,
    make_private,
    postgres_pool,
    sqlite_readers,
    sqlite_writer,
)
from services.errors import Unavailable
from services.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

GROUP_LIMIT = 32  # writes per commit: more only lengthens the wait of the first one
_ENDED = {"25P03"}  # PostgreSQL ended a unit of work in which this process stood still too long
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock: PostgreSQL asks for a repeat


log = logging.getLogger(__name__)

_UNAVAILABLE = "The database cannot store anything now. Try again in a moment."


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


class Database:
    """One open database. `write` and `read` run a plain function in a unit of work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_sqlite = settings.is_sqlite
        self._closed = False
        if self.is_sqlite:
            make_private(settings.sqlite_path)
            self._writing = sqlite_writer(settings)
            self.reading = sqlite_readers(settings)
            self._readers = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="reader")
            self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
            self._lock_path = settings.sqlite_path.with_name(settings.sqlite_path.name + ".lock")
            self._writer = threading.Thread(target=self._write_forever, name="writer", daemon=True)
            self._writer.start()
        else:
            self._writing = self.reading = postgres_pool(settings)
            self._counter = ChangeCounter(self._writing)
            self._readers = ThreadPoolExecutor(POSTGRES_POOL, thread_name_prefix="database")

    async def write(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` in a unit of work and return its result once it is on disk.

        An exception of `fn` undoes this unit of work and no other. Raises `Unavailable` when the
        database cannot commit; then nothing is stored.
        """
        loop = asyncio.get_running_loop()
        if self._closed:
            raise Unavailable(_UNAVAILABLE)
        if not self.is_sqlite:
            return await loop.run_in_executor(
                self._readers, self._write_postgres, lambda session: fn(session, *args, **kwargs)
            )
        job = _Job(lambda session: fn(session, *args, **kwargs), loop, loop.create_future())
        self._queue.put(job)
        return cast("T", await job.future)

    async def read(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` on a session that can only read and return its result."""

        def work() -> T:
            try:
                with Session(self.reading, expire_on_commit=False) as session:
                    return fn(session, *args, **kwargs)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # A connection that was lost while it rested shows at its first use.
            with Session(self.reading, expire_on_commit=False) as session:
                return fn(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def close(self) -> None:
        """Finish the queued writes and close every connection."""
        self._closed = True
        if self.is_sqlite:
            self._queue.put(None)
            self._writer.join(timeout=20)
        self._readers.shutdown(wait=True)
        if not self.is_sqlite:
            self._counter.close()
        self._writing.dispose()
        self.reading.dispose()

    # SQLite

    def _write_forever(self) -> None:
        with self._writing.connect() as connection, self._lock_path.open("w") as lock:
            while (first := self._queue.get()) is not None:
                self._write_group(connection, lock, first)

    def _write_group(self, connection: Connection, lock: Any, first: _Job) -> None:
        group: list[_Job] = []
        hooks = Hooks()
        try:
            with _file_lock(lock), connection.begin():
                job: _Job | None = first
                while job is not None:
                    group.append(job)
                    self._write_one(connection, job, hooks)
                    job = self._next_of(group)
        except Exception as error:  # whatever it is, the writer must live on
            if not isinstance(error, DBAPIError | sqlite3.Error | OSError):
                log.exception("a group of writes broke")
                connection.invalidate()
            failure = Unavailable(_UNAVAILABLE)
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

    # PostgreSQL

    def _write_postgres(self, fn: Callable[[Session], T]) -> T:
        for remaining in (2, 1, 0):
            session = Session(self._writing, expire_on_commit=False)
            is_committing = False
            try:
                result = fn(session)
                is_committing = True
                session.commit()
            except DBAPIError as error:
                session.rollback()
                code = getattr(error.orig, "sqlstate", None)
                # A connection that was lost while it rested shows at its first use.
                is_stale = error.connection_invalidated and not is_committing
                if (code in _RETRYABLE or is_stale) and remaining:
                    continue
                is_gone = isinstance(error, OperationalError) or code in _ENDED
                if is_gone and code not in _RETRYABLE:
                    raise Unavailable(_UNAVAILABLE) from error
                raise
            finally:
                session.close()
            hooks = Hooks()
            hooks.take_over(session)
            hooks.run()
            self._counter.changed()
            return result
        raise AssertionError("unreachable")


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


_current: Database | None = None


def open_database(settings: Settings) -> Database:
    """Open the process's database; `write` and `read` use it until `close_database`."""
    global _current  # noqa: PLW0603 - one process, one database
    _current = Database(settings)
    return _current


def close_database() -> None:
    """Finish what is queued and close the process's database."""
    global _current  # noqa: PLW0603
    if _current is not None:
        _current.close()
        _current = None


def current() -> Database:
    """Return the open database; a call before start-up is a bug."""
    if _current is None:
        raise RuntimeError("The database is not open.")
    return _current


async def write(fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `fn` in a unit of work of the process's database; see `Database.write`."""
    return await current().write(fn, *args, **kwargs)


async def read(fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `fn` on a reading session of the process's database; see `Database.read`."""
    return await current().read(fn, *args, **kwargs)
