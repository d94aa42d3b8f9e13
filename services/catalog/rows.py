"""Definitions as the rest of the product sees them: frozen, typed, without a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from models import (
    Affiliate,
    Campaign,
    CampaignEvent,
    CustomField,
    EventType,
    IncomingUrl,
    Postback,
)
from models.words import ConversionStatus, DedupeMode, FieldType, Method, PostbackLevel
from services.delivery.policy import freeze


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
    dedupe_window_minutes: int | None
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
class AffiliateRow:
    """A traffic source."""

    id: str
    key: str
    name: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListInForce:
    """An event list that is not archived, with what it holds and where it is used."""

    id: str
    name: str
    event_type_ids: frozenset[str]
    campaign_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a campaign says otherwise about one event; `None` is inherited.

    `enabled` true assigns the event to the campaign, false switches it off there.
    """

    enabled: bool | None
    is_conversion: bool | None
    is_affiliate_conversion: bool | None
    dedupe: DedupeMode | None
    dedupe_window_minutes: int | None
    version: int


@dataclass(frozen=True, slots=True)
class CustomFieldRow:
    """A field that an event carries in one campaign; fields stand in the order of `position`."""

    id: str
    name: str
    type: FieldType
    required: bool
    position: int
    help_text: str
    example: str
    version: int


@dataclass(frozen=True, slots=True)
class IncomingDialect:
    """How one incoming URL speaks: what is fixed, and the partner's names and words.

    `parameters`: our field → the partner's parameter. `words`: our field → the partner's word →
    ours.
    """

    id: str
    campaign_id: str | None
    event_type_id: str | None
    parameters: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PostbackTemplate:
    """What a delivery takes over from a postback. Secrets are looked up only when it is sent.

    `policy` is how it wants to be sent, as each delivery carries it: `None` is all by default.
    """

    id: str
    level: PostbackLevel
    event_type_id: str | None
    campaign_id: str | None
    affiliate_id: str | None
    on_conversion_status: frozenset[ConversionStatus]
    method: Method
    url: str
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    enabled: bool
    # What it would send is held.
    is_paused: bool
    policy: Mapping[str, Any] | None = None


def event_type_row(event_type: EventType) -> EventTypeRow:
    """Return the row of a stored event type."""
    return EventTypeRow(
        id=event_type.id,
        name=event_type.name,
        description=event_type.description,
        is_conversion=event_type.is_conversion,
        is_affiliate_conversion=event_type.is_affiliate_conversion,
        multi_trigger=event_type.dedupe.fires_again,
        dedupe=event_type.dedupe,
        dedupe_window_minutes=event_type.dedupe_window_minutes,
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


def affiliate_row(affiliate: Affiliate) -> AffiliateRow:
    """Return the row of a stored affiliate."""
    return AffiliateRow(
        id=affiliate.id,
        key=affiliate.key,
        name=affiliate.name,
        version=affiliate.version,
        created_at=affiliate.created_at,
        updated_at=affiliate.updated_at,
        archived_at=affiliate.archived_at,
    )


def overrides_row(stored: CampaignEvent) -> Overrides:
    """Return what a campaign says otherwise about one event."""
    return Overrides(
        enabled=stored.enabled,
        is_conversion=stored.is_conversion,
        is_affiliate_conversion=stored.is_affiliate_conversion,
        dedupe=stored.dedupe,
        dedupe_window_minutes=stored.dedupe_window_minutes,
        version=stored.version,
    )


def custom_field_row(field: CustomField) -> CustomFieldRow:
    """Return the row of a stored custom field."""
    return CustomFieldRow(
        id=field.id,
        name=field.name,
        type=field.type,
        required=field.required,
        position=field.position,
        help_text=field.help_text,
        example=field.example,
        version=field.version,
    )


def incoming_dialect(url: IncomingUrl) -> IncomingDialect:
    """Return how a stored incoming URL speaks."""
    return IncomingDialect(
        id=url.id,
        campaign_id=url.campaign_id,
        event_type_id=url.event_type_id,
        parameters=MappingProxyType(url.parameters),
        words=MappingProxyType({name: MappingProxyType(each) for name, each in url.words.items()}),
    )


def postback_template(postback: Postback) -> PostbackTemplate:
    """Return what a delivery takes over from a stored postback."""
    return PostbackTemplate(
        id=postback.id,
        level=postback.level,
        event_type_id=postback.event_type_id,
        campaign_id=postback.campaign_id,
        affiliate_id=postback.affiliate_id,
        on_conversion_status=frozenset(map(ConversionStatus, postback.on_conversion_status)),
        method=postback.method,
        url=postback.url,
        body=postback.body,
        content_type=postback.content_type,
        headers=tuple(postback.headers.items()),
        enabled=postback.enabled,
        policy=freeze(
            retry_preset=postback.retry_preset,
            retry_waits=postback.retry_waits,
            success_rule=postback.success_rule,
            at_most_once=postback.at_most_once,
        ),
        is_paused=postback.paused_at is not None,
    )
