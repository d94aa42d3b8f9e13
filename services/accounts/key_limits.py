"""How many calls a key may make: a bucket that fills as time goes by.

It holds the calls of one minute, so that many may come at once after a pause. Each process counts
for itself and answers at once. Where several processes may serve, on PostgreSQL, each tells the
others about once a second what it has let through, and goes on from what is left for all: together
they let through too much for a second at most, and what was too much is missing afterwards.
"""

import asyncio
import logging
import math
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Table, select
from sqlmodel import Session, col

from models import KeyAllowance
from services.bulk import insert_new
from services.database import Database
from services.errors import TooMany, Unavailable

log = logging.getLogger(__name__)

SHARED_EVERY: Final = timedelta(seconds=1)
_MINUTE: Final = 60.0

KEY_ALLOWANCE: Table = KeyAllowance.__table__  # type: ignore[attr-defined]


class Bucket:
    """The calls that one key has left, as this process knows it."""

    def __init__(self, key_id: str, *, calls_per_minute: int, now: datetime) -> None:
        self.key_id = key_id
        self.calls_per_minute = calls_per_minute
        self._left = float(calls_per_minute)
        self._counted_at = now
        self._shared_at = now - SHARED_EVERY
        self._untold = 0
        self._sharing: asyncio.Task[None] | None = None

    def take(self, now: datetime) -> None:
        """Count one call; raise `TooMany`, which counts none, with the seconds to wait."""
        self._left = self._refilled(self._left, self._counted_at, until=now)
        self._counted_at = max(now, self._counted_at)
        if self._left < 1:
            seconds = math.ceil((1 - self._left) * _MINUTE / self.calls_per_minute)
            raise TooMany(
                f"This key may make {self.calls_per_minute:,} calls per minute. "
                f"Try again in {seconds} s.",
                code="rate_limited",
                retry_after_seconds=seconds,
            )
        self._left -= 1
        self._untold += 1

    def share(self, database: Database, now: datetime) -> None:
        """Have the other processes know of the calls, if it is time; nobody waits for it."""
        if now - self._shared_at >= SHARED_EVERY and self._sharing is None:
            self._shared_at = now
            self._sharing = asyncio.create_task(self._share(database, now))

    def _refilled(self, left: float, counted_at: datetime, *, until: datetime) -> float:
        return refilled(left, counted_at, now=until, calls_per_minute=self.calls_per_minute)

    async def _share(self, database: Database, now: datetime) -> None:
        told, self._untold = self._untold, 0
        try:
            left = await database.write(
                settle,
                self.key_id,
                calls=told,
                calls_per_minute=self.calls_per_minute,
                now=now,
            )
        except Unavailable:
            self._untold += told  # the next time will do
        else:
            counted_at = max(now, self._counted_at)
            self._left = self._refilled(left, now, until=counted_at) - self._untold
            self._counted_at = counted_at
        finally:
            self._sharing = None


def refilled(left: float, counted_at: datetime, *, now: datetime, calls_per_minute: int) -> float:
    """Return what a bucket holds at a later moment; a clock that went back adds nothing."""
    seconds = max((now - counted_at).total_seconds(), 0.0)
    return min(left + seconds * calls_per_minute / _MINUTE, float(calls_per_minute))


def settle(
    session: Session, key_id: str, *, calls: int, calls_per_minute: int, now: datetime
) -> float:
    """Take calls out of the bucket that all processes share; return what is left in it.

    That is less than nothing where they let through more than there was, by a minute's worth at
    most.
    """
    insert_new(
        session.connection(),
        KEY_ALLOWANCE,
        {"id": key_id, "calls_left": float(calls_per_minute), "counted_at": now},
        unique=("id",),
    )
    row = session.scalars(
        select(KeyAllowance).where(col(KeyAllowance.id) == key_id).with_for_update()
    ).one()
    left = refilled(row.calls_left, row.counted_at, now=now, calls_per_minute=calls_per_minute)
    row.calls_left = max(left - calls, -float(calls_per_minute))
    row.counted_at = max(now, row.counted_at)
    return row.calls_left


_buckets: WeakKeyDictionary[Database, dict[str, Bucket]] = WeakKeyDictionary()


def bucket_of(
    database: Database, key_id: str, *, calls_per_minute: int | None, now: datetime
) -> Bucket | None:
    """Return the bucket of a key, the same one as long as its limit stays; `None` without one."""
    of_keys = _buckets.setdefault(database, {})
    if calls_per_minute is None:
        of_keys.pop(key_id, None)
        return None
    known = of_keys.get(key_id)
    if known is None or known.calls_per_minute != calls_per_minute:
        known = Bucket(key_id, calls_per_minute=calls_per_minute, now=now)
        of_keys[key_id] = known
    return known
