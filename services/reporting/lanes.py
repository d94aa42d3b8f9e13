"""What waits for each destination, read from the indexes of what waits and of what is held."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, func, literal, literal_column, select
from sqlmodel import Session

from models import Delivery, Postback
from models.words import WAITING, DeliveryStatus

DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]
POSTBACK: Table = Postback.__table__  # type: ignore[attr-defined]

# One destination is counted no further than this, each of its two kinds of waiting.
COUNTED_AT_MOST: Final = 10_000
LANES_AT_MOST: Final = 2_000

# In the very words of the partial indexes, so that the planner sees that they fit.
_WAITS: ColumnElement[bool] = literal_column("due_at IS NOT NULL", type_=None)
_IS_HELD: ColumnElement[bool] = literal_column("status = 'held'", type_=None)


@dataclass(slots=True)
class Lane:
    """What one destination is owed. `due_at` is when the first of it was or will be due.

    With `is_complete` false there is at least so much.
    """

    waiting: int = 0
    due_at: datetime | None = None
    held: int = 0
    is_complete: bool = True


def lanes(session: Session) -> dict[str, Lane]:
    """Return what waits and what is held, by destination, at most 2,000 of them.

    Read in steps from destination to destination: a long queue costs no more than its count.
    """
    found: dict[str, Lane] = {}
    for status in WAITING:
        for row in session.execute(_waiting(status)):
            lane = found.setdefault(row.destination, Lane())
            lane.waiting += min(row.number, COUNTED_AT_MOST)
            lane.is_complete &= row.number <= COUNTED_AT_MOST
            lane.due_at = min(filter(None, (lane.due_at, row.due_at)), default=None)
    for row in session.execute(_held()):
        lane = found.setdefault(row.destination, Lane())
        lane.held += min(row.number, COUNTED_AT_MOST)
        lane.is_complete &= row.number <= COUNTED_AT_MOST
    return found


def _waiting(status: DeliveryStatus) -> Select[Any]:
    destination = DELIVERY.c.destination
    mine = (DELIVERY.c.status == status, _WAITS)
    names = _distinct(destination, *mine)
    here = (*mine, destination == names)
    rows = select(DELIVERY.c.id).where(*here).limit(COUNTED_AT_MOST + 1).correlate(names.table)
    first = select(func.min(DELIVERY.c.due_at)).where(*here).correlate(names.table)
    return select(
        names.label("destination"),
        _number_of(rows),
        first.scalar_subquery().label("due_at"),
    ).where(names.is_not(None))


def _held() -> Select[Any]:
    """Held ones are found by their postback; where they go, the oldest of each says."""
    here = (_IS_HELD, DELIVERY.c.postback_id == POSTBACK.c.id)
    rows = select(DELIVERY.c.id).where(*here).limit(COUNTED_AT_MOST + 1).correlate(POSTBACK)
    oldest = (
        select(DELIVERY.c.destination)
        .where(*here)
        .order_by(DELIVERY.c.postback_id, DELIVERY.c.created_at, DELIVERY.c.id)
        .limit(1)
        .correlate(POSTBACK)
    )
    destination = oldest.scalar_subquery()
    return (
        select(destination.label("destination"), _number_of(rows))
        .select_from(POSTBACK)
        .where(destination.is_not(None))
    )


def _distinct(column: ColumnElement[str], *conditions: ColumnElement[bool]) -> Any:
    """Return the different values of an index's next column: one step in it for each."""

    # Ordered, not a minimum: only so SQLite prefers the index that has the order.
    def next_after(value: ColumnElement[str]) -> Select[Any]:
        rows = select(column.label("name")).where(*conditions, column > value)
        return rows.order_by(column).limit(1)

    first = next_after(literal("")).subquery()
    steps = select(first.c.name).cte("steps", recursive=True)
    following = next_after(steps.c.name).correlate(steps).scalar_subquery()
    steps = steps.union_all(select(following).where(steps.c.name.is_not(None)))
    return select(steps.c.name).limit(LANES_AT_MOST).subquery("names").c.name


def _number_of(rows: Select[Any]) -> ColumnElement[int]:
    counted = rows.subquery()
    return select(func.count()).select_from(counted).scalar_subquery().label("number")
