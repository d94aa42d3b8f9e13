"""What waits for each destination, read from the indexes of what waits and of what is held."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, func, literal_column, select
from sqlmodel import Session

from models import Postback
from models.words import WAITING, DeliveryStatus
from services.waiting_lanes import DELIVERY, waiting_lanes

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
    lane = waiting_lanes(status)
    here = (DELIVERY.c.status == status, _WAITS, DELIVERY.c.destination == lane.c.name)
    rows = select(DELIVERY.c.id).where(*here).limit(COUNTED_AT_MOST + 1).correlate(lane)
    return select(lane.c.name.label("destination"), lane.c.due_at, _number_of(rows)).limit(
        LANES_AT_MOST
    )


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


def _number_of(rows: Select[Any]) -> ColumnElement[int]:
    counted = rows.subquery()
    return select(func.count()).select_from(counted).scalar_subquery().label("number")
