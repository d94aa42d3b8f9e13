"""Postbacks as the rest of the product sees them: frozen, typed, without their secrets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models import Campaign, EventType, Postback
from models.words import Method, PostbackLevel
from services import secret_box
from services.catalog.postback_rules import judge_texts


@dataclass(frozen=True, slots=True)
class PostbackRow:
    """One postback; of its secrets only the names, of its filters the keys."""

    id: str
    level: PostbackLevel
    event: str | None
    campaign: str | None
    url: str
    method: Method
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    secret_names: tuple[str, ...]
    enabled: bool
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    warnings: tuple[str, ...]


def readable_secrets(postback: Postback) -> dict[str, str]:
    """Return the secrets; none when the key is lost, so that they can be entered again."""
    try:
        return secret_box.decrypt_all(postback.secrets)
    except secret_box.UnreadableSecret:
        return {}


def standing_warnings(postback: Postback, lead_fields: frozenset[str]) -> tuple[str, ...]:
    """Return what the saved texts still deserve to be warned about; asks no name server."""
    found = judge_texts(
        url=postback.url,
        method=postback.method.value,
        body=postback.body,
        content_type=postback.content_type,
        headers=postback.headers,
        secret_names=frozenset(readable_secrets(postback)),
        lead_fields=lead_fields,
    )
    return tuple(found.warnings)


def campaign_key(session: Session, postback: Postback) -> str | None:
    """Return the key of the campaign that the postback is limited to."""
    campaign = session.get(Campaign, postback.campaign_id) if postback.campaign_id else None
    return campaign.key if campaign else None


def postback_row(session: Session, postback: Postback, *, warnings: Iterable[str]) -> PostbackRow:
    """Return the row of a stored postback."""
    event_type = session.get(EventType, postback.event_type_id) if postback.event_type_id else None
    return PostbackRow(
        id=postback.id,
        level=postback.level,
        event=event_type.name if event_type else None,
        campaign=campaign_key(session, postback),
        url=postback.url,
        method=postback.method,
        body=postback.body,
        content_type=postback.content_type,
        headers=tuple(postback.headers.items()),
        secret_names=tuple(sorted(readable_secrets(postback))),
        enabled=postback.enabled,
        version=postback.version,
        created_at=postback.created_at,
        updated_at=postback.updated_at,
        archived_at=postback.archived_at,
        warnings=tuple(warnings),
    )
