"""What the Trigger Event dialog offers: every event with the reason why it cannot fire, if so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, false, select
from sqlmodel import Session

from models import Event, Lead
from models.words import DedupeMode, DeliveryStatus
from services import database
from services.actor import Actor, Right
from services.any_of import any_of
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import EffectiveEvent, effective_event, why_unavailable
from services.catalog.rows import CampaignRow, CustomFieldRow, EventTypeRow
from services.clock import Clock, utc_now
from services.contacts import Contact, Mask, mask_for
from services.errors import InvalidInput, NotFound
from services.identifiers import is_id
from services.intake.contract import EventInput
from services.intake.custom_values import read_fields
from services.intake.dedupe import window_of
from services.intake.event_rows import event_facts, owed_deliveries
from services.intake.incoming_call import judge
from services.intake.matching import matching_postbacks

EVENT: Table = Event.__table__  # type: ignore[attr-defined]
LEAD: Table = Lead.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TriggerOption:
    """One event of the drop-down; `reason` is empty when it can fire.

    `fired_event_id` and `fired_at` name the firing that makes another one a duplicate. `fields`
    are the custom fields that it carries in the lead's campaign, in their order.
    """

    name: str
    description: str
    is_conversion: bool
    is_affiliate_conversion: bool
    postbacks: int
    reason: str
    fired_event_id: str | None
    fired_at: datetime | None
    fields: tuple[CustomFieldRow, ...]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One call that a firing would cause; `not_sent` says why it would be left out."""

    method: str
    url: str
    not_sent: str


async def options(actor: Actor, lead_id: str, *, clock: Clock = utc_now) -> list[TriggerOption]:
    """Return all events that are not archived, those that can fire now first; raise NotFound.

    An event that may fire once per order is offered: only its order id tells.
    """
    actor.require(Right.READ)
    return await database.read(_options, lead_id, clock())


async def what_it_sends(
    actor: Actor, lead_id: str, given: Mapping[str, object], *, clock: Clock = utc_now
) -> tuple[RequestLine, ...]:
    """Return the calls that firing this event now would cause; fires nothing.

    `given` are the fields of `EventInput`. Raises NotFound, and InvalidInput with all that is
    wrong, custom fields as `fields.<name>`.
    """
    actor.require(Right.READ)
    now = clock()
    event, refusal = judge({**given, "lead_id": lead_id}, now=now)
    problems = refusal.fields if refusal else {}
    if event is None:
        raise InvalidInput(problems)
    return await database.read(_what_it_sends, event, problems, now, mask_for(actor))


def _options(session: Session, lead_id: str, now: datetime) -> list[TriggerOption]:
    lead, campaign, definitions = _place(session, lead_id)
    found = [
        effective_event(definitions, campaign, row)
        for _, row in sorted(definitions.event_types_by_name.items())
        if row.archived_at is None
    ]
    blocking = _blocking(session, lead, [each.event_type for each in found], now)
    offered = [
        _option(
            effective,
            campaign,
            blocking.get(effective.event_type.id),
            _matching(definitions, effective.event_type, campaign, lead),
        )
        for effective in found
    ]
    return sorted(offered, key=lambda option: bool(option.reason))


def _blocking(
    session: Session, lead: Row[Any], event_types: Sequence[EventTypeRow], now: datetime
) -> dict[str, Any]:
    """Return per event type the firing that makes one of this moment a duplicate."""
    by_id = {row.id: row for row in event_types if row.dedupe in _BLOCKED_BY_AN_EARLIER}
    firings = session.connection().execute(_FIRED, {"b_lead": lead.id, "b_types": list(by_id)})
    blocking: dict[str, Any] = {}
    for firing in firings:
        event_type = by_id[firing.event_type_id]
        is_far = abs(now - firing.occurred_at) >= window_of(event_type)
        if event_type.dedupe is DedupeMode.ONCE_PER_LEAD or not is_far:
            blocking.setdefault(event_type.id, firing)
    return blocking


def _option(
    effective: EffectiveEvent, campaign: CampaignRow, first: Any, postbacks: int
) -> TriggerOption:
    event_type = effective.event_type
    reason = why_unavailable(effective, campaign)
    if not reason and first is not None:
        reason = _already_fired(event_type)
    return TriggerOption(
        name=event_type.name,
        description=event_type.description,
        is_conversion=event_type.is_conversion,
        is_affiliate_conversion=event_type.is_affiliate_conversion,
        postbacks=postbacks,
        reason=reason,
        fired_event_id=first.id if first else None,
        fired_at=first.received_at if first else None,
        fields=effective.fields,
    )


def _already_fired(event_type: EventTypeRow) -> str:
    if event_type.dedupe is DedupeMode.WINDOW:
        minutes = event_type.dedupe_window_minutes or 0
        unit = "minute" if minutes == 1 else "minutes"
        return f"Already fired for this lead; it may fire again after {minutes:,} {unit}."
    return "Already fired for this lead; Multi-Trigger is off."


def _matching(
    definitions: Definitions, event_type: EventTypeRow, campaign: CampaignRow, lead: Row[Any]
) -> int:
    return len(
        matching_postbacks(
            definitions, event_type, campaign_id=campaign.id, affiliate_id=lead.affiliate_id
        )
    )


def _what_it_sends(
    session: Session, event: EventInput, problems: Mapping[str, str], now: datetime, mask: Mask
) -> tuple[RequestLine, ...]:
    lead, campaign, definitions = _place(session, event.lead_id or "")
    defined = definitions.event_types_by_name.get(event.event)
    if defined is None:
        unknown = {"event": f"There is no event “{event.event[:64]}”."}
        raise InvalidInput({**unknown, **problems})
    effective = effective_event(definitions, campaign, defined)
    fields, wrong = read_fields(
        event.fields, effective.fields, event=event.event, campaign=campaign.key
    )
    if problems or wrong:
        raise InvalidInput({**wrong, **problems})
    owed = owed_deliveries(
        session,
        event_facts(
            event,
            fields=fields,
            event_type=effective.event_type,
            campaign=campaign,
            lead=lead,
            now=now,
        ),
        event_type=effective.event_type,
        campaign=campaign,
        lead=lead,
        definitions=definitions,
    )
    contact = Contact(lead.email, lead.phone)
    return tuple(
        RequestLine(
            delivery.request.method.value,
            mask.text(delivery.request.url, contact),
            _HELD if delivery.status is DeliveryStatus.HELD else delivery.request.reason_text or "",
        )
        for delivery in owed
    )


def _place(session: Session, lead_id: str) -> tuple[Row[Any], CampaignRow, Definitions]:
    lead = None
    if is_id(lead_id):
        lead = session.connection().execute(_LEAD, {"b_id": lead_id}).one_or_none()
    if lead is None:
        raise NotFound("lead", lead_id)
    definitions = cache.definitions(session)
    return lead, definitions.campaigns_by_id[lead.campaign_id], definitions


_HELD = "Held, not sent yet: this postback is paused."
_LEAD = select(LEAD).where(LEAD.c.id == bindparam("b_id"))
_BLOCKED_BY_AN_EARLIER = frozenset({DedupeMode.ONCE_PER_LEAD, DedupeMode.WINDOW})
_FIRED = (
    select(EVENT.c.id, EVENT.c.event_type_id, EVENT.c.received_at, EVENT.c.occurred_at)
    .where(
        EVENT.c.lead_id == bindparam("b_lead"),
        any_of(EVENT.c.event_type_id, "b_types"),
        EVENT.c.is_test == false(),
    )
    .order_by(EVENT.c.received_at, EVENT.c.id)
)
