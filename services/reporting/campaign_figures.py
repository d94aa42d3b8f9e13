"""The figures beside each campaign in the list of campaigns."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from models import Campaign, Event, Lead
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.reporting.hours import last_hours

# Counting further costs more than anybody gains from it.
LEADS_COUNTED_AT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """Figures without tests; `leads` stops at 100,000, and then `has_more_leads` is true."""

    leads: int
    events_24h: int
    conversions_24h: int
    last_event_at: datetime | None
    has_more_leads: bool = False


async def figures(actor: Actor, *, clock: Clock = utc_now) -> dict[str, CampaignFigures]:
    """Return the figures of every campaign by key, archived ones included.

    Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_figures, clock())


def _figures(session: Session, now: datetime) -> dict[str, CampaignFigures]:
    window = last_hours(now, 24)
    recent = (
        select(
            col(Event.campaign_id),
            func.count(),
            func.sum(case((col(Event.is_conversion), 1), else_=0)),
        )
        .where(
            col(Event.received_at) >= window.since,
            col(Event.received_at) < window.until,
            col(Event.is_test).is_(False),
        )
        .group_by(col(Event.campaign_id))
    )
    counts = {row[0]: (row[1], row[2]) for row in session.execute(recent)}
    last_event = (
        select(col(Event.received_at))
        .where(col(Event.campaign_id) == col(Campaign.id), col(Event.is_test).is_(False))
        .order_by(col(Event.received_at).desc(), col(Event.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    found = {}
    campaigns = select(col(Campaign.id), col(Campaign.key), last_event)
    for campaign_id, key, last_event_at in session.execute(campaigns).all():
        leads = _count_leads(session, campaign_id)
        events, conversions = counts.get(campaign_id, (0, 0))
        found[key] = CampaignFigures(
            leads=min(leads, LEADS_COUNTED_AT_MOST),
            events_24h=events,
            conversions_24h=conversions,
            last_event_at=last_event_at,
            has_more_leads=leads > LEADS_COUNTED_AT_MOST,
        )
    return found


def _count_leads(session: Session, campaign_id: str) -> int:
    some = (
        select(col(Lead.created_at))
        .where(col(Lead.campaign_id) == campaign_id)
        .limit(LEADS_COUNTED_AT_MOST + 1)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())
