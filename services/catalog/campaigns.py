"""Campaigns: what leads are captured for."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import field_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import Campaign
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.listing import page_by_text
from services.catalog.rows import CampaignRow, campaign_row
from services.catalog.slugs import slug
from services.catalog.versions import change, check_version
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import new_id
from services.paging import Page, PageRequest
from services.validation import InputModel, Text, validate

__all__ = [
    "KEY_PATTERN",
    "CampaignInput",
    "CampaignRow",
    "archive",
    "create",
    "get",
    "list_page",
    "restore",
    "suggest_key",
    "update",
]

KEY_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)

_KIND = "campaign"


class CampaignInput(InputModel):
    """What a campaign consists of."""

    missing: ClassVar[Mapping[str, str]] = {"key": "Give a key.", "name": "Give a name."}

    key: str
    name: Annotated[str, Text(120, empty="Give a name.")]

    @field_validator("key")
    @classmethod
    def _fits(cls, key: str) -> str:
        if not key:
            raise ValueError("Give a key.")
        if not KEY_PATTERN.fullmatch(key):
            hint = suggest_key(key)
            raise ValueError(
                "Use 1 to 64 lower-case letters, digits, hyphens and underscores, beginning with "
                "a letter or a digit" + (f": “{hint}”." if hint else ".")
            )
        return key


def suggest_key(text: str) -> str:
    """Return a key that fits, made from what was typed; empty when nothing is left of it."""
    return slug(text, separator="-")


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> CampaignRow:
    """Create a campaign; raise InvalidInput per field, and Conflict for a taken key."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_create, validate(CampaignInput, data), clock())


async def get(actor: Actor, key: str) -> CampaignRow:
    """Return a campaign, archived or not; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(lambda session: campaign_row(_find(session, key)))


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[CampaignRow]:
    """Return campaigns by key; `archived` None means both, `q` is a part of key or name."""
    actor.require(Right.READ)
    return await database.read(_list_page, request, archived, q.strip().casefold())


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
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_update, key, changes, if_match, clock())


async def archive(actor: Actor, key: str, *, clock: Clock = utc_now) -> CampaignRow:
    """Hide a campaign and keep its history; one that is archived already stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_set_archived, key, clock(), is_archived=True)


async def restore(actor: Actor, key: str, *, clock: Clock = utc_now) -> CampaignRow:
    """Bring an archived campaign back; one that is not archived stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_set_archived, key, clock(), is_archived=False)


def _find(session: Session, key: str, *, for_change: bool = False) -> Campaign:
    campaign = None
    if KEY_PATTERN.fullmatch(key):
        query = select(Campaign).where(col(Campaign.key) == key)
        campaign = session.scalar(query.with_for_update(key_share=True) if for_change else query)
    if campaign is None:
        raise NotFound(_KIND, key)
    return campaign


def _create(session: Session, data: CampaignInput, now: datetime) -> CampaignRow:
    campaign = Campaign(
        id=new_id("cmp"), key=data.key, name=data.name, created_at=now, updated_at=now
    )
    session.add(campaign)
    try:
        cache.touch(session)
    except IntegrityError:
        message = f"A campaign with the key “{data.key}” exists already; it may be archived."
        raise Conflict(message, code="key_taken", fields={"key": message}) from None
    return campaign_row(campaign)


def _list_page(
    session: Session, request: PageRequest, archived: bool | None, q: str
) -> Page[CampaignRow]:
    query = select(Campaign)
    if archived is not None:
        archived_at = col(Campaign.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    return page_by_text(
        session,
        query,
        column=col(Campaign.key),
        text_of=lambda row: row.key,
        row_of=campaign_row,
        request=request,
        matches=lambda row: q in row.key or q in row.name.casefold(),
    )


def _update(
    session: Session,
    key: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> CampaignRow:
    campaign = _find(session, key, for_change=True)
    check_version(campaign, _KIND, if_match=if_match)
    data = validate(CampaignInput, {"key": campaign.key, "name": campaign.name, **changes})
    if data.key != campaign.key:
        raise InvalidInput({"key": "A key never changes, because outside programs use it."})
    change(session, campaign, {"name": data.name}, kind=_KIND, now=now)
    return campaign_row(campaign)


def _set_archived(session: Session, key: str, now: datetime, *, is_archived: bool) -> CampaignRow:
    campaign = _find(session, key, for_change=True)
    if (campaign.archived_at is not None) != is_archived:
        values = {"archived_at": now if is_archived else None}
        change(session, campaign, values, kind=_KIND, now=now)
    return campaign_row(campaign)
