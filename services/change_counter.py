"""Tells open pages, on PostgreSQL, that something was written: a sequence that only rises.

SQLite says the same by itself (`PRAGMA data_version`).
"""

import logging
import threading

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

# Seconds between two rises: pages look less often than that, and each costs a round trip.
_REST_SECONDS = 0.03
_RISE = text("SELECT nextval('change_counter')")


class ChangeCounter:
    """Raises the counter soon after a commit, once for all commits meanwhile.

    A statement of its own: inside the event's unit of work writers would wait for each other.
    Should it fail, the commit stands and the next one tells the pages.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="change counter", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Say that something is on disk; from any thread, returns at once."""
        self._changed.set()

    def close(self) -> None:
        """Tell of what was written until now, and end."""
        self._closing.set()
        self._changed.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._changed.wait()
            self._changed.clear()
            self._rise()
            self._closing.wait(_REST_SECONDS)

    def _rise(self) -> None:
        try:
            with self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                connection.execute(_RISE)
        except DBAPIError:
            log.warning("open pages were not told of a change", exc_info=True)
