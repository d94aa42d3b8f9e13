"""What happened to one lead: captured, events fired, statuses changed, postbacks sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from models import Attempt, Campaign, Delivery, Event, Lead, StatusChange
from models.words import DeliveryStatus
from services import database
from services.actor import Actor, Right
from services.contacts import Contact, mask_for
from services.errors import NotFound
from services.identifiers import is_id
from services.reporting import next_try
from services.reporting.delivery_details import host_of
from services.reporting.explanations import explain
from services.reporting.next_try import NextTry


class TimelineKind(StrEnum):
    """What an entry of the time line is about."""

    CAPTURED = "captured"
    EVENT = "event"
    STATUS = "status"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened; `event_id` is empty for the capture.

    `status` is about deliveries: `none` for the capture and for a change of conversion status.
    `next_try` is set for a delivery that waits for a time.
    """

    at: datetime
    kind: TimelineKind
    title: str
    detail: str
    status: DeliveryStatus
    event_id: str
    actor_name: str
    next_try: NextTry | None = None


async def list_entries(actor: Actor, lead_id: str, *, limit: int = 200) -> list[TimelineEntry]:
    """Return the newest `limit` entries of a lead, newest first.

    A delivery stands where its last attempt does. Raises `NotFound` and `NotAllowed`.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_list_entries, actor, lead_id, limit)


def _list_entries(session: Session, actor: Actor, lead_id: str, limit: int) -> list[TimelineEntry]:
    mask = mask_for(actor)
    lead = session.get(Lead, lead_id) if is_id(lead_id) else None
    if lead is None or not actor.reaches_campaign(lead.campaign_id):
        raise NotFound("lead", lead_id)
    events = (
        select(
            col(Event.id),
            col(Event.event_name),
            col(Event.received_at),
            col(Event.amount_text),
            col(Event.currency),
            col(Event.source),
            col(Event.is_test),
            col(Event.delivery_status),
            col(Event.actor_name),
        )
        .where(col(Event.lead_id) == lead_id)
        .order_by(col(Event.received_at).desc(), col(Event.id).desc())
        .limit(limit)
    )
    if actor.events is not None:
        events = events.where(col(Event.event_type_id).in_(actor.events))
    found = session.execute(events).all()
    names = {event.id: event.event_name for event in found}
    entries = [
        *_deliveries(session, list(names)),
        *_status_changes(session, names),
        *(_event_entry(event) for event in found),
        _captured(session, lead),
    ]
    # A stable sort: at the same moment the delivery stands above its event, and that above the
    # capture.
    entries.sort(key=lambda entry: entry.at, reverse=True)
    contact = Contact(lead.email, lead.phone)
    return [replace(each, detail=mask.text(each.detail, contact)) for each in entries[:limit]]


def _captured(session: Session, lead: Lead) -> TimelineEntry:
    campaign = session.get_one(Campaign, lead.campaign_id)
    return TimelineEntry(
        at=lead.created_at,
        kind=TimelineKind.CAPTURED,
        title="Lead captured",
        detail=f"{campaign.name}, {_SOURCES[lead.source]}",
        status=DeliveryStatus.NONE,
        event_id="",
        actor_name="",
    )


def _event_entry(event: Any) -> TimelineEntry:
    amount = " ".join(part for part in (event.amount_text, event.currency) if part)
    parts = [amount, _SOURCES[event.source], "a test" if event.is_test else ""]
    return TimelineEntry(
        at=event.received_at,
        kind=TimelineKind.EVENT,
        title=event.event_name,
        detail=", ".join(part for part in parts if part),
        status=event.delivery_status,
        event_id=event.id,
        actor_name=event.actor_name,
    )


def _status_changes(session: Session, names: Mapping[str, str]) -> Iterator[TimelineEntry]:
    query = (
        select(
            col(StatusChange.event_id),
            col(StatusChange.changed_at),
            col(StatusChange.from_status),
            col(StatusChange.to_status),
            col(StatusChange.reason),
            col(StatusChange.source),
            col(StatusChange.actor_name),
        )
        .where(col(StatusChange.event_id).in_(list(names)))
        .order_by(col(StatusChange.changed_at).desc(), col(StatusChange.id).desc())
    )
    for row in session.execute(query):
        before, after = (word.replace("_", " ") for word in (row.from_status, row.to_status))
        yield TimelineEntry(
            at=row.changed_at,
            kind=TimelineKind.STATUS,
            title=f"{names[row.event_id]} is {after}",
            detail=", ".join(
                part for part in (row.reason, f"was {before}", _SOURCES[row.source]) if part
            ),
            status=DeliveryStatus.NONE,
            event_id=row.event_id,
            actor_name=row.actor_name,
        )


_SOURCES = {
    "api": "by API",
    "incoming": "by incoming URL",
    "manual": "by hand",
    "import": "by import",
}


def _deliveries(session: Session, event_ids: list[str]) -> Iterator[TimelineEntry]:
    query = (
        select(
            col(Delivery.id),
            col(Delivery.event_id),
            col(Delivery.status),
            col(Delivery.reason),
            col(Delivery.method),
            col(Delivery.url),
            col(Delivery.created_at),
            col(Delivery.resent_at),
            col(Delivery.due_at),
            col(Delivery.tries),
            col(Delivery.policy),
            col(Delivery.response_code),
            col(Delivery.attempts),
            col(Attempt.started_at),
            col(Attempt.message),
        )
        .join(
            Attempt,
            and_(
                col(Attempt.delivery_id) == col(Delivery.id),
                col(Attempt.number) == col(Delivery.attempts),
            ),
            isouter=True,
        )
        .where(col(Delivery.event_id).in_(event_ids))
    )
    for row in sorted(session.execute(query), key=lambda row: row.id, reverse=True):
        yield TimelineEntry(
            at=row.started_at or row.created_at,
            kind=TimelineKind.DELIVERY,
            title=f"Postback to {host_of(row.url)}",
            detail=explain(
                status=row.status,
                reason=row.reason,
                attempts=row.attempts,
                last_message=row.message or "",
            ),
            status=row.status,
            event_id=row.event_id,
            actor_name="",
            next_try=next_try.of_row(row),
        )
