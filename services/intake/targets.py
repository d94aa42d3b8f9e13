"""Whom a call means: its event, its lead and the lead's campaign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, bindparam, select
from sqlmodel import Session

from models import Lead
from models.words import Verdict
from services.actor import SYSTEM, Actor
from services.bulk import fetch_few
from services.catalog.cache import Definitions
from services.catalog.effective_events import EffectiveEvent, effective_event, why_unavailable
from services.catalog.rows import CampaignRow, EventTypeRow
from services.delivery.values import LEAD_COLUMNS
from services.intake.contract import EventInput, Refused

LEAD: Table = Lead.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Target:
    """The lead, and the event as it holds in the lead's campaign."""

    lead: Any
    campaign: CampaignRow
    effective: EffectiveEvent


def find_target(
    session: Session, event: EventInput, definitions: Definitions, actor: Actor = SYSTEM
) -> Target | Refused:
    """Return whom this event means, available or not; or why nobody can tell.

    What is not a limited key's business is unknown to it. Without an actor nothing is: imports are
    closed to such keys.
    """
    event_type = definitions.event_types_by_name.get(event.event)
    if event_type is None or not actor.reaches_event(event_type.id):
        return _unknown_event(event.event, definitions.event_types_by_name, actor)
    campaign: CampaignRow | None = None
    if event.campaign is not None:
        campaign = definitions.campaigns_by_key.get(event.campaign)
        if campaign is None or not actor.reaches_campaign(campaign.id):
            text = f"There is no campaign “{event.campaign[:64]}”."
            return Refused(Verdict.INVALID_FIELD, text, {"campaign": text})
    lead = _find_lead(session, event, campaign, actor.campaigns)
    if isinstance(lead, Refused):
        return lead
    campaign = definitions.campaigns_by_id[lead.campaign_id]
    return Target(lead, campaign, effective_event(definitions, campaign, event_type))


def refuse_unavailable(target: Target) -> Refused | None:
    """Return the refusal of an event that is not in force in the lead's campaign."""
    reason = why_unavailable(target.effective, target.campaign)
    return Refused(Verdict.EVENT_NOT_AVAILABLE, reason, {"event": reason}) if reason else None


def _unknown_event(name: str, known: Mapping[str, EventTypeRow], actor: Actor) -> Refused:
    text = f"There is no event “{name[:64]}”."
    meant = known.get(name.lower())
    if meant is not None and meant.name != name and actor.reaches_event(meant.id):
        text += f" Did you mean “{name.lower()}”? Names are in lower case."
    return Refused(Verdict.UNKNOWN_EVENT, text, {"event": text})


def _find_lead(
    session: Session,
    event: EventInput,
    campaign: CampaignRow | None,
    within: frozenset[str] | None,
) -> Any:
    """Return the one row, or why there is none: `Refused`."""
    connection = session.connection()
    if event.lead_id is not None:
        found = fetch_few(connection, _LEAD_BY_ID, {"b_id": event.lead_id})
        rows = [row for row in found if within is None or row.campaign_id in within]
        name, value = "lead_id", event.lead_id
    else:
        parameters = {"b_transaction": event.transaction_id}
        if campaign is None and within is not None:
            rows = list(connection.execute(_leads_within(within), parameters))
        elif campaign is None:
            rows = fetch_few(connection, _LEADS, parameters)
        else:
            parameters["b_campaign"] = campaign.id
            rows = fetch_few(connection, _LEAD_IN_CAMPAIGN, parameters)
        name, value = "transaction_id", event.transaction_id or ""
    if len(rows) > 1:
        text = (
            f"The transaction id “{value[:64]}” stands in several campaigns. Name the campaign too."
        )
        return Refused(Verdict.AMBIGUOUS_LEAD, text, {"campaign": text})
    if not rows:
        where = f" in the campaign “{campaign.key}”" if campaign else ""
        text = f"There is no lead with {name} “{value[:64]}”{where}."
        return Refused(Verdict.UNKNOWN_LEAD, text, {name: text})
    lead = rows[0]
    if event.lead_id is not None:
        if campaign is not None and lead.campaign_id != campaign.id:
            text = f"The lead {value[:64]} belongs to another campaign."
            return Refused(Verdict.UNKNOWN_LEAD, text, {"campaign": text})
        if event.transaction_id not in {None, lead.transaction_id}:
            text = f"The lead {value[:64]} has another transaction id."
            return Refused(Verdict.UNKNOWN_LEAD, text, {"transaction_id": text})
    return lead


def _leads_within(campaigns: frozenset[str]) -> Select[Any]:
    return _LEADS.where(LEAD.c.campaign_id.in_(sorted(campaigns)))


# What an event takes over, what macros tell, and what says whom it is about.
_COLUMNS = [LEAD.c[name] for name in (*LEAD_COLUMNS, "campaign_id", "affiliate_id", "erased_at")]
_LEAD_BY_ID = select(*_COLUMNS).where(LEAD.c.id == bindparam("b_id"))
_LEADS = select(*_COLUMNS).where(LEAD.c.transaction_id == bindparam("b_transaction")).limit(2)
_LEAD_IN_CAMPAIGN = select(*_COLUMNS).where(
    LEAD.c.campaign_id == bindparam("b_campaign"),
    LEAD.c.transaction_id == bindparam("b_transaction"),
)
