"""Removes deliveries with their attempts; their event keeps its status and its last code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, tuple_
from sqlmodel import Session

from models import Attempt, Delivery
from models.words import DeliveryStatus
from services.retention.batches import ROWS, Due

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]
DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]

Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The next old deliveries: those that may go, and where the look went on to."""

    due: tuple[Due, ...]
    place: Place | None


def find(
    session: Session, status: DeliveryStatus, *, before: datetime, after: Place | None
) -> Found:
    """Look at the next 500 deliveries of a status that were made before then, oldest first."""
    query = (
        select(
            DELIVERY.c.id,
            DELIVERY.c.created_at,
            DELIVERY.c.attempts,
            _is_over(before).label("is_over"),
        )
        .where(DELIVERY.c.status == status, DELIVERY.c.created_at < before)
        .order_by(DELIVERY.c.created_at, DELIVERY.c.id)
        .limit(ROWS)
    )
    if after is not None:
        query = query.where(tuple_(DELIVERY.c.created_at, DELIVERY.c.id) > tuple_(*after))
    rows = session.execute(query).all()
    return Found(
        due=tuple(Due(row.id, 1 + row.attempts) for row in rows if row.is_over),
        place=(rows[-1].created_at, rows[-1].id) if rows else None,
    )


def remove(
    session: Session, delivery_ids: Sequence[str], status: DeliveryStatus, *, before: datetime
) -> tuple[int, int]:
    """Remove deliveries and return how many rows of deliveries and of attempts that were.

    Only those go that still are as they were found: somebody may have sent one again meanwhile.
    """
    connection = session.connection()
    rows = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.status)
        .where(DELIVERY.c.id.in_(delivery_ids), _is_over(before))
        .order_by(DELIVERY.c.id)
        .with_for_update(skip_locked=True)
    )
    # Judged here: SQLite would rather read all of that status than these by their keys.
    ids = [row.id for row in rows if row.status is status]
    if not ids:
        return 0, 0
    attempts = connection.execute(delete(ATTEMPT).where(ATTEMPT.c.delivery_id.in_(ids)))
    deliveries = connection.execute(delete(DELIVERY).where(DELIVERY.c.id.in_(ids)))
    return deliveries.rowcount, attempts.rowcount


def _is_over(before: datetime) -> ColumnElement[bool]:
    # Its time begins with its last try: one that was held or resent may have been made long ago.
    tried_since = exists().where(
        ATTEMPT.c.delivery_id == DELIVERY.c.id, ATTEMPT.c.started_at >= before
    )
    return and_(or_(DELIVERY.c.held_at.is_(None), DELIVERY.c.held_at < before), ~tried_since)
