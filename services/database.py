"""Units of work: every read and every write of the product goes through here.

A service hands in a plain function whose first argument is a session. How it is written,
`sqlite_writer` and `postgres_writer` know. The functions themselves never commit.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from services.engines import (
    POSTGRES_POOL,
    SQLITE_READERS,
    make_private,
    postgres_pool,
    sqlite_readers,
)
from services.errors import Unavailable
from services.postgres_writer import PostgresWriter
from services.settings import Settings
from services.sqlite_writer import SqliteWriter

P = ParamSpec("P")
T = TypeVar("T")

Work = Callable[[Session], Any]

# What joins the units of work of a task: see `joined`.
_joining: ContextVar[Callable[[Work], Work] | None] = ContextVar("joining", default=None)


class Database:
    """One open database. `write` and `read` run a plain function in a unit of work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.is_sqlite = settings.is_sqlite
        self._closed = False
        self._writer: SqliteWriter | PostgresWriter
        if self.is_sqlite:
            make_private(settings.sqlite_path)
            self._writer = SqliteWriter(settings)
            self.reading = sqlite_readers(settings)
            self._threads = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="reader")
        else:
            self.reading = postgres_pool(settings)
            self._threads = ThreadPoolExecutor(POSTGRES_POOL, thread_name_prefix="database")
            self._writer = PostgresWriter(self.reading, self._threads)

    @property
    def writing(self) -> Engine:
        """Return the engine that writes; on PostgreSQL it reads as well."""
        return self._writer.engine

    async def write(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` in a unit of work and return its result once it is on disk.

        An exception of `fn` undoes this unit of work and no other. Raises `Unavailable` when the
        database cannot commit; then nothing is stored.
        """
        if self._closed:
            raise Unavailable
        work: Work = lambda session: fn(session, *args, **kwargs)  # noqa: E731 - as short as it is
        joining = _joining.get()
        if joining is not None:
            work = joining(work)
        return cast("T", await self._writer.write(work))

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

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Finish the queued writes and close every connection."""
        self._closed = True
        self._threads.shutdown(wait=True)
        self._writer.close()
        self.reading.dispose()


@contextmanager
def joined(joining: Callable[[Work], Work]) -> Iterator[None]:
    """Have `joining` put something around the units of work that this task writes meanwhile.

    For what must be on disk together with them, and is not their own business.
    """
    token = _joining.set(joining)
    try:
        yield
    finally:
        _joining.reset(token)


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
