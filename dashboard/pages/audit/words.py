"""What the audit says of a deed, in words, and where its subject is found."""

from collections.abc import Callable
from typing import Final

from dashboard import routes
from models.words import AuditAction, AuditSubject

DEEDS: Final = {action: action.value.replace("_", " ") for action in AuditAction} | {
    AuditAction.SIGN_IN_FAILED: "failed to sign in",
    AuditAction.PASSWORD_CHANGED: "changed the password",
    AuditAction.RESET_LINK_MADE: "made a password link",
    AuditAction.KEY_RENEWED: "renewed the key",
    AuditAction.KEY_REVOKED: "revoked the key",
    AuditAction.DISABLED: "switched off",
    AuditAction.ENABLED: "switched on",
}
SUBJECTS: Final = {subject: subject.value.replace("_", " ") for subject in AuditSubject} | {
    AuditSubject.EVENT_TYPE: "event",
    AuditSubject.CAMPAIGN_EVENT: "event of a campaign",
    AuditSubject.EVENT: "fired event",
    AuditSubject.INCOMING_URL: "incoming URL",
    AuditSubject.SUBMISSION: "incoming call",
    AuditSubject.CHANNEL: "alert channel",
    AuditSubject.NOTICE: "alert",
    AuditSubject.API_KEY: "API key",
    AuditSubject.USER: "user",
}
_ABOUT_ONESELF: Final = frozenset(
    {AuditAction.SIGNED_IN, AuditAction.SIGNED_OUT, AuditAction.SIGN_IN_FAILED}
)
_PLACES: Final[dict[AuditSubject, Callable[[str], routes.Text]]] = {
    AuditSubject.EVENT_TYPE: routes.event,
    AuditSubject.CAMPAIGN: routes.campaign,
    AuditSubject.AFFILIATE: routes.affiliate,
    AuditSubject.EVENT_LIST: routes.event_list,
    AuditSubject.INCOMING_URL: routes.incoming_url,
    AuditSubject.LEAD: routes.lead,
    AuditSubject.EVENT: routes.log_entry,
    AuditSubject.CHANNEL: routes.alert_channel,
    AuditSubject.TEST_RECEIVER: routes.test_receiver,
}


def deed(action: AuditAction, subject: AuditSubject) -> str:
    """Return what was done, such as `changed event`; alone where it is about the actor."""
    if action in _ABOUT_ONESELF:
        return DEEDS[action]
    if action is AuditAction.FIRED:
        return "fired event"
    return f"{DEEDS[action]} {SUBJECTS[subject]}"


def is_about_oneself(action: AuditAction, *, actor_id: str, key: str) -> bool:
    """Tell whether the subject is the actor, who stands there already."""
    return action in _ABOUT_ONESELF and actor_id == key


def place(subject: AuditSubject, key: str) -> str:
    """Return the page of a subject, or nothing where it has none of its own."""
    return str(_PLACES[subject](key)) if subject in _PLACES and key else ""
