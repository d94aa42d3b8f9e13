"""Definitions as the rest of the product sees them: frozen, typed, without a session."""

from dataclasses import dataclass
from datetime import datetime

from models import Campaign, EventType, Postback
from models.words import DedupeMode, Method, PostbackLevel


@dataclass(frozen=True, slots=True)
class EventTypeRow:
    """The definition of an event; `multi_trigger` says the same as `dedupe`, in one word less."""

    id: str
    name: str
    description: str
    is_conversion: bool
    is_affiliate_conversion: bool
    multi_trigger: bool
    dedupe: DedupeMode
    available_everywhere: bool
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """What leads are captured for."""

    id: str
    key: str
    name: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostbackTemplate:
    """What rendering needs of a postback. Secrets are looked up only when it is sent."""

    id: str
    level: PostbackLevel
    event_type_id: str | None
    campaign_id: str | None
    method: Method
    url: str
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    enabled: bool


def event_type_row(event_type: EventType) -> EventTypeRow:
    """Return the row of a stored event type."""
    return EventTypeRow(
        id=event_type.id,
        name=event_type.name,
        description=event_type.description,
        is_conversion=event_type.is_conversion,
        is_affiliate_conversion=event_type.is_affiliate_conversion,
        multi_trigger=event_type.dedupe is DedupeMode.ALLOW_ALL,
        dedupe=event_type.dedupe,
        available_everywhere=event_type.available_everywhere,
        version=event_type.version,
        created_at=event_type.created_at,
        updated_at=event_type.updated_at,
        archived_at=event_type.archived_at,
    )


def campaign_row(campaign: Campaign) -> CampaignRow:
    """Return the row of a stored campaign."""
    return CampaignRow(
        id=campaign.id,
        key=campaign.key,
        name=campaign.name,
        version=campaign.version,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
        archived_at=campaign.archived_at,
    )


def postback_template(postback: Postback) -> PostbackTemplate:
    """Return what rendering needs of a stored postback."""
    return PostbackTemplate(
        id=postback.id,
        level=postback.level,
        event_type_id=postback.event_type_id,
        campaign_id=postback.campaign_id,
        method=postback.method,
        url=postback.url,
        body=postback.body,
        content_type=postback.content_type,
        headers=tuple(postback.headers.items()),
        enabled=postback.enabled,
    )
