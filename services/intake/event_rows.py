"""Writes an event with everything it owes, or finds that the same fact is there already."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, func, select
from sqlmodel import Session

from models import Event
from models.words import ConversionStatus, DedupeMode, DeliveryReason, DeliveryStatus
from services.bulk import insert_new
from services.catalog.cache import Definitions
from services.catalog.rows import CampaignRow, EventTypeRow
from services.delivery import outbox
from services.delivery.outbox import NewDelivery
from services.delivery.rendering import RenderedRequest, macros_of, render_postback
from services.delivery.values import event_values, lead_values
from services.identifiers import new_id
from services.intake.contract import Duplicate, EventInput, Recorded, amount_micros
from services.intake.incoming_call import Call
from services.intake.matching import matching_postbacks

EVENT: Table = Event.__table__  # type: ignore[attr-defined]


def dedupe_key(event_type: EventTypeRow, *, lead_id: str) -> str | None:
    """Return what two firings share when the second is the same fact, `None` to allow all."""
    if event_type.dedupe is DedupeMode.ALLOW_ALL:
        return None
    return f"{event_type.id}:{lead_id}"


def write_event(
    session: Session,
    call: Call,
    *,
    event: EventInput,
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    definitions: Definitions,
) -> Recorded | Duplicate:
    """Insert the event and one delivery per matching postback, its request rendered.

    The unique dedupe key lets the database decide between two that come at once.
    """
    now = call.received_at
    key = dedupe_key(event_type, lead_id=lead.id)
    facts = event_facts(event, event_type=event_type, campaign=campaign, lead=lead, now=now)
    event_id = facts["id"]
    deliveries = owed_deliveries(
        session,
        facts,
        event_type=event_type,
        campaign=campaign,
        lead=lead,
        definitions=definitions,
    )
    row = facts | {
        "source": call.source,
        "actor_name": call.actor.name,
        "payload": call.body,
        "dedupe_key": key,
        "response_code": None,
        "deliveries": len(deliveries),
        "delivery_status": outbox.worst(delivery.request.status for delivery in deliveries),
    }
    connection = session.connection()
    if not insert_new(connection, EVENT, row, unique=("dedupe_key",)):
        return Duplicate(connection.execute(_FIRST, {"b_key": key}).scalar_one())
    outbox.enqueue(session, event_id=event_id, deliveries=deliveries, now=now)
    return Recorded(event_id, len(deliveries))


def event_facts(
    event: EventInput,
    *,
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    now: datetime,
) -> dict[str, Any]:
    """Return the columns of an event that say what happened, under a new id."""
    return {
        "id": new_id("evt"),
        "event_type_id": event_type.id,
        "event_name": event_type.name,
        "lead_id": lead.id,
        "campaign_id": campaign.id,
        "affiliate_id": lead.affiliate_id,
        "transaction_id": lead.transaction_id,
        "occurred_at": event.occurred_at or now,
        "received_at": now,
        "amount_micros": None if event.amount is None else amount_micros(event.amount),
        "amount_text": event.amount,
        "currency": event.currency,
        "order_id": event.order_id,
        "conversion_status": event.conversion_status or ConversionStatus.APPROVED,
        "is_conversion": event_type.is_conversion,
        "is_affiliate_conversion": event_type.is_affiliate_conversion,
        "is_test": False,
        "fields": {},
    }


def owed_deliveries(
    session: Session,
    facts: Mapping[str, Any],
    *,
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    definitions: Definitions,
) -> list[NewDelivery]:
    """Return one delivery per matching postback, its request rendered; writes nothing."""
    postbacks = matching_postbacks(
        definitions,
        event_type,
        campaign_id=campaign.id,
        affiliate_id=lead.affiliate_id,
    )
    if not postbacks:
        return []
    counted = any("event_count" in macros_of(postback) for postback in postbacks)
    values = lead_values(lead) | event_values(
        event_id=facts["id"],
        event_name=facts["event_name"],
        event_count=_count(session, event_type.id, lead.id) + 1 if counted else 1,
        amount=facts["amount_text"],
        currency=facts["currency"],
        order_id=facts["order_id"],
        conversion_status=facts["conversion_status"],
        occurred_at=facts["occurred_at"],
        received_at=facts["received_at"],
        fields=facts["fields"],
        campaign_key=campaign.key,
        campaign_name=campaign.name,
        is_test=False,
    )
    owed: list[NewDelivery] = []
    sent: set[tuple[str, str, str | None]] = set()
    for postback in postbacks:
        delivery_id = new_id("dlv")
        request = render_postback(postback, delivery_id=delivery_id, values=values)
        same = (request.method.value, request.url, request.body)
        if same in sent and request.status is DeliveryStatus.PENDING:
            request = _same_request(request)
        sent.add(same)
        owed.append(NewDelivery(delivery_id, postback.id, postback.level, request))
    return owed


def _same_request(request: RenderedRequest) -> RenderedRequest:
    return RenderedRequest(
        method=request.method,
        url=request.url,
        destination=request.destination,
        headers=request.headers,
        body=request.body,
        status=DeliveryStatus.SKIPPED,
        reason=DeliveryReason.SAME_REQUEST,
        reason_text="Not sent: another postback sends the very same request for this event.",
    )


def _count(session: Session, event_type_id: str, lead_id: str) -> int:
    return (
        session.connection()
        .execute(_COUNT, {"b_type": event_type_id, "b_lead": lead_id})
        .scalar_one()
    )


_FIRST = select(EVENT.c.id).where(EVENT.c.dedupe_key == bindparam("b_key"))
_COUNT = select(func.count()).where(
    EVENT.c.lead_id == bindparam("b_lead"), EVENT.c.event_type_id == bindparam("b_type")
)
