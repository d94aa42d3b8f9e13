"""Writes to PostgreSQL: each unit of work in a transaction of its own, on a pool of connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from services.change_counter import ChangeCounter
from services.commit_hooks import Hooks
from services.errors import Unavailable

_ENDED = {"25P03"}  # PostgreSQL ended a unit of work in which this process stood still too long
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock: PostgreSQL asks for a repeat


class PostgresWriter:
    """Repeats what PostgreSQL asks to repeat, and what met a connection that was lost."""

    def __init__(self, engine: Engine, threads: Executor) -> None:
        self.engine = engine
        self._threads = threads
        self._counter = ChangeCounter(engine)

    def write(self, fn: Callable[[Session], Any]) -> asyncio.Future[Any]:
        """Run a unit of work; its result is there once it is on disk."""
        return asyncio.get_running_loop().run_in_executor(self._threads, self._write, fn)

    def close(self) -> None:
        """Tell of the last changes; the threads and the engine are the caller's."""
        self._counter.close()

    def _write(self, fn: Callable[[Session], Any]) -> Any:
        for remaining in (2, 1, 0):
            session = Session(self.engine, expire_on_commit=False)
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
                    raise Unavailable from error
                raise
            finally:
                session.close()
            hooks = Hooks()
            hooks.take_over(session)
            hooks.run()
            self._counter.changed()
            return result
        raise AssertionError("unreachable")
