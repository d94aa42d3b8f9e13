"""Where one event is in force: the campaigns, and the event lists that hold it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import EventList, EventListCampaign, EventListMember
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.effective_events import EffectiveEvent, effective_event
from services.errors import NotFound


@dataclass(frozen=True, slots=True)
class EventPlace:
    """A campaign that is not archived, and how the event stands there."""

    campaign: str
    campaign_name: str
    event: EffectiveEvent


@dataclass(frozen=True, slots=True)
class ListUse:
    """An event list that is not archived and holds the event; `campaigns` is how many use it."""

    id: str
    name: str
    campaigns: int


@dataclass(frozen=True, slots=True)
class EventPlaces:
    """Every campaign by its key, also those without the event, and every list by its name."""

    campaigns: tuple[EventPlace, ...]
    lists: tuple[ListUse, ...]


async def places(actor: Actor, name: str) -> EventPlaces:
    """Return how an event stands in each campaign, and which lists hold it; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(_places, name)


def _places(session: Session, name: str) -> EventPlaces:
    definitions = cache.definitions(session)
    event_type = definitions.event_types_by_name.get(name)
    if event_type is None:
        raise NotFound("event", name)
    campaigns = [row for row in definitions.campaigns_by_key.values() if row.archived_at is None]
    return EventPlaces(
        campaigns=tuple(
            EventPlace(row.key, row.name, effective_event(definitions, row, event_type))
            for row in sorted(campaigns, key=lambda row: row.key)
        ),
        lists=_lists(session, event_type.id),
    )


def _lists(session: Session, event_type_id: str) -> tuple[ListUse, ...]:
    used = (
        select(func.count())
        .select_from(EventListCampaign)
        .where(col(EventListCampaign.event_list_id) == col(EventList.id))
        .scalar_subquery()
    )
    query = (
        select(col(EventList.id), col(EventList.name), used)
        .join(EventListMember, col(EventListMember.event_list_id) == col(EventList.id))
        .where(
            col(EventListMember.event_type_id) == event_type_id,
            col(EventList.archived_at).is_(None),
        )
        .order_by(col(EventList.name))
    )
    return tuple(ListUse(*row) for row in session.execute(query))
