"""The figures beside each affiliate in the list of affiliates."""

from datetime import datetime

from sqlmodel import Session, col

from models import Affiliate, Event, Lead
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.reporting.recent_figures import RecentFigures, figures_by_key


async def figures(actor: Actor, *, clock: Clock = utc_now) -> dict[str, RecentFigures]:
    """Return the figures of every affiliate by key, archived ones included.

    An event belongs to the affiliate that its lead had when it fired. Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_figures, clock())


def _figures(session: Session, now: datetime) -> dict[str, RecentFigures]:
    return figures_by_key(
        session,
        now,
        owner=Affiliate,
        of_event=col(Event.affiliate_id),
        of_lead=col(Lead.affiliate_id),
    )
