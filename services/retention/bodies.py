"""Empties the bodies of what arrived: the request's, and the answers' with their headers.

The attempts are walked in the order of their ids, which is that of time, and each delivery is
judged at its last attempt. So no run begins at the beginning, and one that arrived late is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, exists, select, update
from sqlmodel import Session

from models import Attempt, Delivery
from models.words import DeliveryStatus
from services.identifiers import first_id
from services.retention.batches import ROWS, Due

MARK: Final = "bodies"

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]
DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Found:
    """The next attempts: the deliveries that ended with one of them, and the last one's id."""

    due: tuple[Due, ...]
    place: str


def end_of(before: datetime) -> str:
    """Return the id before which every attempt was made before then."""
    return first_id("att", before)


def find(session: Session, *, after: str, end: str) -> Found | None:
    """Look at the next 500 attempts beyond `after` and before `end`; `None` at the end."""
    query = (
        select(
            ATTEMPT.c.id,
            ATTEMPT.c.number,
            ATTEMPT.c.delivery_id,
            DELIVERY.c.attempts,
            DELIVERY.c.status,
        )
        .join(DELIVERY, DELIVERY.c.id == ATTEMPT.c.delivery_id)
        .where(ATTEMPT.c.id > after, ATTEMPT.c.id < end)
        .order_by(ATTEMPT.c.id)
        .limit(ROWS)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    return Found(
        due=tuple(
            Due(row.delivery_id, 1 + row.attempts)
            for row in rows
            if row.status is DeliveryStatus.DELIVERED and row.number == row.attempts
        ),
        place=rows[-1].id,
    )


def empty(session: Session, delivery_ids: Sequence[str], *, end: str, now: datetime) -> int:
    """Empty the bodies of those that nobody has sent again meanwhile; return how many."""
    connection = session.connection()
    tried_since = exists().where(ATTEMPT.c.delivery_id == DELIVERY.c.id, ATTEMPT.c.id >= end)
    rows = connection.execute(
        select(DELIVERY.c.id, DELIVERY.c.status)
        .where(DELIVERY.c.id.in_(delivery_ids), ~tried_since)
        .order_by(DELIVERY.c.id)
        .with_for_update(skip_locked=True)
    )
    # Judged here: SQLite would rather read every delivered one than these by their keys.
    ids = [row.id for row in rows if row.status is DeliveryStatus.DELIVERED]
    if ids:
        connection.execute(
            update(ATTEMPT)
            .where(ATTEMPT.c.delivery_id.in_(ids))
            .values(response_body="", response_headers=[])
        )
        connection.execute(
            update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(body=None, emptied_at=now)
        )
    return len(ids)
