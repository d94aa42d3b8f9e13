"""What is done to keys, each deed with its entry in the audit in one unit of work."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from models import ApiKey
from models.words import AuditAction, AuditSubject
from services.accounts import audit
from services.accounts.key_bounds import (
    is_of_an_url,
    limits_of,
    refuse_more_than,
    refuse_of_an_url,
    refuse_revoked,
    refuse_what_ends,
)
from services.accounts.key_input import KeyInput
from services.accounts.key_rows import ApiKeyRow, CreatedKey, add_key, end, key_row, renew
from services.accounts.rights import SCOPE_RIGHTS
from services.actor import Actor
from services.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from services.identifiers import is_id
from services.validation import validate

_KIND = "API key"
# Of an incoming URL's key these are the URL's own.
_OF_THE_URL = frozenset({"name", "scope", "campaigns", "events"})


def find(session: Session, key_id: str, *, for_change: bool = False) -> ApiKey:
    """Return a stored key, locked where it is about to change; raise NotFound."""
    found = None
    if is_id(key_id):
        lock = {"key_share": True} if for_change else None
        found = session.get(ApiKey, key_id, with_for_update=lock)
    if found is None:
        raise NotFound(_KIND, key_id)
    return found


def create(session: Session, actor: Actor, wanted: KeyInput, now: datetime) -> CreatedKey:
    """Make a key; the caller checked the right and the scope."""
    limits = limits_of(session, wanted)
    refuse_what_ends(wanted.expires_at, now)
    refuse_more_than(session, actor, wanted.expires_at, limits["networks"])
    created = add_key(
        session,
        name=wanted.name,
        scope=wanted.scope,
        now=now,
        created_by=actor.name,
        limits=limits,
    )
    _note(session, actor, AuditAction.CREATED, None, created.row, now)
    return created


def update(
    session: Session,
    actor: Actor,
    key_id: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> ApiKeyRow:
    """Change what is given of a key; see `keys.update`."""
    key = find(session, key_id, for_change=True)
    if if_match is not None and if_match != key.version:
        raise StaleVersion(_KIND, yours=if_match, current=key.version)
    refuse_revoked(key)
    before = key_row(session, key)
    present = {
        "name": before.name,
        "scope": before.scope,
        "campaigns": _list(before.campaigns),
        "events": _list(before.events),
        "addresses": _list(before.addresses),
        "rate_limit": before.rate_limit,
        "expires_at": before.expires_at,
    }
    wanted = validate(KeyInput, {**present, **changes})
    if wanted.scope is not before.scope:
        raise InvalidInput({"scope": "A scope never changes. Make another key."})
    if is_of_an_url(session, key_id) and (others := sorted(_OF_THE_URL & set(changes))):
        raise InvalidInput(dict.fromkeys(others, "Change this at the incoming URL of the key."))
    if wanted.expires_at != before.expires_at:
        refuse_what_ends(wanted.expires_at, now)
    limits = limits_of(session, wanted)
    refuse_more_than(session, actor, key.expires_at, key.networks)
    refuse_more_than(session, actor, wanted.expires_at, limits["networks"])
    values = {"name": wanted.name, **limits}
    if all(getattr(key, name) == value for name, value in values.items()):
        return before
    for name, value in values.items():
        setattr(key, name, value)
    key.version += 1
    session.flush()
    after = key_row(session, key)
    _note(session, actor, AuditAction.CHANGED, before, after, now)
    return after


def rotate(
    session: Session, actor: Actor, key_id: str, overlap: timedelta, now: datetime
) -> CreatedKey:
    """Give a key another secret; see `keys.rotate`."""
    key = find(session, key_id, for_change=True)
    refuse_revoked(key)
    refuse_of_an_url(session, key_id, instead="Renew the key there.")
    refuse_more_than(session, actor, key.expires_at, key.networks)
    if not SCOPE_RIGHTS[key.scope] <= actor.rights:
        raise NotAllowed("This key may do more than you may, so you cannot have its secret.")
    before = key_row(session, key)
    created = renew(session, key_id, now=now, overlap=overlap)
    _note(session, actor, AuditAction.KEY_RENEWED, before, created.row, now)
    return created


def end_overlap(session: Session, actor: Actor, key_id: str, now: datetime) -> ApiKeyRow:
    """End what is left of the last rotation."""
    key = find(session, key_id, for_change=True)
    before = key_row(session, key)
    if before.old_key_works(now):
        key.old_secret_hash, key.old_ends_at = None, now
        key.version += 1
        session.flush()
        _note(session, actor, AuditAction.CHANGED, before, key_row(session, key), now)
    return key_row(session, key)


def revoke(session: Session, actor: Actor, key_id: str, now: datetime) -> ApiKeyRow:
    """Make a key worthless for good."""
    key = find(session, key_id, for_change=True)
    refuse_of_an_url(session, key_id, instead="Archive that, and the key goes with it.")
    before = key_row(session, key)
    if before.revoked_at is None:
        end(session, key_id, now=now)
        session.refresh(key)
        _note(session, actor, AuditAction.KEY_REVOKED, before, key_row(session, key), now)
    return key_row(session, key)


def _list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    before: ApiKeyRow | None,
    after: ApiKeyRow,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor,
        action,
        AuditSubject.API_KEY,
        key=after.id,
        name=after.name,
        before=None if before is None else _told(before),
        after=_told(after),
        now=now,
    )


def _told(row: ApiKeyRow) -> dict[str, object]:
    return {
        "name": row.name,
        "prefix": row.prefix,
        "scope": row.scope,
        "campaigns": row.campaigns,
        "events": row.events,
        "addresses": row.addresses,
        "rate_limit": row.rate_limit,
        "expires_at": row.expires_at,
        "old_key_ends_at": row.old_key_ends_at,
        "revoked_at": row.revoked_at,
    }
