"""When a waiting delivery is tried next, and which try of how many that will be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Delivery
from models.words import WAITING, DeliveryStatus
from services.retry_schedule import tries_planned


@dataclass(frozen=True, slots=True)
class NextTry:
    """The coming try: `number` counts from 1 since the event or the last resend.

    `planned` is how many the delivery gets at most, by the policy that it carries and by what
    its last try brought.
    """

    number: int
    planned: int
    at: datetime


def next_try(
    *,
    status: DeliveryStatus,
    tries: int,
    due_at: datetime | None,
    owed_since: datetime,
    policy: Mapping[str, Any] | None,
    status_code: int | None,
) -> NextTry | None:
    """Return the next try that a delivery waits for; `None` when it is not waiting for a time.

    `owed_since` is when it was made or resent: what is due since then is simply on its way.
    """
    if status not in WAITING or due_at is None:
        return None
    if status is DeliveryStatus.PENDING and due_at <= owed_since:
        return None
    planned = tries_planned(policy, tries=tries, status_code=status_code)
    return NextTry(number=tries + 1, planned=max(planned, tries + 1), at=due_at)


def of_events(session: Session, statuses: Mapping[str, DeliveryStatus]) -> dict[str, NextTry]:
    """Return what events wait for, by id, from their ids and the statuses that they show.

    Of several deliveries that wait, the one that is tried first decides.
    """
    waiting = [event_id for event_id, status in statuses.items() if status in WAITING]
    if not waiting:
        return {}
    query = select(
        col(Delivery.event_id),
        col(Delivery.status),
        col(Delivery.tries),
        col(Delivery.due_at),
        col(Delivery.created_at),
        col(Delivery.resent_at),
        col(Delivery.policy),
        col(Delivery.response_code),
    ).where(col(Delivery.event_id).in_(waiting))
    found: dict[str, NextTry] = {}
    for row in session.execute(query):
        coming = of_row(row)
        if coming is None or row.status is not statuses[row.event_id]:
            continue
        if row.event_id not in found or coming.at < found[row.event_id].at:
            found[row.event_id] = coming
    return found


def of_row(row: Any) -> NextTry | None:
    """Return the next try of a delivery, or of a row with these columns of it."""
    return next_try(
        status=row.status,
        tries=row.tries,
        due_at=row.due_at,
        owed_since=row.resent_at or row.created_at,
        policy=row.policy,
        status_code=row.response_code,
    )
