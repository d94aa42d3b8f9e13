"""Affiliates: the traffic sources that bring leads."""

from collections.abc import Mapping
from typing import Final

from models import Affiliate
from services.actor import Actor
from services.catalog.keyed import KEY_PATTERN, Keyed, KeyedInput, suggest_key
from services.catalog.rows import AffiliateRow, affiliate_row
from services.clock import Clock, utc_now
from services.paging import Page, PageRequest

__all__ = [
    "KEY_PATTERN",
    "AffiliateInput",
    "AffiliateRow",
    "archive",
    "create",
    "find",
    "get",
    "list_page",
    "restore",
    "suggest_key",
    "update",
]

AffiliateInput = KeyedInput

_RULES: Final = Keyed(Affiliate, word="affiliate", article="An", prefix="aff", row_of=affiliate_row)

find = _RULES.find


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> AffiliateRow:
    """Create an affiliate; raise InvalidInput per field, and Conflict for a taken key."""
    return await _RULES.create(actor, data, clock())


async def get(actor: Actor, key: str) -> AffiliateRow:
    """Return an affiliate, archived or not; raise NotFound."""
    return await _RULES.get(actor, key)


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[AffiliateRow]:
    """Return affiliates by key; `archived` None means both, `q` is a part of key or name."""
    return await _RULES.list_page(actor, request, archived=archived, q=q)


async def update(
    actor: Actor,
    key: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> AffiliateRow:
    """Change the given fields; the key never changes, since outside programs use it.

    Raises NotFound, InvalidInput, and StaleVersion when `if_match` is not the current version.
    """
    return await _RULES.update(actor, key, changes, if_match, clock())


async def archive(
    actor: Actor, key: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> AffiliateRow:
    """Hide an affiliate and keep its history; its own postbacks stop until it is restored."""
    return await _RULES.set_archived(actor, key, if_match, clock(), is_archived=True)


async def restore(
    actor: Actor, key: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> AffiliateRow:
    """Bring an archived affiliate back; one that is not archived stays as it is."""
    return await _RULES.set_archived(actor, key, if_match, clock(), is_archived=False)
