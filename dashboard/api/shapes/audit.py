"""What the audit looks like."""

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from models.words import ActorKind, AuditAction, AuditSubject


class AuditEntry(TypedDict):
    """One deed; `before` and `after` hold what differs."""

    id: str
    at: datetime
    actor_kind: ActorKind
    actor_id: str
    actor: str
    address: str
    action: AuditAction
    subject: AuditSubject
    key: str
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
