"""Keys as they are stored, and what other units of work do with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import ApiKey, Campaign, EventType
from models.words import KeyScope, KeyState
from services.accounts.tokens import new_token, token_hash
from services.identifiers import new_id

KEY_PREFIX: Final = "al_"

_SHOWN: Final = 9  # the characters that tell keys apart on screen
NO_OVERLAP: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """One key, without its secret.

    A limit that is `None` is none: `campaigns` are keys and `events` names, both by the
    alphabet, `addresses` networks, `rate_limit` calls per minute. Until `old_key_ends_at` the
    secret of before the last rotation works as well.
    """

    id: str
    name: str
    prefix: str
    scope: KeyScope
    campaigns: tuple[str, ...] | None
    events: tuple[str, ...] | None
    addresses: tuple[str, ...] | None
    rate_limit: int | None
    expires_at: datetime | None
    old_key_ends_at: datetime | None
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    last_used_address: str
    revoked_at: datetime | None
    version: int

    def state(self, now: datetime) -> KeyState:
        """Return whether the key works at a moment."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return KeyState.EXPIRED
        return KeyState.ACTIVE

    def old_key_works(self, now: datetime) -> bool:
        """Tell whether the secret of before the last rotation works at a moment."""
        ends = self.old_key_ends_at
        return ends is not None and ends > now and self.state(now) is KeyState.ACTIVE


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; `key` is its whole text, which nobody can see again."""

    key: str
    row: ApiKeyRow


def add_key(
    session: Session,
    *,
    name: str,
    scope: KeyScope,
    now: datetime,
    created_by: str = "",
    limits: Mapping[str, Any] | None = None,
) -> CreatedKey:
    """Create a key within the caller's unit of work; name and limits were checked by the caller."""
    secret = KEY_PREFIX + new_token()
    key = ApiKey(
        id=new_id("key"),
        name=name,
        prefix=secret[:_SHOWN],
        secret_hash=token_hash(secret),
        scope=scope,
        created_by=created_by,
        created_at=now,
        **(limits or {}),
    )
    session.add(key)
    session.flush()
    return CreatedKey(key=secret, row=key_row(session, key))


def renew(
    session: Session, key_id: str, *, now: datetime | None = None, overlap: timedelta = NO_OVERLAP
) -> CreatedKey:
    """Put another secret in place of a key's own, within the caller's unit of work.

    Id, name and limits stay, and with them everything that the logs say of it. The old secret
    works on for the overlap, else it is worthless after at most 2 seconds; call `forget` once
    this is on disk, and this process refuses it at once. A still older one ends here.
    """
    secret = KEY_PREFIX + new_token()
    key = session.get_one(ApiKey, key_id)
    goes_on = now is not None and overlap > NO_OVERLAP
    key.old_secret_hash = key.secret_hash if goes_on else None
    key.old_ends_at = now + overlap if now is not None and goes_on else None
    key.prefix, key.secret_hash = secret[:_SHOWN], token_hash(secret)
    key.version += 1
    session.flush()
    return CreatedKey(key=secret, row=key_row(session, key))


def end(session: Session, key_id: str, *, now: datetime) -> None:
    """Make a key worthless within the caller's unit of work, after at most 2 seconds.

    Call `forget` once that is on disk, and this process refuses it at once. The moment of the
    first revocation stays.
    """
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now, version=col(ApiKey.version) + 1)
    )


def rename(session: Session, key_id: str, *, name: str) -> None:
    """Give a key another name within the caller's unit of work; the caller checked it."""
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id)
        .values(name=name, version=col(ApiKey.version) + 1)
    )


def key_row(session: Session, key: ApiKey) -> ApiKeyRow:
    """Return the row of a stored key."""
    return key_rows(session, [key])[0]


def key_rows(session: Session, keys: list[ApiKey]) -> list[ApiKeyRow]:
    """Return the rows of stored keys in the same order, with two statements for all of them."""
    campaigns = _names(session, Campaign, "key", [key.campaign_ids for key in keys])
    events = _names(session, EventType, "name", [key.event_type_ids for key in keys])
    return [
        ApiKeyRow(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            scope=key.scope,
            campaigns=_named(campaigns, key.campaign_ids),
            events=_named(events, key.event_type_ids),
            addresses=None if key.networks is None else tuple(key.networks),
            rate_limit=key.calls_per_minute,
            expires_at=key.expires_at,
            old_key_ends_at=key.old_ends_at,
            created_by=key.created_by,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            last_used_address=key.last_used_address,
            revoked_at=key.revoked_at,
            version=key.version,
        )
        for key in keys
    ]


def _names(
    session: Session,
    model: type[Campaign | EventType],
    column: str,
    wanted: list[list[Any] | None],
) -> dict[str, str]:
    ids = sorted({each for some in wanted for each in some or ()})
    if not ids:
        return {}
    name = getattr(model, column)
    found = session.execute(select(col(model.id), name).where(col(model.id).in_(ids)))
    return {row[0]: row[1] for row in found}


def _named(names: Mapping[str, str], ids: list[Any] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(names[each] for each in ids if each in names))
