"""Campaigns: what leads are captured for."""

from collections.abc import Mapping
from typing import Final

from models import Campaign
from services.actor import Actor
from services.catalog.keyed import KEY_PATTERN, Keyed, KeyedInput, suggest_key
from services.catalog.rows import CampaignRow, campaign_row
from services.clock import Clock, utc_now
from services.paging import Page, PageRequest

__all__ = [
    "KEY_PATTERN",
    "CampaignInput",
    "CampaignRow",
    "archive",
    "create",
    "find",
    "get",
    "list_page",
    "restore",
    "suggest_key",
    "update",
]

CampaignInput = KeyedInput

_RULES: Final = Keyed(
    Campaign,
    word="campaign",
    article="A",
    prefix="cmp",
    row_of=campaign_row,
    within=lambda actor: actor.campaigns,
)

find = _RULES.find


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> CampaignRow:
    """Create a campaign; raise InvalidInput per field, and Conflict for a taken key."""
    return await _RULES.create(actor, data, clock())


async def get(actor: Actor, key: str) -> CampaignRow:
    """Return a campaign, archived or not; raise NotFound."""
    return await _RULES.get(actor, key)


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[CampaignRow]:
    """Return campaigns by key; `archived` None means both, `q` is a part of key or name."""
    return await _RULES.list_page(actor, request, archived=archived, q=q)


async def update(
    actor: Actor,
    key: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> CampaignRow:
    """Change the given fields; the key never changes, since outside programs use it.

    Raises NotFound, InvalidInput, and StaleVersion when `if_match` is not the current version.
    """
    return await _RULES.update(actor, key, changes, if_match, clock())


async def archive(
    actor: Actor, key: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> CampaignRow:
    """Hide a campaign and keep its history; its leads fire nothing until it is restored."""
    return await _RULES.set_archived(actor, key, if_match, clock(), is_archived=True)


async def restore(
    actor: Actor, key: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> CampaignRow:
    """Bring an archived campaign back; one that is not archived stays as it is."""
    return await _RULES.set_archived(actor, key, if_match, clock(), is_archived=False)
