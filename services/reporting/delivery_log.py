"""The delivery log: every event owed to a postback, newest first, and one of them in full."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Campaign, Delivery, Event, Lead
from models.words import DeliveryReason, DeliveryStatus, FailureKind, Method, PostbackLevel
from services import database
from services.actor import Actor, Right
from services.contacts import Contact, Mask, mask_for
from services.errors import NotFound
from services.identifiers import is_id
from services.paging import Page, PageRequest
from services.reporting import delivery_details, keyset, next_try
from services.reporting.causes import last_failure_of
from services.reporting.delivery_details import AttemptRow, DeliveryDetail, RequestView
from services.reporting.delivery_filter import DeliveryFilter, delivery_search
from services.reporting.keyset import Count
from services.reporting.next_try import NextTry
from services.reporting.people import lead_name
from services.retry_schedule import tries_planned

__all__ = [
    "AttemptRow",
    "Count",
    "DeliveryDetail",
    "DeliveryFilter",
    "DeliveryRow",
    "RequestView",
    "count",
    "get",
    "list_page",
]

COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery as the log shows it; `campaign` is the key, `host` is where it goes.

    `tries`, `tries_planned` and `next_try` mean what they do in `DeliveryDetail`.
    `failure` is how the last try went wrong, `None` where it did not or there was none.
    """

    id: str
    event_id: str
    event: str
    lead_id: str
    lead_name: str
    transaction_id: str
    campaign: str
    campaign_name: str
    postback_id: str
    level: PostbackLevel
    status: DeliveryStatus
    reason: DeliveryReason | None
    reason_text: str | None
    method: Method
    url: str
    host: str
    destination: str
    created_at: datetime
    next_attempt_at: datetime | None
    next_try: NextTry | None
    tries: int
    tries_planned: int
    attempts_made: int
    response_code: int | None
    failure: FailureKind | None


async def list_page(
    actor: Actor, wanted: DeliveryFilter, request: PageRequest
) -> Page[DeliveryRow]:
    """Return one page of deliveries, newest first; see `keyset.find_page`.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_list_page, actor, wanted, request)


async def count(actor: Actor, wanted: DeliveryFilter, *, at_most: int = COUNTED_AT_MOST) -> Count:
    """Return how many deliveries match, counted no further than `at_most`."""
    actor.require(Right.READ, limited=True)
    return await database.read(_count, actor, wanted, at_most)


async def get(actor: Actor, delivery_id: str) -> DeliveryDetail:
    """Return one delivery with its request and attempts; raises `NotFound` and `NotAllowed`."""
    actor.require(Right.READ, limited=True)
    return await database.read(_get, actor, delivery_id)


def _list_page(
    session: Session, actor: Actor, wanted: DeliveryFilter, request: PageRequest
) -> Page[DeliveryRow]:
    mask = mask_for(actor)
    found = keyset.find_page(session, delivery_search(session, wanted, actor), request)
    query = (
        select(
            col(Delivery.id),
            col(Delivery.event_id),
            col(Delivery.postback_id),
            col(Delivery.level),
            col(Delivery.status),
            col(Delivery.reason),
            col(Delivery.reason_text),
            col(Delivery.method),
            col(Delivery.url),
            col(Delivery.destination),
            col(Delivery.created_at),
            col(Delivery.resent_at),
            col(Delivery.due_at),
            col(Delivery.policy),
            col(Delivery.tries),
            col(Delivery.attempts),
            col(Delivery.response_code),
            last_failure_of(Delivery).label("failure"),
            col(Event.event_name),
            col(Event.lead_id),
            col(Event.transaction_id),
            col(Lead.first_name),
            col(Lead.last_name),
            col(Lead.email),
            col(Lead.phone),
            col(Campaign.key),
            col(Campaign.name).label("campaign_name"),
        )
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .join(Lead, col(Lead.id) == col(Event.lead_id))
        .join(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .where(col(Delivery.id).in_(found.items))
    )
    rows = {row.id: _row(row, mask) for row in session.execute(query)}
    return Page(
        [rows[delivery_id] for delivery_id in found.items if delivery_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


def _count(session: Session, actor: Actor, wanted: DeliveryFilter, at_most: int) -> Count:
    return keyset.count(session, delivery_search(session, wanted, actor), at_most=at_most)


def _row(row: Any, mask: Mask) -> DeliveryRow:
    contact = Contact(row.email, row.phone)
    return DeliveryRow(
        id=row.id,
        event_id=row.event_id,
        event=row.event_name,
        lead_id=row.lead_id,
        lead_name=lead_name(row.first_name, row.last_name, mask.email(row.email)),
        transaction_id=row.transaction_id,
        campaign=row.key,
        campaign_name=row.campaign_name,
        postback_id=row.postback_id,
        level=row.level,
        status=row.status,
        reason=row.reason,
        reason_text=None if row.reason_text is None else mask.text(row.reason_text, contact),
        method=row.method,
        url=mask.text(row.url, contact),
        host=delivery_details.host_of(row.url),
        destination=row.destination,
        created_at=row.created_at,
        next_attempt_at=delivery_details.next_attempt_at(row.status, row.due_at),
        next_try=next_try.of_row(row),
        tries=row.tries,
        tries_planned=tries_planned(row.policy, tries=row.tries, status_code=row.response_code),
        attempts_made=row.attempts,
        response_code=row.response_code,
        failure=FailureKind(row.failure) if row.failure else None,
    )


def _get(session: Session, actor: Actor, delivery_id: str) -> DeliveryDetail:
    mask = mask_for(actor)
    is_possible = is_id(delivery_id)
    detail = delivery_details.of_id(session, delivery_id) if is_possible else None
    if detail is not None and actor.is_limited:
        event = session.get_one(Event, detail.event_id)
        detail = detail if actor.reaches(event.campaign_id, event.event_type_id) else None
    if detail is None:
        raise NotFound("delivery", delivery_id)
    if mask.is_on:
        lead = session.get_one(Lead, session.get_one(Event, detail.event_id).lead_id)
        return delivery_details.seen_through(mask, detail, Contact(lead.email, lead.phone))
    return detail
