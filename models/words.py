"""Every fixed word of the domain: the same spelling in table, screen, CSV, API and metrics."""

from enum import StrEnum

from models.call_words import BulkReplayStatus as BulkReplayStatus  # noqa: PLC0414 - for those who import it from here
from models.call_words import CallWay as CallWay  # noqa: PLC0414 - for those who import it from here
from models.call_words import Handling as Handling  # noqa: PLC0414 - for those who import it from here


class Role(StrEnum):
    """What a person may do; the rights behind each role stand in `services.accounts.rights`."""

    OWNER = "owner"
    MANAGER = "manager"
    OPERATOR = "operator"
    VIEWER = "viewer"


class KeyScope(StrEnum):
    """What a program may do with its API key."""

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"
    INCOMING = "incoming"


class KeyState(StrEnum):
    """Whether a key works."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class LinkKind(StrEnum):
    """What a link to choose a password is for."""

    INVITATION = "invitation"
    RESET = "reset"


class ActorKind(StrEnum):
    """A person, a program with a key, or the installation itself."""

    USER = "user"
    KEY = "key"
    SYSTEM = "system"


class AuditAction(StrEnum):
    """What was done, in the audit: a verb in the past."""

    CREATED = "created"
    CHANGED = "changed"
    ARCHIVED = "archived"
    RESTORED = "restored"
    CLONED = "cloned"
    REMOVED = "removed"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, no secret
    INVITED = "invited"
    RESET_LINK_MADE = "reset_link_made"
    DISABLED = "disabled"
    ENABLED = "enabled"
    KEY_RENEWED = "key_renewed"
    KEY_REVOKED = "key_revoked"
    PAUSED = "paused"
    RESUMED = "resumed"
    RESENT = "resent"
    CANCELLED = "cancelled"
    FIRED = "fired"
    TESTED = "tested"
    MATCHED = "matched"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    REVEALED = "revealed"
    ERASED = "erased"
    EXPORTED = "exported"
    IMPORTED = "imported"
    UNDONE = "undone"


class AuditSubject(StrEnum):
    """What it was done to."""

    EVENT_TYPE = "event_type"
    CAMPAIGN = "campaign"
    AFFILIATE = "affiliate"
    POSTBACK = "postback"
    EVENT_LIST = "event_list"
    CAMPAIGN_EVENT = "campaign_event"
    CUSTOM_FIELD = "custom_field"
    INCOMING_URL = "incoming_url"
    LEAD = "lead"
    EVENT = "event"
    DELIVERY = "delivery"
    SUBMISSION = "submission"
    IMPORT = "import"
    CHANNEL = "channel"
    NOTICE = "notice"
    TEST_RECEIVER = "test_receiver"
    USER = "user"
    API_KEY = "api_key"
    AUDIT = "audit"
    LOG = "log"


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


class BreakerState(StrEnum):
    """Whether a destination is called: open means not now, probing that one call finds out."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class BulkResendStatus(StrEnum):
    """How a bulk resend stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


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


class ImportKind(StrEnum):
    """What the rows of an imported file are."""

    LEADS = "leads"
    EVENTS = "events"
    STATUS_CHANGES = "status_changes"


class ImportStatus(StrEnum):
    """How an import stands; three of them are work that goes on in the background."""

    UPLOADING = "uploading"
    DRAFT = "draft"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    APPLYING = "applying"
    APPLIED = "applied"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


class ImportVerdict(StrEnum):
    """What a row would become, or became."""

    READY = "ready"
    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    UNDONE = "undone"
    REVERSED = "reversed"
    KEPT = "kept"


class LeadSource(StrEnum):
    """How a lead was captured."""

    API = "api"
    MANUAL = "manual"
    IMPORT = "import"


class NoticeKind(StrEnum):
    """What an operator is told of: the types of the notice stream."""

    DELIVERY_FAILING = "delivery.failing"
    DELIVERY_RECOVERED = "delivery.recovered"
    DELIVERY_FAILED = "delivery.failed"
    POSTBACK_PAUSED = "postback.paused"
    QUEUE_LAGGING = "queue.lagging"


class NoticeState(StrEnum):
    """Whether what a notice tells of is still so."""

    OPEN = "open"
    RESOLVED = "resolved"


class NoticeEdge(StrEnum):
    """Why a notice is sent: it began, it goes on after a day, or it is over."""

    OPENED = "opened"
    CONTINUES = "continues"
    RESOLVED = "resolved"


class LagCause(StrEnum):
    """Why deliveries wait: nobody sends, or those who do leave some lying."""

    NO_WORKER = "no_worker"
    WAITING = "waiting"


class ChannelKind(StrEnum):
    """How notices leave the dashboard."""

    URL = "url"
    EMAIL = "email"


class NoticeSendStatus(StrEnum):
    """Where one notice on its way to one channel stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
