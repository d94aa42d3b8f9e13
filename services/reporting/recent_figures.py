"""The figures beside each campaign and each affiliate: its leads and its last 24 hours."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from models import Affiliate, Campaign, Event, Lead
from services.reporting.definitions import CONVERSIONS, COUNTS
from services.reporting.hours import last_hours

# Counting further costs more than anybody gains from it.
LEADS_COUNTED_AT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class RecentFigures:
    """Figures without tests; `leads` stops at 100,000, and then `has_more_leads` is true."""

    leads: int
    events_24h: int
    conversions_24h: int
    last_event_at: datetime | None
    has_more_leads: bool = False


def figures_by_key(
    session: Session,
    now: datetime,
    *,
    owner: type[Campaign] | type[Affiliate],
    of_event: Mapped[str] | Mapped[str | None],
    of_lead: Mapped[str] | Mapped[str | None],
) -> dict[str, RecentFigures]:
    """Return the figures of every `owner` by its key, archived ones included.

    `of_event` and `of_lead` are the columns that say whose an event and a lead are.
    """
    window = last_hours(now, 24)
    recent = (
        select(of_event, func.count(), CONVERSIONS)
        .where(
            of_event.is_not(None),
            col(Event.received_at) >= window.since,
            col(Event.received_at) < window.until,
            COUNTS,
        )
        .group_by(of_event)
    )
    counts = {row[0]: (row[1], row[2]) for row in session.execute(recent)}
    last_event = (
        select(col(Event.received_at))
        .where(of_event == col(owner.id), COUNTS)
        .order_by(col(Event.received_at).desc(), col(Event.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    found = {}
    owners = select(col(owner.id), col(owner.key), last_event)
    for owner_id, key, last_event_at in session.execute(owners).all():
        leads = _count_leads(session, of_lead, owner_id)
        events, conversions = counts.get(owner_id, (0, 0))
        found[key] = RecentFigures(
            leads=min(leads, LEADS_COUNTED_AT_MOST),
            events_24h=events,
            conversions_24h=conversions,
            last_event_at=last_event_at,
            has_more_leads=leads > LEADS_COUNTED_AT_MOST,
        )
    return found


def _count_leads(session: Session, of_lead: Mapped[str] | Mapped[str | None], owner_id: str) -> int:
    some = (
        select(col(Lead.created_at))
        .where(of_lead == owner_id)
        .limit(LEADS_COUNTED_AT_MOST + 1)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())
