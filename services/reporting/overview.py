"""The figures of the first page: what happened lately, and what a newcomer does next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from models import Delivery, Event, EventType, Postback, Trial
from models.words import DeliveryStatus
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.reporting import health
from services.reporting.definitions import CONVERSIONS, COUNTS
from services.reporting.hours import Window, last_hours, slot

MAX_HOURS = 24 * 31
_WAITING = (DeliveryStatus.PENDING, DeliveryStatus.RETRYING, DeliveryStatus.SENDING)
_FINISHED = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)


@dataclass(frozen=True, slots=True)
class TrendBar:
    """One hour of the trend, from `starts_at` on."""

    starts_at: datetime
    events: int
    conversions: int


@dataclass(frozen=True, slots=True)
class Checklist:
    """The four first steps, each ticked by what is stored."""

    has_event: bool
    has_postback: bool
    has_test: bool
    has_fired: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The window's figures without tests, and those of the window of equal length before it.

    `since` is inclusive, `until` exclusive: the log shows the same events under this filter. The
    success rate, from 0 to 1, is delivered ÷ (delivered + failed) among deliveries created in the
    window, `None` where none has ended. `waiting` is of now, so it has no previous figure.
    """

    since: datetime
    until: datetime
    previous_since: datetime
    events: int
    events_previous: int
    conversions: int
    conversions_previous: int
    success_rate: float | None
    success_rate_previous: float | None
    waiting: int
    trend: tuple[TrendBar, ...]
    checklist: Checklist
    worker_seen: bool
    oldest_due_seconds: int | None


async def get(actor: Actor, *, hours: int = 24, clock: Clock = utc_now) -> Overview:
    """Return the figures of the last `hours` hours (1–744).

    Raises `NotAllowed`, and `InvalidInput` for another number of hours.
    """
    actor.require(Right.READ)
    if not 1 <= hours <= MAX_HOURS:
        raise InvalidInput({"hours": f"Give a number from 1 to {MAX_HOURS}."})
    return await database.read(_get, hours, clock())


def _get(session: Session, hours: int, now: datetime) -> Overview:
    window = last_hours(now, hours)
    trend = _trend(session, window)
    events_previous, conversions_previous = _count_events(session, window.previous)
    work = health.look_at_work(session, now)
    waiting = select(func.count()).where(col(Delivery.status).in_(_WAITING))
    late = now - work.oldest_due_at if work.oldest_due_at is not None else None
    return Overview(
        since=window.since,
        until=window.until,
        previous_since=window.previous.since,
        events=sum(bar.events for bar in trend),
        events_previous=events_previous,
        conversions=sum(bar.conversions for bar in trend),
        conversions_previous=conversions_previous,
        success_rate=_success_rate(session, window),
        success_rate_previous=_success_rate(session, window.previous),
        waiting=session.execute(waiting).scalar_one(),
        trend=trend,
        checklist=_checklist(session),
        worker_seen=work.worker_alive,
        oldest_due_seconds=int(late.total_seconds()) if late is not None else None,
    )


def _inside(window: Window) -> tuple[Any, ...]:
    return (
        col(Event.received_at) >= window.since,
        col(Event.received_at) < window.until,
        COUNTS,
    )


def _trend(session: Session, window: Window) -> tuple[TrendBar, ...]:
    hour = slot(session, col(Event.received_at), window)
    query = select(hour, func.count(), CONVERSIONS).where(*_inside(window)).group_by(hour)
    counts = {row[0]: (row[1], row[2]) for row in session.execute(query)}
    return tuple(
        TrendBar(window.since + timedelta(hours=number), *counts.get(number, (0, 0)))
        for number in range(window.hours)
    )


def _count_events(session: Session, window: Window) -> tuple[int, int]:
    row = session.execute(select(func.count(), CONVERSIONS).where(*_inside(window))).one()
    return row[0], row[1]


def _success_rate(session: Session, window: Window) -> float | None:
    query = (
        select(col(Delivery.status), func.count())
        .where(
            col(Delivery.status).in_(_FINISHED),
            col(Delivery.created_at) >= window.since,
            col(Delivery.created_at) < window.until,
        )
        .group_by(col(Delivery.status))
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    finished = sum(counts.values())
    return counts.get(DeliveryStatus.DELIVERED, 0) / finished if finished else None


def _checklist(session: Session) -> Checklist:
    query = select(
        exists(select(col(EventType.id)).where(col(EventType.archived_at).is_(None))),
        exists(select(col(Postback.id)).where(col(Postback.archived_at).is_(None))),
        exists(select(col(Trial.id))),
        exists(select(col(Event.id))),
    )
    return Checklist(*session.execute(query).one())
