"""What waits, lane by lane: one step in the index `ix_delivery_lane` for each destination.

A lane in which a million deliveries wait costs as much as one in which a single one does.
"""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    func,
    literal,
    literal_column,
    select,
)

from models import Delivery
from models.words import DeliveryStatus

DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]
_NONE: ColumnElement[str] = literal("")


def waiting_lanes(status: DeliveryStatus, *, after: ColumnElement[str] = _NONE) -> Subquery:
    """Return the destinations for which something waits in this status, in their order.

    Columns: `name`, and `due_at`, when the first of it was or will be due. `after` leaves out the
    destinations up to that one.
    """
    lane = _next_to(after, status).subquery().select().cte("lane", recursive=True)
    following = _next_to(lane.c.name, status).correlate(lane).scalar_subquery()
    lane = lane.union_all(select(following).where(lane.c.name.is_not(None)))
    waiting = DELIVERY.alias("oldest")
    due_at = (
        select(func.min(waiting.c.due_at))
        .where(*_waits(waiting, status), waiting.c.destination == lane.c.name)
        .correlate(lane)
        .scalar_subquery()
    )
    found = select(lane.c.name, due_at.label("due_at")).where(lane.c.name.is_not(None))
    return found.subquery("waiting_lane")


def _next_to(name: ColumnElement[str], status: DeliveryStatus) -> Select[tuple[str]]:
    waiting = DELIVERY.alias("next")
    # Ordered, not a minimum: only so SQLite prefers the index that has the order.
    return (
        select(waiting.c.destination.label("name"))
        .where(*_waits(waiting, status), waiting.c.destination > name)
        .order_by(waiting.c.destination)
        .limit(1)
    )


def _waits(table: FromClause, status: DeliveryStatus) -> tuple[ColumnElement[bool], ...]:
    # Both in the very words of the index, so that the planner sees that it fits.
    return table.c.status == literal_column(f"'{status}'"), table.c.due_at.is_not(None)
