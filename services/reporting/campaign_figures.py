"""The figures beside each campaign in the list of campaigns."""

from datetime import datetime

from sqlmodel import Session, col

from models import Campaign, Event, Lead
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.reporting.recent_figures import RecentFigures, figures_by_key


async def figures(actor: Actor, *, clock: Clock = utc_now) -> dict[str, RecentFigures]:
    """Return the figures of every campaign by key, archived ones included.

    Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_figures, clock())


def _figures(session: Session, now: datetime) -> dict[str, RecentFigures]:
    return figures_by_key(
        session,
        now,
        owner=Campaign,
        of_event=col(Event.campaign_id),
        of_lead=col(Lead.campaign_id),
    )
