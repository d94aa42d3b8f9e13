"""What definitions look like: events, campaigns, affiliates, lists, fields, incoming URLs."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from models.words import EventOrigin, FieldType

Word = Literal["once_per_lead", "once_per_order", "allow_all"]
Warnings = Annotated[list[str], Field(description="what may be meant otherwise")]
Version = Annotated[int, Field(ge=1, description="goes up with each change; also the `ETag`")]


class Window(TypedDict):
    """Fires once within so many minutes."""

    window_minutes: int


class Flags(TypedDict):
    """What an event's firing means."""

    is_conversion: bool
    is_affiliate_conversion: bool
    multi_trigger: bool
    dedupe: Word | Window


class Dated(TypedDict):
    """When a definition was made and changed."""

    version: Version
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class EventType(Flags, Dated):
    """What can be fired."""

    id: str
    name: str
    description: str
    available_everywhere: bool


class EventTypeWithWarnings(EventType):
    """What can be fired, and what may be meant otherwise."""

    warnings: Warnings


class Keyed(Dated):
    """A campaign or an affiliate."""

    id: str
    key: str
    name: str


class EventList(Dated):
    """Events under one name, for many campaigns."""

    id: str
    name: str
    events: list[str]
    campaigns: list[str]


class ListChange(TypedDict):
    """What a campaign would gain and lose."""

    campaign: str
    campaign_name: str
    gains: list[str]
    loses: list[str]


class CustomField(TypedDict):
    """A field that an event carries in one campaign."""

    id: str
    name: str
    type: FieldType
    required: bool
    position: Annotated[int, Field(ge=0)]
    help_text: str
    example: str
    version: Version


class NamedList(TypedDict):
    """A list by its name."""

    id: str
    name: str


class Overrides(TypedDict):
    """What a campaign says otherwise; null is inherited."""

    enabled: bool | None
    is_conversion: bool | None
    is_affiliate_conversion: bool | None
    multi_trigger: bool | None
    dedupe: Word | Window | None


class CampaignEvent(Flags):
    """An event as it stands in a campaign."""

    name: str
    description: str
    origin: EventOrigin
    lists: list[NamedList]
    enabled: bool
    available_everywhere: bool
    inherited: Flags
    overrides: Overrides
    fields: list[CustomField]
    version: Annotated[int, Field(ge=0, description="of what the campaign says; 0: nothing yet")]


class CampaignEventWithWarnings(CampaignEvent):
    """An event as it stands in a campaign, and what may be meant otherwise."""

    warnings: Warnings


class IncomingUrl(Dated):
    """A URL that a partner was given."""

    id: str
    name: str
    key: Annotated[str | None, Field(description="null for those who may not change it")]
    key_prefix: str
    key_id: str
    path: str | None
    campaign: str | None
    event: str | None
    parameters: dict[str, str]
    words: dict[str, dict[str, str]]
    placeholders: dict[str, str]
    returns: str | None
    last_used_at: datetime | None
