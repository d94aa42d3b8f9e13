"""Whose the postback of the address is: an event's, a campaign's or an affiliate's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashboard import routes
from dashboard.postback_list import path_of
from dashboard.session import actor
from models.words import PostbackLevel
from services.catalog import affiliates, campaigns, event_types
from services.catalog.postbacks import Owner

LEVELS: Final[Mapping[PostbackLevel, str]] = MappingProxyType(
    {
        PostbackLevel.EVENT: "Event",
        PostbackLevel.CAMPAIGN: "Campaign",
        PostbackLevel.AFFILIATE: "Affiliate",
    }
)


def owner_of_address(*, event: str, campaign: str, affiliate: str) -> Owner:
    """Return whose postback an address is about; of its parts only one is ever there."""
    if campaign:
        return Owner(PostbackLevel.CAMPAIGN, campaign)
    if affiliate:
        return Owner(PostbackLevel.AFFILIATE, affiliate)
    return Owner(PostbackLevel.EVENT, event)


def page_of(owner: Owner) -> str:
    """Return the address where all postbacks of the owner are listed."""
    if owner.level is PostbackLevel.EVENT:
        return path_of(owner)
    return str(routes.with_query(path_of(owner), tab="postbacks"))


async def name_of(owner: Owner) -> str:
    """Return what people call the owner; raise NotFound."""
    if owner.level is PostbackLevel.CAMPAIGN:
        return (await campaigns.get(actor(), owner.key)).name
    if owner.level is PostbackLevel.AFFILIATE:
        return (await affiliates.get(actor(), owner.key)).name
    return (await event_types.get(actor(), owner.key)).name


def in_words(owner: Owner, name: str) -> str:
    """Return the level and the owner as screens show them, such as “Campaign Auto US”."""
    return f"{LEVELS[owner.level]} {name}"
