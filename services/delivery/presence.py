"""Whether a worker lives: on PostgreSQL each holds a lock that ends with its connection.

On SQLite the one worker lock of the file says the same (`services.runtime`).
"""

import asyncio
import logging

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from services.database import Database
from services.delivery import claims
from services.engines import plain_engine

log = logging.getLogger(__name__)

# The first half of the lock's key; the second is a hash of the worker's id.
_LOCK_CLASS = 4_151_173


class Presence:
    """Holds this worker's lock for as long as its process and its connection live."""

    def __init__(self, database: Database, *, worker_id: str) -> None:
        self._worker_id = worker_id
        self._engine: Engine | None = (
            None if database.is_sqlite else plain_engine(database.settings)
        )
        self._connection: Connection | None = None

    async def hold(self) -> None:
        """Take the lock, or take it again when its connection was lost."""
        if self._engine is not None:
            await asyncio.to_thread(self._hold)

    async def close(self) -> None:
        """Let go of the lock."""
        if self._engine is not None:
            await asyncio.to_thread(self._close)

    def _hold(self) -> None:
        assert self._engine is not None  # noqa: S101 - only called then
        try:
            if self._connection is None:
                found = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                found.execute(_LOCK, {"class": _LOCK_CLASS, "worker": self._worker_id})
                self._connection = found
            else:
                self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            log.warning("The database let go of this worker's lock; taking it again soon.")
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def dead_workers(session: Session) -> list[str]:
    """Return the workers that hold leases but whose lock is free; PostgreSQL only."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    # A lock that can be had is nobody's; it is given back at the end of this unit of work.
    return [
        worker_id
        for worker_id in claims.owners(session)
        if session.execute(_TRY, {"class": _LOCK_CLASS, "worker": worker_id}).scalar_one()
    ]


_LOCK = text("SELECT pg_advisory_lock(:class, hashtext(:worker))")
_TRY = text("SELECT pg_try_advisory_xact_lock(:class, hashtext(:worker))")
