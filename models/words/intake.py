"""Facts that arrive, and what is decided about them."""

from enum import StrEnum


class Source(StrEnum):
    """The way in that a fact took."""

    API = "api"
    INCOMING = "incoming"
    MANUAL = "manual"
    IMPORT = "import"


class ConversionStatus(StrEnum):
    """The business side of an event, independent of its deliveries."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    ON_HOLD = "on_hold"
    REVERSED = "reversed"


class Verdict(StrEnum):
    """What was decided about an incoming call."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    UNKNOWN_FIELD = "unknown_field"
    INVALID_FIELD = "invalid_field"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_LEAD = "unknown_lead"
    AMBIGUOUS_LEAD = "ambiguous_lead"
    EVENT_NOT_AVAILABLE = "event_not_available"
    NOT_ALLOWED = "not_allowed"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"


class LeadSource(StrEnum):
    """How a lead was captured."""

    API = "api"
    MANUAL = "manual"
    IMPORT = "import"


class Handling(StrEnum):
    """What became of a refused call after its answer; none where nobody has touched it.

    `open` ones wait for their lead, for `queued` ones it has arrived.
    """

    OPEN = "open"
    QUEUED = "queued"
    MATCHED = "matched"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class CallWay(StrEnum):
    """Where a call with a bad key knocked: at the API, or at an incoming URL."""

    API = "api"
    URL = "url"
