"""Which due deliveries are next: lane by lane, so that a long queue in one delays no other.

The index `ix_delivery_lane` is stepped over from destination to destination: a lane with a
hundred thousand waiting deliveries and no room costs one look.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from models.words import WAITING, DeliveryStatus
from services.any_of import TEXTS
from services.bulk import fetch_rows
from services.delivery.lanes import Room
from services.delivery.outbox import DELIVERY

LANES_PER_CLAIM = 256
# From so many dead workers on, a delivery is sent by itself; also in `ix_delivery_suspect`.
SUSPECT_RECLAIMS = 5

# As the fields of `claims.Claim` end.
DUE_NAMES = (
    "id",
    "event_id",
    "postback_id",
    "method",
    "url",
    "destination",
    "headers",
    "body",
    "policy",
    "tries",
    "attempts",
    "reclaims",
    "deadline_at",
    "resent_at",
)
DESTINATION = DUE_NAMES.index("destination")


@dataclass(slots=True)
class Turn:
    """Where the last claim of a worker stopped, so that every lane has its turn."""

    page: str = ""
    served: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """Rows of DUE_NAMES; `more` and `blocked` as in `claims.Claimed`."""

    rows: list[Sequence[Any]]
    more: bool
    blocked: frozenset[str]


def pick(
    connection: Connection,
    status: DeliveryStatus,
    *,
    most: int,
    now: datetime,
    room: Room,
    turn: Turn,
) -> Picked:
    """Share `most` among the lanes with something due, and read the oldest of each.

    On PostgreSQL the rows are locked, and those that another worker has locked are passed over.
    """
    found = fetch_rows(connection, _LANES[status], {"b_now": now, "b_after": turn.page})
    page = [name for (name,) in found]
    is_whole = not turn.page and len(page) < LANES_PER_CLAIM
    turn.page = page[-1] if len(page) == LANES_PER_CLAIM else ""
    first = next((place for place, name in enumerate(page) if name > turn.served), 0)
    waiting = page[first:] + page[:first]
    shares = room.share(waiting, most)
    rows: list[Sequence[Any]] = []
    taken: Counter[str] = Counter()
    for quota in sorted(set(shares.values())):
        names = [name for name in waiting if shares.get(name) == quota]
        values = {"b_names": names, "b_now": now, "b_quota": quota}
        rows += fetch_rows(connection, _rows_of(status, connection.dialect.name), values)
        turn.served = names[-1]
    taken.update(row[DESTINATION] for row in rows)
    room.taken.update(taken)
    used_up = {name for name, share in shares.items() if taken[name] >= share}
    # Shares that sum up to less than `most` are all the room that there is.
    may_give_more = used_up if sum(shares.values()) >= most else set()
    return Picked(
        rows,
        more=bool(may_give_more) or not is_whole,
        blocked=frozenset(name for name in waiting if name not in shares or name in used_up),
    )


def _lanes_of(status: DeliveryStatus) -> Select[Any]:
    """Step from each destination to the next greater one; answer those with something due."""
    word: ColumnElement[Any] = literal_column(f"'{status}'")
    table = DELIVERY.alias("first")
    lane = (
        select(func.min(table.c.destination).label("name"))
        .where(
            table.c.status == word,
            table.c.due_at.is_not(None),
            table.c.destination > bindparam("b_after"),
        )
        .cte("lane", recursive=True)
    )
    table = DELIVERY.alias("next")
    following = (
        select(func.min(table.c.destination))
        .where(
            table.c.status == word,
            table.c.due_at.is_not(None),
            table.c.destination > lane.c.name,
        )
        .scalar_subquery()
    )
    lane = lane.union_all(select(following).where(lane.c.name.is_not(None)))
    table = DELIVERY.alias("oldest")
    due_at = (
        select(func.min(table.c.due_at))
        .where(
            table.c.status == word,
            table.c.due_at.is_not(None),
            table.c.destination == lane.c.name,
        )
        .scalar_subquery()
    )
    return (
        select(lane.c.name)
        .where(lane.c.name.is_not(None), due_at <= bindparam("b_now"))
        .limit(LANES_PER_CLAIM)
    )


@lru_cache(maxsize=4)
def _rows_of(status: DeliveryStatus, dialect: str) -> Select[Any]:
    """Read the oldest `b_quota` due deliveries of each lane in `b_names`."""
    table = DELIVERY.alias("waiting")
    wanted = (
        table.c.status == literal_column(f"'{status}'"),
        table.c.due_at <= bindparam("b_now"),
        table.c.reclaims < literal_column(str(SUSPECT_RECLAIMS)),
    )
    if dialect == "sqlite":
        lane = func.json_each(bindparam("b_names", type_=TEXTS)).table_valued("value", name="lane")
        oldest = (
            select(table.c.id)
            .where(*wanted, table.c.destination == lane.c.value)
            .order_by(table.c.due_at, table.c.id)
            .limit(bindparam("b_quota"))
            .correlate(lane)
        )
        return select(*(DELIVERY.c[name] for name in DUE_NAMES)).select_from(
            lane.join(DELIVERY, DELIVERY.c.id.in_(oldest))
        )
    names = func.unnest(bindparam("b_names", type_=TEXTS))
    lane = names.table_valued("value").render_derived(name="lane")
    due = (
        select(*(table.c[name] for name in DUE_NAMES))
        .where(*wanted, table.c.destination == lane.c.value)
        .order_by(table.c.due_at, table.c.id)
        .limit(bindparam("b_quota"))
        .with_for_update(skip_locked=True)
        .correlate(lane)
        .lateral("due")
    )
    return select(*(due.c[name] for name in DUE_NAMES)).select_from(lane.join(due, true()))


IS_SUSPECT = DELIVERY.c.reclaims >= literal_column(str(SUSPECT_RECLAIMS))
_LANES = {status: _lanes_of(status) for status in WAITING}
