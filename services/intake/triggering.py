"""What the Trigger Event dialog offers: every event with the reason why it cannot fire, if so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlmodel import Session

from models import Event, Lead
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import EffectiveEvent, effective_event, why_unavailable
from services.catalog.rows import CampaignRow, CustomFieldRow, EventTypeRow
from services.clock import Clock, utc_now
from services.errors import InvalidInput, NotFound
from services.identifiers import is_id
from services.intake.contract import EventInput
from services.intake.event_rows import dedupe_key, event_facts, owed_deliveries
from services.intake.matching import matching_postbacks
from services.validation import validate

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


async def options(actor: Actor, lead_id: str) -> list[TriggerOption]:
    """Return all events that are not archived, those that can fire first; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(_options, lead_id)


async def what_it_sends(
    actor: Actor, lead_id: str, given: Mapping[str, object], *, clock: Clock = utc_now
) -> tuple[RequestLine, ...]:
    """Return the calls that firing this event now would cause; fires nothing.

    `given` are the fields of `EventInput`. Raises NotFound and InvalidInput.
    """
    actor.require(Right.READ)
    event = validate(EventInput, {**given, "lead_id": lead_id})
    return await database.read(_what_it_sends, event, clock())


def _options(session: Session, lead_id: str) -> list[TriggerOption]:
    lead, campaign, definitions = _place(session, lead_id)
    live = [row for row in definitions.event_types_by_name.values() if row.archived_at is None]
    keys = {key: row for row in live if (key := dedupe_key(row, lead_id=lead.id)) is not None}
    fired = {
        keys[row.dedupe_key].id: row
        for row in session.connection().execute(_FIRED, {"keys": list(keys)})
    }
    found = [
        _option(
            effective_event(definitions, campaign, row),
            campaign,
            fired.get(row.id),
            _matching(definitions, row, campaign, lead),
        )
        for row in sorted(live, key=lambda row: row.name)
    ]
    return sorted(found, key=lambda option: bool(option.reason))


def _option(
    effective: EffectiveEvent, campaign: CampaignRow, first: Any, postbacks: int
) -> TriggerOption:
    event_type = effective.event_type
    reason = why_unavailable(effective, campaign)
    if not reason and first is not None:
        reason = "Already fired for this lead; Multi-Trigger is off."
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


def _matching(
    definitions: Definitions, event_type: EventTypeRow, campaign: CampaignRow, lead: Row[Any]
) -> int:
    return len(
        matching_postbacks(
            definitions, event_type, campaign_id=campaign.id, affiliate_id=lead.affiliate_id
        )
    )


def _what_it_sends(session: Session, event: EventInput, now: datetime) -> tuple[RequestLine, ...]:
    lead, campaign, definitions = _place(session, event.lead_id or "")
    event_type = definitions.event_types_by_name.get(event.event)
    if event_type is None:
        raise InvalidInput({"event": f"There is no event “{event.event[:64]}”."})
    owed = owed_deliveries(
        session,
        event_facts(event, event_type=event_type, campaign=campaign, lead=lead, now=now),
        event_type=event_type,
        campaign=campaign,
        lead=lead,
        definitions=definitions,
    )
    return tuple(
        RequestLine(
            delivery.request.method.value,
            delivery.request.url,
            delivery.request.reason_text or "",
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


_LEAD = select(LEAD).where(LEAD.c.id == bindparam("b_id"))
_FIRED = select(EVENT.c.id, EVENT.c.dedupe_key, EVENT.c.received_at).where(
    EVENT.c.dedupe_key.in_(bindparam("keys", expanding=True))
)
