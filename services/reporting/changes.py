"""Notices that anything in the database changed, and wakes every open page at once."""

import asyncio
import logging
import sqlite3
import threading
from contextlib import closing, suppress
from typing import Protocol

import psycopg

from services.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
RECONNECT_SECONDS = 0.5


class _Source(Protocol):
    """A connection of its own that can tell a mark, which differs after every commit."""

    def mark(self) -> object: ...

    def close(self) -> None: ...


class ChangeWatcher:
    """One per web process. Looks ten times a second, from a thread, with one connection.

    A thread and no task: on a busy event loop a look would come late, and a PostgreSQL that
    does not answer would hold up every page.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._number = 1
        self._changed = asyncio.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def number(self) -> int:
        """Return the number of the present state; it grows with every change noticed."""
        return self._number

    @property
    def is_closed(self) -> bool:
        """Tell whether the watcher was closed: then nobody should wait any more."""
        return self._closing.is_set()

    def start(self) -> None:
        """Begin to watch; call it once, on the event loop whose tasks will wait."""
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._watch, args=(loop,), name="changes", daemon=True
        )
        self._thread.start()

    async def wait(self, seen: int, timeout: float) -> int:  # noqa: ASYNC109 - an answer, no error
        """Return the current number as soon as it is not `seen`, at the latest after `timeout` s.

        Numbers start at 1, so `wait(0, …)` answers at once. Several changes between two looks
        count as one. Closing the watcher ends every wait.
        """
        if self._number == seen and not self.is_closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout)
        return self._number

    def close(self) -> None:
        """Stop watching and wake everybody who waits; may be called twice."""
        self._closing.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def _announce(self) -> None:
        self._number += 1
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        was_blind = False
        while not self._closing.is_set():
            try:
                with closing(_open(self._settings)) as source:
                    last = source.mark()
                    if was_blind:
                        # The marks of two connections cannot be compared: assume a change.
                        was_blind = False
                        self._tell(loop)
                    while not self._closing.wait(POLL_SECONDS):
                        mark = source.mark()
                        if mark != last:
                            last = mark
                            self._tell(loop)
            except (psycopg.Error, sqlite3.Error) as error:
                if not was_blind:
                    logger.warning("Cannot watch the database for changes now: %s", error)
                was_blind = True
                self._closing.wait(RECONNECT_SECONDS)

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(self._announce)


def _open(settings: Settings) -> _Source:
    return _SqliteSource(settings) if settings.is_sqlite else _PostgresSource(settings)


class _SqliteSource:
    """`data_version` changes with each commit of any other connection, of any process."""

    def __init__(self, settings: Settings) -> None:
        self._connection = sqlite3.connect(settings.sqlite_path, timeout=5, isolation_level=None)

    def mark(self) -> object:
        return self._connection.execute("PRAGMA data_version").fetchone()

    def close(self) -> None:
        self._connection.close()


class _PostgresSource:
    """Every unit of work raises the sequence after its commit."""

    def __init__(self, settings: Settings) -> None:
        self._connection = psycopg.connect(
            settings.database_url, autocommit=True, connect_timeout=5
        )

    def mark(self) -> object:
        return self._connection.execute(
            "SELECT last_value, is_called FROM change_counter"
        ).fetchone()

    def close(self) -> None:
        self._connection.close()
