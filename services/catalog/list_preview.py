"""What a change of an event list would mean: which campaigns gain or lose which events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlmodel import Session

from models import EventList
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import is_in_force
from services.catalog.list_contents import (
    NOTHING,
    Contents,
    changed_contents,
    stored_contents,
)
from services.catalog.rows import ListInForce
from services.errors import NotFound
from services.identifiers import is_id

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """The events that come into force in a campaign, and those that go out of it."""

    campaign: str
    campaign_name: str
    gains: tuple[str, ...]
    loses: tuple[str, ...]


async def preview(
    actor: Actor,
    list_id: str | None,
    *,
    events: Sequence[str] | None = None,
    campaigns: Sequence[str] | None = None,
) -> list[CampaignChange]:
    """Return the campaigns, by key, in which anything would change; changes nothing.

    `None` for the id means a new list, `None` for events or campaigns those that are stored.
    Archived campaigns and events are left out; an archived list changes nothing anywhere. Raises
    NotFound, and InvalidInput for events and campaigns that saving would refuse.
    """
    actor.require(Right.READ)
    return await database.read(_preview, list_id, events, campaigns)


def _preview(
    session: Session,
    list_id: str | None,
    events: Sequence[str] | None,
    campaigns: Sequence[str] | None,
) -> list[CampaignChange]:
    now = cache.definitions(session)
    stored = session.get(EventList, list_id) if list_id and is_id(list_id) else None
    if list_id is not None and stored is None:
        raise NotFound("event list", list_id)
    # An archived list has no effect, whatever is ticked.
    if stored is not None and stored.archived_at is not None:
        return []
    # From the tables: the definitions know nothing of a list that no campaign uses.
    before = stored_contents(session, stored) if stored else NOTHING
    after = changed_contents(now, before, events=events, campaigns=campaigns)
    then = _with_list(now, list_id or "", after)
    found = []
    for campaign_id in before.campaign_ids | after.campaign_ids:
        campaign = now.campaigns_by_id[campaign_id]
        if campaign.archived_at is not None:
            continue
        gains: list[str] = []
        loses: list[str] = []
        given = before.event_type_ids if campaign_id in before.campaign_ids else _NONE
        to_give = after.event_type_ids if campaign_id in after.campaign_ids else _NONE
        for event_type_id in given ^ to_give:
            event_type = now.event_types_by_id[event_type_id]
            if event_type.archived_at is not None:
                continue
            was = is_in_force(now, campaign, event_type)
            will = is_in_force(then, campaign, event_type)
            if was != will:
                (gains if will else loses).append(event_type.name)
        if gains or loses:
            found.append(
                CampaignChange(
                    campaign.key, campaign.name, tuple(sorted(gains)), tuple(sorted(loses))
                )
            )
    return sorted(found, key=lambda each: each.campaign)


def _with_list(definitions: Definitions, list_id: str, contents: Contents) -> Definitions:
    changed = ListInForce(list_id, "", contents.event_type_ids, contents.campaign_ids)
    kept = {
        campaign_id: tuple(each for each in lists if each.id != list_id)
        for campaign_id, lists in definitions.lists_by_campaign_id.items()
    }
    for campaign_id in changed.campaign_ids:
        kept[campaign_id] = (*kept.get(campaign_id, ()), changed)
    return replace(definitions, lists_by_campaign_id=MappingProxyType(kept))
