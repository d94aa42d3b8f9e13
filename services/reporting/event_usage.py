"""How each event of Event Management is used: postbacks, last firing, the last 24 hours."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Event, EventType, Postback
from models.words import DeliveryStatus
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.reporting.definitions import COUNTS
from services.reporting.hours import last_hours, slot

HOURS = 24


@dataclass(frozen=True, slots=True)
class EventUsage:
    """Figures without tests; `per_hour` has 24 counts, the newest hour last."""

    postbacks: int = 0
    last_fired_at: datetime | None = None
    per_hour: tuple[int, ...] = (0,) * HOURS
    fired_24h: int = 0
    failed_24h: int = 0


async def usage(actor: Actor, *, clock: Clock = utc_now) -> dict[str, EventUsage]:
    """Return the usage of every event type by name, archived ones included.

    Postbacks count unless archived; `failed_24h` counts events whose delivery status is failed.
    Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_usage, clock())


def _usage(session: Session, now: datetime) -> dict[str, EventUsage]:
    window = last_hours(now, HOURS)
    hour = slot(session, col(Event.received_at), window)
    fired: dict[str, list[int]] = defaultdict(lambda: [0] * HOURS)
    failed: dict[str, int] = defaultdict(int)
    per_hour = (
        select(col(Event.event_type_id), hour, col(Event.delivery_status), func.count())
        .where(
            col(Event.received_at) >= window.since,
            col(Event.received_at) < window.until,
            COUNTS,
        )
        .group_by(col(Event.event_type_id), hour, col(Event.delivery_status))
    )
    for event_type_id, number, status, count in session.execute(per_hour):
        fired[event_type_id][number] += count
        if status is DeliveryStatus.FAILED:
            failed[event_type_id] += count
    postbacks = (
        select(func.count())
        .where(
            col(Postback.event_type_id) == col(EventType.id), col(Postback.archived_at).is_(None)
        )
        .scalar_subquery()
    )
    last_fired = (
        select(col(Event.received_at))
        .where(col(Event.event_type_id) == col(EventType.id), COUNTS)
        .order_by(col(Event.received_at).desc(), col(Event.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    return {
        name: EventUsage(
            postbacks=number,
            last_fired_at=last,
            per_hour=tuple(fired[event_type_id]),
            fired_24h=sum(fired[event_type_id]),
            failed_24h=failed[event_type_id],
        )
        for event_type_id, name, number, last in session.execute(
            select(col(EventType.id), col(EventType.name), postbacks, last_fired)
        )
    }
