"""Writes an event with everything it owes, or finds that the same fact is there already."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, false, func, select, tuple_
from sqlmodel import Session

from models import Event
from models.words import ConversionStatus, DeliveryReason, DeliveryStatus, PostbackLevel
from services.bulk import insert_new
from services.catalog.cache import Definitions
from services.catalog.rows import CampaignRow, EventTypeRow
from services.delivery import outbox
from services.delivery.outbox import NewDelivery
from services.delivery.rendering import RenderedRequest, macros_of, render_postback
from services.delivery.values import event_values, lead_values
from services.identifiers import new_id
from services.intake.contract import Duplicate, EventInput, Recorded, amount_micros
from services.intake.dedupe import dedupe_key, find_by_key, find_first
from services.intake.incoming_call import Call
from services.intake.matching import matching_postbacks

EVENT: Table = Event.__table__  # type: ignore[attr-defined]


def write_event(
    session: Session,
    call: Call,
    *,
    event: EventInput,
    fields: Mapping[str, Any],
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    definitions: Definitions,
) -> Recorded | Duplicate:
    """Insert the event and one delivery per matching postback, its request rendered.

    `fields` are the custom values as they are kept, `event_type` is the event as it holds in the
    campaign. The unique dedupe key lets the database decide between two that come at once. A test
    is no repeat of anything and owes nothing; nor does what is imported without postbacks.
    """
    now = call.received_at
    facts = event_facts(
        event,
        fields=fields,
        event_type=event_type,
        campaign=campaign,
        lead=lead,
        now=now,
        is_test=call.is_test,
    )
    event_id = facts["id"]
    key: str | None = None
    deliveries: list[NewDelivery] = []
    if not call.is_test:
        first = find_first(
            session,
            event_type,
            lead_id=lead.id,
            order_id=event.order_id,
            occurred_at=facts["occurred_at"],
        )
        if first is not None:
            return Duplicate(first)
        key = dedupe_key(event_type, lead_id=lead.id, order_id=event.order_id)
        if call.sends:
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
        "delivery_status": outbox.worst(delivery.status for delivery in deliveries),
        "import_id": call.import_id,
    }
    if not insert_new(session.connection(), EVENT, row, unique=("dedupe_key",)):
        return Duplicate(find_by_key(session, key or ""))
    outbox.enqueue(session, event_id=event_id, deliveries=deliveries, now=now)
    return Recorded(event_id, len(deliveries), is_test=call.is_test)


def event_facts(
    event: EventInput,
    *,
    fields: Mapping[str, Any],
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    now: datetime,
    is_test: bool = False,
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
        "is_test": is_test,
        "fields": dict(fields),
    }


def owed_deliveries(
    session: Session,
    facts: Mapping[str, Any],
    *,
    event_type: EventTypeRow,
    campaign: CampaignRow,
    lead: Row[Any],
    definitions: Definitions,
    changed_to: ConversionStatus | None = None,
) -> list[NewDelivery]:
    """Return one delivery per matching postback, its request rendered; writes nothing.

    With `changed_to` those of a stored event whose conversion status becomes this one.
    """
    postbacks = matching_postbacks(
        definitions,
        event_type,
        campaign_id=campaign.id,
        affiliate_id=facts["affiliate_id"],
        changed_to=changed_to,
    )
    if not postbacks:
        return []
    affiliate = definitions.affiliates_by_id.get(facts["affiliate_id"])
    counted = any("event_count" in macros_of(postback) for postback in postbacks)
    values = lead_values(lead) | event_values(
        event_id=facts["id"],
        event_name=facts["event_name"],
        event_count=_count(session, facts, is_stored=changed_to is not None) if counted else 1,
        amount=facts["amount_text"],
        currency=facts["currency"],
        order_id=facts["order_id"],
        conversion_status=changed_to or facts["conversion_status"],
        occurred_at=facts["occurred_at"],
        received_at=facts["received_at"],
        fields=facts["fields"],
        campaign_key=campaign.key,
        campaign_name=campaign.name,
        affiliate_key=affiliate.key if affiliate else None,
        affiliate_name=affiliate.name if affiliate else None,
        is_test=False,
    )
    owed: list[NewDelivery] = []
    # The narrowest level comes first, so of equal requests that is the one that is sent.
    senders: dict[tuple[str, str, str | None, str], PostbackLevel] = {}
    for postback in postbacks:
        delivery_id = new_id("dlv")
        request = render_postback(postback, delivery_id=delivery_id, values=values)
        if request.status is DeliveryStatus.PENDING:
            # What is frozen is without its signatures: two that differ in them only are not equal.
            same = (request.method.value, request.url, request.body, repr(request.sig_at))
            if same in senders:
                request = _same_request(request, sender=senders[same], level=postback.level)
            else:
                senders[same] = postback.level
        owed.append(
            NewDelivery(
                delivery_id,
                postback.id,
                postback.level,
                request,
                changed_to,
                policy=postback.policy,
                is_paused=postback.is_paused,
            )
        )
    return owed


def _same_request(
    request: RenderedRequest, *, sender: PostbackLevel, level: PostbackLevel
) -> RenderedRequest:
    whose = f"another postback of the {level}" if sender is level else f"a postback of the {sender}"
    return replace(
        request,
        status=DeliveryStatus.SKIPPED,
        reason=DeliveryReason.SAME_REQUEST,
        reason_text=f"Not sent: {whose} sends the very same request for this event.",
    )


def _count(session: Session, facts: Mapping[str, Any], *, is_stored: bool) -> int:
    """Return the how-manieth firing for its lead an event is, tests left out."""
    connection = session.connection()
    values = {"b_type": facts["event_type_id"], "b_lead": facts["lead_id"]}
    if not is_stored:
        return int(connection.execute(_COUNT, values).scalar_one()) + 1
    values |= {"b_at": facts["received_at"], "b_id": facts["id"]}
    return int(connection.execute(_COUNT_UNTIL, values).scalar_one())


_COUNT = select(func.count()).where(
    EVENT.c.lead_id == bindparam("b_lead"),
    EVENT.c.event_type_id == bindparam("b_type"),
    EVENT.c.is_test == false(),
)
_COUNT_UNTIL = _COUNT.where(
    tuple_(EVENT.c.received_at, EVENT.c.id)
    <= tuple_(bindparam("b_at", type_=EVENT.c.received_at.type), bindparam("b_id"))
)
