"""What people call a postback, which has no name: whose it is, and where it goes."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Affiliate, Campaign, EventType, Postback
from services import database
from services.actor import Actor, Right
from services.reporting.delivery_details import host_of

NAMES_AT_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class PostbackName:
    """One postback; `owner` is the name of its event, its campaign or its affiliate."""

    id: str
    owner: str
    host: str
    is_archived: bool


async def list_names(actor: Actor) -> list[PostbackName]:
    """Return the postbacks, archived ones too, by owner and host, at most 1,000.

    Raises `NotAllowed`.
    """
    actor.require(Right.READ)
    return await database.read(_list_names)


def _list_names(session: Session) -> list[PostbackName]:
    query = (
        select(
            col(Postback.id),
            func.coalesce(EventType.name, Campaign.name, Affiliate.name, "").label("owner"),
            col(Postback.url),
            col(Postback.archived_at),
        )
        .join_from(
            Postback, EventType, col(EventType.id) == col(Postback.event_type_id), isouter=True
        )
        .join(Campaign, col(Campaign.id) == col(Postback.campaign_id), isouter=True)
        .join(Affiliate, col(Affiliate.id) == col(Postback.affiliate_id), isouter=True)
        .order_by(col(Postback.created_at).desc())
        .limit(NAMES_AT_MOST)
    )
    found = [
        PostbackName(row.id, row.owner, host_of(row.url), row.archived_at is not None)
        for row in session.execute(query)
    ]
    return sorted(found, key=lambda name: (name.is_archived, name.owner, name.host))
