"""A definition as the audit shows it: what people call it, and what its JSON in the API says."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from models import (
    Affiliate,
    Campaign,
    CampaignEvent,
    CustomField,
    EventList,
    EventType,
    IncomingUrl,
    Postback,
)
from models.words import AuditSubject, DedupeMode
from services import secret_box, signing_secrets
from services.accounts.audit import Hidden
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.delivery_input import retry_as_given, success_as_given
from services.catalog.incoming_url_rows import campaign_key, event_name
from services.catalog.postback_rows import postback_row, readable_secrets

Definition = (
    EventType
    | Campaign
    | Postback
    | Affiliate
    | EventList
    | CampaignEvent
    | CustomField
    | IncomingUrl
)


@dataclass(frozen=True, slots=True)
class Portrait:
    """One definition at one moment; `key` and `name` as in `audit.record`."""

    subject: AuditSubject
    key: str
    name: str
    members: Mapping[str, object]


def portrait(session: Session, definition: Definition) -> Portrait:
    """Return how a definition looks now: names and keys in place of ids, secrets hidden.

    What a list holds and where a custom field stands is left out: that is stored elsewhere.
    """
    match definition:
        case EventType():
            return _of_event_type(definition)
        case Campaign():
            return _of_keyed(AuditSubject.CAMPAIGN, definition)
        case Affiliate():
            return _of_keyed(AuditSubject.AFFILIATE, definition)
        case EventList():
            return Portrait(
                AuditSubject.EVENT_LIST,
                definition.id,
                definition.name,
                {"name": definition.name, "archived_at": definition.archived_at},
            )
        case Postback():
            return _of_postback(cache.definitions(session), definition)
        case CampaignEvent():
            return _of_campaign_event(cache.definitions(session), definition)
        case CustomField():
            return _of_custom_field(cache.definitions(session), definition)
        case IncomingUrl():
            return _of_incoming_url(cache.definitions(session), definition)


def _of_event_type(stored: EventType) -> Portrait:
    members = {
        "name": stored.name,
        "description": stored.description,
        "is_conversion": stored.is_conversion,
        "is_affiliate_conversion": stored.is_affiliate_conversion,
        "dedupe": _dedupe(stored.dedupe, stored.dedupe_window_minutes),
        "available_everywhere": stored.available_everywhere,
        "archived_at": stored.archived_at,
    }
    return Portrait(AuditSubject.EVENT_TYPE, stored.name, "", members)


def _of_keyed(subject: AuditSubject, stored: Campaign | Affiliate) -> Portrait:
    members = {"key": stored.key, "name": stored.name, "archived_at": stored.archived_at}
    return Portrait(subject, stored.key, stored.name, members)


def _of_postback(known: Definitions, stored: Postback) -> Portrait:
    row = postback_row(known, stored, warnings=())
    members: dict[str, object] = {
        "level": row.level,
        "event": row.event,
        "campaign": row.campaign,
        "affiliate": row.affiliate,
        "on_conversion_status": row.on_conversion_status,
        "url": row.url,
        "method": row.method,
        "body": row.body,
        "content_type": row.content_type,
        "headers": dict(row.headers),
        "retry": retry_as_given(row.retry),
        "success": success_as_given(row.success),
        "at_most_once": row.at_most_once,
        "enabled": row.enabled,
        "signing": None,
        "archived_at": row.archived_at,
    }
    if row.signing is not None:
        members["signing"] = {
            "since": row.signing.since,
            "secret_made_at": row.signing.secret_made_at,
            "old_secrets": len(row.signing.old_ends),
        }
    members |= {
        f"secrets.{name}": Hidden(secret) for name, secret in readable_secrets(stored).items()
    }
    if (present := _signing_secret(stored.signing_secrets)) is not None:
        members["signing_secret"] = Hidden(present)
    return Portrait(AuditSubject.POSTBACK, stored.id, row.owner.key, members)


def _of_campaign_event(known: Definitions, stored: CampaignEvent) -> Portrait:
    members = {
        "enabled": stored.enabled,
        "is_conversion": stored.is_conversion,
        "is_affiliate_conversion": stored.is_affiliate_conversion,
        "dedupe": _dedupe(stored.dedupe, stored.dedupe_window_minutes),
    }
    key = place_key(known, stored.campaign_id, stored.event_type_id)
    return Portrait(AuditSubject.CAMPAIGN_EVENT, key, "", members)


def _of_custom_field(known: Definitions, stored: CustomField) -> Portrait:
    members = {
        "name": stored.name,
        "type": stored.type,
        "required": stored.required,
        "help_text": stored.help_text,
        "example": stored.example,
    }
    place = place_key(known, stored.campaign_id, stored.event_type_id)
    return Portrait(AuditSubject.CUSTOM_FIELD, f"{place}/{stored.name}", "", members)


def _of_incoming_url(known: Definitions, stored: IncomingUrl) -> Portrait:
    try:
        key = secret_box.decrypt(stored.secret)
    except secret_box.UnreadableSecret:
        key = stored.secret
    members = {
        "name": stored.name,
        "campaign": campaign_key(known, stored),
        "event": event_name(known, stored),
        "parameters": stored.parameters,
        "words": stored.words,
        "placeholders": stored.placeholders,
        "returns": stored.returns,
        "key": Hidden(key),
        "archived_at": stored.archived_at,
    }
    return Portrait(AuditSubject.INCOMING_URL, stored.id, stored.name, members)


def place_key(known: Definitions, campaign_id: str, event_type_id: str) -> str:
    """Return what an event in a campaign is called: `<campaign key>/<event name>`."""
    campaign = known.campaigns_by_id[campaign_id].key
    return f"{campaign}/{known.event_types_by_id[event_type_id].name}"


def _dedupe(mode: DedupeMode | None, window_minutes: int | None) -> object:
    return {"window_minutes": window_minutes} if mode is DedupeMode.WINDOW else mode


def _signing_secret(sealed: str | None) -> str | None:
    if sealed is None:
        return None
    try:
        return signing_secrets.unseal(sealed).present.secret
    except secret_box.UnreadableSecret:
        return sealed
