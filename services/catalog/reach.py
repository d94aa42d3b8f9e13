"""Which definitions are the business of a key that is limited to some campaigns or events.

Whoever has no limits pays nothing here. What is asked first stays so: a campaign's key never
changes, and what exists is never deleted.
"""

from sqlmodel import Session

from services import database
from services.actor import Actor
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import effective_event, sees_here
from services.catalog.rows import EventTypeRow
from services.errors import NotFound


async def require_campaign(actor: Actor, key: str) -> None:
    """Pass when the campaign is the actor's business, or unknown; raise NotFound otherwise."""
    if actor.campaigns is not None:
        await database.read(_require_campaign, actor, key)


async def require_event(actor: Actor, name: str) -> None:
    """Pass when the event is the actor's business, or unknown; raise NotFound otherwise."""
    if actor.is_limited:
        await database.read(_require_event, actor, name)


async def require_place(actor: Actor, campaign_key: str, event_name: str) -> None:
    """Pass when an event in a campaign is the actor's business; raise NotFound otherwise."""
    if actor.is_limited:
        await database.read(_require_place, actor, campaign_key, event_name)


def event_ids(session: Session, actor: Actor) -> frozenset[str] | None:
    """Return the ids of the event types that are the actor's business; `None` is all of them."""
    if not actor.is_limited:
        return None
    known = cache.definitions(session)
    return frozenset(
        row.id for row in known.event_types_by_id.values() if sees_event(actor, known, row)
    )


def sees_event(actor: Actor, known: Definitions, event_type: EventTypeRow) -> bool:
    """Tell whether an event is the actor's business in any of his campaigns."""
    if not actor.reaches_event(event_type.id):
        return False
    if actor.campaigns is None:
        return True
    found = (known.campaigns_by_id.get(each) for each in actor.campaigns)
    return any(
        sees_here(actor, effective_event(known, campaign, event_type))
        for campaign in found
        if campaign is not None
    )


def _require_campaign(session: Session, actor: Actor, key: str) -> None:
    campaign = cache.definitions(session).campaigns_by_key.get(key)
    if campaign is not None and not actor.reaches_campaign(campaign.id):
        raise NotFound("campaign", key)


def _require_event(session: Session, actor: Actor, name: str) -> None:
    known = cache.definitions(session)
    event_type = known.event_types_by_name.get(name)
    if event_type is not None and not sees_event(actor, known, event_type):
        raise NotFound("event", name)


def _require_place(session: Session, actor: Actor, campaign_key: str, event_name: str) -> None:
    _require_campaign(session, actor, campaign_key)
    known = cache.definitions(session)
    campaign = known.campaigns_by_key.get(campaign_key)
    event_type = known.event_types_by_name.get(event_name)
    if campaign is None or event_type is None:
        return  # the service itself says so
    if not sees_here(actor, effective_event(known, campaign, event_type)):
        raise NotFound("event", event_name)
