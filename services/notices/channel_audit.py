"""What the audit says of a channel: all but what may be a password."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models import NoticeChannel
from models.words import AuditAction, AuditSubject
from services import signing_secrets
from services.accounts import audit
from services.actor import Actor
from services.notices.channel_rows import channel_row
from services.secret_box import UnreadableSecret


def note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    stored: NoticeChannel,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    """Write down in the audit what was done to a channel."""
    audit.record(
        session,
        actor,
        action,
        AuditSubject.CHANNEL,
        key=stored.id,
        name=stored.name,
        before=before,
        after=after,
        now=now,
    )


def members_of(stored: NoticeChannel) -> dict[str, object]:
    """Return a channel as the audit shows it."""
    # What stands behind a URL's origin may be a password, as for those who may only read.
    shown = channel_row(stored, may_edit=False).target
    members: dict[str, object] = {
        "name": stored.name,
        "kind": stored.kind,
        "target": audit.Hidden(stored.target, shown),
        "types": stored.kinds,
        "enabled": stored.enabled,
        "archived_at": stored.archived_at,
    }
    if stored.secret is not None:
        try:
            secret = signing_secrets.unseal(stored.secret).present.secret
        except UnreadableSecret:
            secret = stored.secret
        members["signing_secret"] = audit.Hidden(secret)
    return members
