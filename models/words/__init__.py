"""Every fixed word of the domain: the same spelling in table, screen, CSV, API and metrics."""

from models.words.audit import AuditAction, AuditSubject
from models.words.bulk import BulkStatus
from models.words.catalog import (
    DedupeMode,
    EventOrigin,
    FieldType,
    Method,
    PostbackLevel,
    RetryPreset,
    SuccessRuleKind,
)
from models.words.delivery import (
    WAITING,
    WORST_FIRST,
    AttemptTrigger,
    BreakerState,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Outcome,
    PauseReason,
    ReleaseChoice,
)
from models.words.imports import ImportKind, ImportStatus, ImportVerdict
from models.words.intake import (
    CallWay,
    ConversionStatus,
    Handling,
    LeadSource,
    Source,
    Verdict,
)
from models.words.notices import (
    ChannelKind,
    LagCause,
    NoticeEdge,
    NoticeKind,
    NoticeSendStatus,
    NoticeState,
)
from models.words.people import ActorKind, KeyScope, KeyState, LinkKind, Role

__all__ = [
    "WAITING",
    "WORST_FIRST",
    "ActorKind",
    "AttemptTrigger",
    "AuditAction",
    "AuditSubject",
    "BreakerState",
    "BulkStatus",
    "CallWay",
    "ChannelKind",
    "ConversionStatus",
    "DedupeMode",
    "DeliveryReason",
    "DeliveryStatus",
    "EventOrigin",
    "FailureKind",
    "FieldType",
    "Handling",
    "ImportKind",
    "ImportStatus",
    "ImportVerdict",
    "KeyScope",
    "KeyState",
    "LagCause",
    "LeadSource",
    "LinkKind",
    "Method",
    "NoticeEdge",
    "NoticeKind",
    "NoticeSendStatus",
    "NoticeState",
    "Outcome",
    "PauseReason",
    "PostbackLevel",
    "ReleaseChoice",
    "RetryPreset",
    "Role",
    "Source",
    "SuccessRuleKind",
    "Verdict",
]
