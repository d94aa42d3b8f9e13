"""Files of leads, events and status changes."""

from enum import StrEnum


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
