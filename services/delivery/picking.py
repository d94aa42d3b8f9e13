"""Which due deliveries are next: lane by lane, so that a long queue in one delays no other.

A look at all lanes costs a step for each. Between two such looks a worker asks only for those
that it knows to wait and that have room, so lanes that hang cost the others nothing.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, true

from models.words import WAITING, DeliveryStatus
from services.any_of import TEXTS
from services.bulk import fetch_rows
from services.delivery.lanes import Room
from services.waiting_lanes import DELIVERY, waiting_lanes

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
    """What a worker remembers of its last claim in one status.

    `known` are the lanes in which more was waiting, None while there may be others; from `served`
    on the next claim goes round, so that every lane has its turn.
    """

    page: str = ""
    served: str = ""
    known: frozenset[str] | None = None

    @property
    def may_give(self) -> bool:
        """Tell whether a claim may find something without being told where."""
        return self.known is None or bool(self.known)


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
    fresh: Collection[str] | None = None,
) -> Picked:
    """Share `most` among the lanes with something due, and read the oldest of each.

    With `fresh`, the lanes that something was added to, these and the known ones are all that is
    looked at. On PostgreSQL the rows are locked, and those that another worker has locked are
    passed over.
    """
    if fresh is None or turn.known is None:
        lanes, is_whole = _look(connection, status, now, turn)
    else:
        lanes, is_whole = sorted(turn.known.union(fresh)), True
    first = next((place for place, name in enumerate(lanes) if name > turn.served), 0)
    waiting = lanes[first:] + lanes[:first]
    shares = room.share(waiting, most)
    rows: list[Sequence[Any]] = []
    for quota in sorted(set(shares.values())):
        names = [name for name in waiting if shares.get(name) == quota]
        values = {"b_names": names, "b_now": now, "b_quota": quota}
        rows += fetch_rows(connection, _rows_of(status, connection.dialect.name), values)
        turn.served = names[-1]
    taken = Counter(row[DESTINATION] for row in rows)
    room.taken.update(taken)
    used_up = {name for name, share in shares.items() if taken[name] >= share}
    # Shares that sum up to less than `most` are all the room that there is.
    may_give_more = used_up if sum(shares.values()) >= most else set()
    blocked = frozenset(name for name in waiting if name not in shares or name in used_up)
    turn.known = blocked if is_whole else None
    return Picked(rows, more=bool(may_give_more) or not is_whole, blocked=blocked)


def _look(
    connection: Connection, status: DeliveryStatus, now: datetime, turn: Turn
) -> tuple[list[str], bool]:
    """Return the lanes with something due, at most 256 after the last; and if they are all."""
    found = fetch_rows(connection, _LANES[status], {"b_now": now, "b_after": turn.page})
    page = [name for (name,) in found]
    is_whole = not turn.page and len(page) < LANES_PER_CLAIM
    turn.page = page[-1] if len(page) == LANES_PER_CLAIM else ""
    return page, is_whole


def _lanes_of(status: DeliveryStatus) -> Select[Any]:
    lane = waiting_lanes(status, after=bindparam("b_after"))
    return select(lane.c.name).where(lane.c.due_at <= bindparam("b_now")).limit(LANES_PER_CLAIM)


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


_LANES = {status: _lanes_of(status) for status in WAITING}
