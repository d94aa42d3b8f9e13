"""What is owed to partners, and how it went."""

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Where one delivery stands; an event shows the worst of its deliveries."""

    PENDING = "pending"
    SENDING = "sending"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    HELD = "held"
    CANCELLED = "cancelled"
    NONE = "none"


# Worst first. An event that owes no delivery is `none`.
WORST_FIRST: tuple[DeliveryStatus, ...] = (
    DeliveryStatus.FAILED,
    DeliveryStatus.HELD,
    DeliveryStatus.RETRYING,
    DeliveryStatus.SENDING,
    DeliveryStatus.PENDING,
    DeliveryStatus.CANCELLED,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.SKIPPED,
    DeliveryStatus.NONE,
)


# Statuses that wait for a worker; every other one is final until a person acts.
WAITING: tuple[DeliveryStatus, ...] = (DeliveryStatus.PENDING, DeliveryStatus.RETRYING)


class DeliveryReason(StrEnum):
    """Why a delivery failed for good or was never tried."""

    REQUIRED_MACRO_EMPTY = "required_macro_empty"
    SAME_REQUEST = "same_request"
    BLOCKED = "blocked"
    INVALID_REQUEST = "invalid_request"
    TOO_LARGE = "too_large"
    EXHAUSTED = "exhausted"
    GONE = "gone"
    REFUSED_BY_PARTNER = "refused_by_partner"
    DEADLINE = "deadline"
    POISON = "poison"
    SECRET_UNREADABLE = "secret_unreadable"  # noqa: S105 - a reason, no secret
    UNKNOWN = "unknown"
    DISCARDED = "discarded"
    ERASED = "erased"


class PauseReason(StrEnum):
    """Why a postback is paused: what it owes is held meanwhile."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class ReleaseChoice(StrEnum):
    """What becomes of held deliveries when their postback is resumed."""

    SEND = "send"
    SINCE = "since"
    DISCARD = "discard"


class BreakerState(StrEnum):
    """Whether a destination is called: open means not now, probing that one call finds out."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class AttemptTrigger(StrEnum):
    """Who caused an attempt: the schedule or a person."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class FailureKind(StrEnum):
    """Where an attempt went wrong. Data, never an exception."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    TOO_LARGE = "too_large"
    BLOCKED = "blocked"
    HTTP_STATUS = "http_status"
    BODY_RULE = "body_rule"


class Outcome(StrEnum):
    """How one HTTP try ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
