"""What people define: events, fields, postbacks."""

from enum import StrEnum


class DedupeMode(StrEnum):
    """When a second firing of an event for the same lead is the same fact again."""

    ONCE_PER_LEAD = "once_per_lead"
    ONCE_PER_ORDER = "once_per_order"
    WINDOW = "window"
    ALLOW_ALL = "allow_all"

    @property
    def fires_again(self) -> bool:
        """Tell whether the event may fire more than once for a lead: the Multi-Trigger switch."""
        return self is not DedupeMode.ONCE_PER_LEAD


class FieldType(StrEnum):
    """What a custom field of an event holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class EventOrigin(StrEnum):
    """Why an event is among those of a campaign."""

    EVERYWHERE = "everywhere"
    LIST = "list"
    DIRECT = "direct"


class Method(StrEnum):
    """The HTTP method of a postback."""

    GET = "GET"
    POST = "POST"


class PostbackLevel(StrEnum):
    """Whose postback it is: the organisation's event, a campaign, or an affiliate."""

    EVENT = "event"
    CAMPAIGN = "campaign"
    AFFILIATE = "affiliate"


class RetryPreset(StrEnum):
    """How often, and when, a failed delivery of a postback is tried again."""

    STANDARD = "standard"
    FAST = "fast"
    NONE = "none"
    CUSTOM = "custom"


class SuccessRuleKind(StrEnum):
    """What the text of a 2xx answer must do to count as delivered."""

    CONTAINS = "contains"
    MATCHES = "matches"
    JSON = "json"
