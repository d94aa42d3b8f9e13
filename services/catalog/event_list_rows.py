"""Event lists as rows, with the events in them and the campaigns that use them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Campaign, EventList, EventListCampaign, EventListMember, EventType


@dataclass(frozen=True, slots=True)
class EventListRow:
    """A list with the names of its events and the keys of the campaigns that use it, sorted."""

    id: str
    name: str
    events: tuple[str, ...]
    campaigns: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


def row_of(session: Session, stored: EventList) -> EventListRow:
    """Return the row of one list."""
    return rows_of(session, [stored])[0]


def rows_of(session: Session, lists: Sequence[EventList]) -> list[EventListRow]:
    """Return their rows in the same order, with two statements for all of them."""
    ids = [stored.id for stored in lists]
    events = select(col(EventListMember.event_list_id), col(EventType.name)).join(
        EventType, col(EventType.id) == col(EventListMember.event_type_id)
    )
    campaigns = select(col(EventListCampaign.event_list_id), col(Campaign.key)).join(
        Campaign, col(Campaign.id) == col(EventListCampaign.campaign_id)
    )
    names: dict[str, list[str]] = {list_id: [] for list_id in ids}
    keys: dict[str, list[str]] = {list_id: [] for list_id in ids}
    for list_id, name in session.execute(events.where(col(EventListMember.event_list_id).in_(ids))):
        names[list_id].append(name)
    for list_id, key in session.execute(
        campaigns.where(col(EventListCampaign.event_list_id).in_(ids))
    ):
        keys[list_id].append(key)
    return [
        EventListRow(
            id=stored.id,
            name=stored.name,
            events=tuple(sorted(names[stored.id])),
            campaigns=tuple(sorted(keys[stored.id])),
            version=stored.version,
            created_at=stored.created_at,
            updated_at=stored.updated_at,
            archived_at=stored.archived_at,
        )
        for stored in lists
    ]
