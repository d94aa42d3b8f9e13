"""The outbox: what is owed to partners. `claims` says who of the workers may send what.

Every function with a `session` joins the caller's unit of work.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Table, case, cast, select, tuple_, update
from sqlmodel import Session

from models import Delivery, Event, Lead
from models.words import (
    WORST_FIRST,
    AuditAction,
    AuditSubject,
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    Method,
    PostbackLevel,
)
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.any_of import any_of
from services.bulk import insert_rows
from services.clock import Clock, utc_now
from services.commit_hooks import after_commit
from services.delivery.policy import first_due
from services.delivery.rendering import RenderedRequest
from services.delivery.retry import DEADLINE
from services.errors import Conflict, NotFound
from services.sig_places import POLICY_KEY

DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]
EVENT: Table = Event.__table__  # type: ignore[attr-defined]
LEAD: Table = Lead.__table__  # type: ignore[attr-defined]

_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What `enqueue` promises: one rendered request of one postback.

    `on_conversion_status` is set when a change to this status caused it, not the recording.
    """

    id: str
    postback_id: str
    level: PostbackLevel
    request: RenderedRequest
    on_conversion_status: ConversionStatus | None = None
    # How the postback wants it sent, frozen here; see `models.Delivery.policy`.
    policy: Mapping[str, Any] | None = None
    is_paused: bool = False

    @property
    def status(self) -> DeliveryStatus:
        """Return how it begins: held where it would be sent by a paused postback."""
        waits = self.request.status is DeliveryStatus.PENDING
        return DeliveryStatus.HELD if waits and self.is_paused else self.request.status


Waker = Callable[[Collection[str] | None], None]

_on_wake: Waker | None = None


def set_waker(waker: Waker | None) -> None:
    """Name the function that starts the drain; the drain job of this process sets it.

    It is given the destinations that something new waits for, or None: it may be any.
    """
    global _on_wake  # noqa: PLW0603 - one drain job per process
    _on_wake = waker


def wake() -> None:
    """Have the drain job look at all lanes now; from any thread, harmless without a worker here."""
    if _on_wake is not None:
        _on_wake(None)


def wake_lanes(*destinations: str) -> None:
    """Have the drain job look at these lanes now, as `wake` does at all."""
    if _on_wake is not None:
        _on_wake(destinations)


def enqueue(
    session: Session, *, event_id: str, deliveries: Sequence[NewDelivery], now: datetime
) -> DeliveryStatus:
    """Insert the deliveries of one event and return the worst status among them."""
    if not deliveries:
        return DeliveryStatus.NONE
    insert_rows(
        session.connection(),
        DELIVERY,
        [
            {
                "id": delivery.id,
                "event_id": event_id,
                "postback_id": delivery.postback_id,
                "level": delivery.level,
                "status": delivery.status,
                "reason": delivery.request.reason,
                "reason_text": delivery.request.reason_text,
                "method": delivery.request.method,
                "url": delivery.request.url,
                "destination": delivery.request.destination,
                "headers": delivery.request.headers,
                "body": delivery.request.body,
                "policy": _policy(delivery),
                "on_conversion_status": delivery.on_conversion_status,
                "created_at": now,
                "due_at": first_due(delivery.policy, now=now)
                if delivery.status is DeliveryStatus.PENDING
                else None,
                "held_at": now if delivery.status is DeliveryStatus.HELD else None,
                "deadline_at": now + DEADLINE,
                "tries": 0,
                "attempts": 0,
                "reclaims": 0,
            }
            for delivery in deliveries
        ],
    )
    wanted = {
        delivery.request.destination
        for delivery in deliveries
        if delivery.status is DeliveryStatus.PENDING
    }
    if wanted:
        after_commit(session, wake_lanes, *wanted)
    return worst(delivery.status for delivery in deliveries)


def _policy(delivery: NewDelivery) -> Mapping[str, Any] | None:
    places = delivery.request.sig_at
    return delivery.policy if places is None else {**(delivery.policy or {}), POLICY_KEY: places}


def worst(statuses: Iterable[DeliveryStatus]) -> DeliveryStatus:
    """Return the status that an event shows for its deliveries."""
    return min(statuses, key=_RANK.__getitem__, default=DeliveryStatus.NONE)


def refresh_events(session: Session, event_ids: Sequence[str]) -> None:
    """Store on each event the worst status of its deliveries and that delivery's last code."""
    connection = session.connection()
    # Locked in order first: two workers that settle two deliveries of one event would otherwise
    # each overlook what the other wrote.
    if session.get_bind().dialect.name == "postgresql":
        connection.execute(_LOCK_EVENTS, {"ids": event_ids})
    connection.execute(_SHOW, {"ids": event_ids})


async def resend(actor: Actor, delivery_id: str, *, clock: Clock = utc_now) -> None:
    """Send a finished, waiting or held delivery again, now, with a fresh schedule.

    One that a paused postback holds goes out alone; if that fails, it is held again.
    Raises `NotFound`, and `Conflict` while it is being sent.
    """
    actor.require(Right.RESEND, limited=True)
    await database.write(_resend, actor, delivery_id, clock())


def _resend(session: Session, actor: Actor, delivery_id: str, now: datetime) -> None:
    connection = session.connection()
    row = connection.execute(
        select(
            DELIVERY.c.status,
            DELIVERY.c.event_id,
            DELIVERY.c.reason,
            DELIVERY.c.method,
            DELIVERY.c.emptied_at,
            DELIVERY.c.created_at,
            LEAD.c.erased_at,
        )
        .join_from(DELIVERY, EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .join(LEAD, LEAD.c.id == EVENT.c.lead_id)
        .where(DELIVERY.c.id == delivery_id)
        .with_for_update(of=DELIVERY)
    ).one_or_none()
    if row is None or not _is_for(session, actor, row.event_id):
        raise NotFound("delivery", delivery_id)
    if row.status is DeliveryStatus.SENDING:
        raise Conflict("This delivery is being sent right now. Wait for its answer.")
    if row.erased_at is not None and row.created_at <= row.erased_at:
        raise Conflict(
            "The lead was erased, and this request with it, so it cannot be sent again.",
            code="erased",
        )
    if row.reason in NEVER_SENDABLE:
        raise Conflict(
            "This request cannot be sent as it was rendered. Mend the postback or the lead, "
            "then fire the event again."
        )
    if row.emptied_at is not None and row.method is Method.POST:
        raise Conflict(
            "The body of this request left with retention, so it cannot be sent again. Fire the "
            "event again if the partner should have it."
        )
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == delivery_id)
        .values(
            status=DeliveryStatus.PENDING,
            reason=None,
            reason_text=None,
            due_at=now,
            deadline_at=now + DEADLINE,
            tries=0,
            reclaims=0,
            resent_at=now,
            held_at=None,
        )
    )
    refresh_events(session, [row.event_id])
    audit.record(
        session,
        actor,
        AuditAction.RESENT,
        AuditSubject.DELIVERY,
        key=delivery_id,
        before={"status": row.status},
        after={"status": DeliveryStatus.PENDING},
        now=now,
    )
    after_commit(session, wake)


def _is_for(session: Session, actor: Actor, event_id: str) -> bool:
    if not actor.is_limited:
        return True
    of_event = select(EVENT.c.campaign_id, EVENT.c.event_type_id).where(EVENT.c.id == event_id)
    return actor.reaches(*session.connection().execute(of_event).one())


NEVER_SENDABLE = frozenset(
    {
        DeliveryReason.REQUIRED_MACRO_EMPTY,
        DeliveryReason.TOO_LARGE,
        DeliveryReason.INVALID_REQUEST,
        DeliveryReason.ERASED,
    }
)


_LOCK_EVENTS = (
    select(EVENT.c.id).where(any_of(EVENT.c.id, "ids")).order_by(EVENT.c.id).with_for_update()
)
_BY_RANK = case(
    {status.value: rank for status, rank in _RANK.items()}, value=cast(DELIVERY.c.status, String)
)
_WORST = (
    select(DELIVERY.c.status, DELIVERY.c.response_code)
    .where(DELIVERY.c.event_id == EVENT.c.id)
    .order_by(_BY_RANK, DELIVERY.c.id)
    .limit(1)
    .correlate(EVENT)
    .scalar_subquery()
)
_SHOW = (
    update(EVENT)
    .where(any_of(EVENT.c.id, "ids"))
    .values({tuple_(EVENT.c.delivery_status, EVENT.c.response_code): _WORST})
)
