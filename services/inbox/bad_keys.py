"""Counts the calls whose key is not good: what partners get wrong most, and nobody would see.

They are no rows of the incoming log: whoever has no key must not be able to fill the disk. They
are counted in memory and added up once a second, by address and hour.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models import ApiKey, BadKeyCall
from models.words import CallWay
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import Unavailable

STORED_AFTER_SECONDS: Final = 1.0
# Of one hour; all that come after them are counted together.
MOST_ADDRESSES: Final = 500
KEPT: Final = timedelta(days=30)
SHOWN_FOR: Final = timedelta(hours=24)
MOST_SHOWN: Final = 50

_OURS: Final = "al_"
_HINT: Final = 9  # as many characters as a key is told apart by on screen

_CALLS: Table = BadKeyCall.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class BadKeyRow:
    """What one address has tried in the last 24 hours.

    `address` is empty for all those of an hour that had too many. `hint` is what the last key began
    with, when it looked like one of ours; `key_name` the key that is or was, which is revoked or
    not the whole of it.
    """

    address: str
    way: CallWay
    calls: int
    last_at: datetime
    hint: str
    key_name: str
    is_revoked: bool


@dataclass(slots=True)
class _Seen:
    calls: int
    hint: str
    last_at: datetime


@dataclass(slots=True)
class _Waiting:
    seen: dict[tuple[datetime, str, CallWay], _Seen] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None


_waiting: WeakKeyDictionary[Database, _Waiting] = WeakKeyDictionary()


def note(address: str, way: CallWay, *, key: str, clock: Clock = utc_now) -> None:
    """Count a call with a key that is not good; costs no write by itself.

    Of the key only the beginning is kept, and that of a key of ours only.
    """
    opened, now = database.current(), clock()
    waiting = _waiting.setdefault(opened, _Waiting())
    if len(waiting.seen) >= MOST_ADDRESSES:
        address = ""
    hour = now.replace(minute=0, second=0, microsecond=0)
    hint = key[:_HINT] if key.startswith(_OURS) and key.isascii() and key.isprintable() else ""
    seen = waiting.seen.setdefault((hour, address[:45], way), _Seen(0, hint, now))
    seen.calls, seen.hint, seen.last_at = seen.calls + 1, hint or seen.hint, now
    if waiting.task is None or waiting.task.done():
        waiting.task = asyncio.create_task(_store_soon(opened, waiting))


async def store(opened: Database) -> None:
    """Add up what was counted, now; what the database does not take is counted on."""
    waiting = _waiting.get(opened)
    if waiting is None or not waiting.seen:
        return
    taken, waiting.seen = waiting.seen, {}
    try:
        await opened.write(_add, taken)
    except Unavailable:
        waiting.seen = {**taken, **waiting.seen}


async def recent(actor: Actor, *, clock: Clock = utc_now) -> tuple[BadKeyRow, ...]:
    """Return who called with a bad key in the last 24 hours, the latest first, at most 50."""
    actor.require(Right.READ)
    return await database.read(_recent, clock() - SHOWN_FOR)


async def _store_soon(opened: Database, waiting: _Waiting) -> None:
    await asyncio.sleep(STORED_AFTER_SECONDS)
    await store(opened)
    waiting.task = None


def _add(session: Session, taken: Mapping[tuple[datetime, str, CallWay], _Seen]) -> None:
    connection = session.connection()
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    of_hour: dict[datetime, set[str]] = {}
    for (hour, address, way), seen in sorted(taken.items(), key=lambda each: each[0]):
        if hour not in of_hour:
            known = select(_CALLS.c.address).where(_CALLS.c.hour == hour)
            of_hour[hour] = set(connection.scalars(known))
            connection.execute(delete(_CALLS).where(_CALLS.c.hour < hour - KEPT))
        addresses = of_hour[hour]
        where = address if address in addresses or len(addresses) < MOST_ADDRESSES else ""
        addresses.add(where)
        added = upsert(_CALLS).values(
            hour=hour,
            address=where,
            way=way,
            calls=seen.calls,
            hint=seen.hint,
            last_at=seen.last_at,
        )
        connection.execute(
            added.on_conflict_do_update(
                index_elements=["hour", "address", "way"],
                set_={
                    "calls": _CALLS.c.calls + added.excluded.calls,
                    "hint": added.excluded.hint,
                    "last_at": added.excluded.last_at,
                },
            )
        )


def _recent(session: Session, since: datetime) -> tuple[BadKeyRow, ...]:
    hour = since.replace(minute=0, second=0, microsecond=0)
    query = (
        select(
            _CALLS.c.address,
            _CALLS.c.way,
            func.sum(_CALLS.c.calls).label("calls"),
            func.max(_CALLS.c.last_at).label("last_at"),
            func.max(_CALLS.c.hint).label("hint"),
        )
        .where(_CALLS.c.hour >= hour, _CALLS.c.last_at >= since)
        .group_by(_CALLS.c.address, _CALLS.c.way)
        .order_by(func.max(_CALLS.c.last_at).desc())
        .limit(MOST_SHOWN)
    )
    found = session.execute(query).all()
    hints = {row.hint for row in found if row.hint}
    keys = {
        row.prefix: row
        for row in session.execute(
            select(col(ApiKey.prefix), col(ApiKey.name), col(ApiKey.revoked_at)).where(
                col(ApiKey.prefix).in_(hints)
            )
        )
    }
    return tuple(
        BadKeyRow(
            address=row.address,
            way=row.way,
            calls=int(row.calls),
            last_at=row.last_at,
            hint=row.hint,
            key_name=keys[row.hint].name if row.hint in keys else "",
            is_revoked=row.hint in keys and keys[row.hint].revoked_at is not None,
        )
        for row in found
    )
