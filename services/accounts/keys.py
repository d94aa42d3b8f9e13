"""The keys with which programs call us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from weakref import WeakKeyDictionary

from pydantic import Field
from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from models import ApiKey
from models.words import KeyScope
from services import database
from services.accounts.rights import SCOPE_RIGHTS
from services.accounts.tokens import new_token, token_hash
from services.actor import Actor, ActorKind
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import NotSignedIn
from services.identifiers import new_id
from services.validation import InputModel, Text, validate

KEY_PREFIX = "al_"

_SHOWN = 9  # the characters that tell keys apart on screen
_TRUSTED_FOR = timedelta(seconds=2)  # how long a revoked key may still work
_USED_EVERY = timedelta(minutes=1)  # each call would otherwise be one more write
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """One key, without its secret."""

    id: str
    name: str
    prefix: str
    scope: KeyScope
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; `key` is its whole text, which nobody can see again."""

    key: str
    row: ApiKeyRow


class KeyInput(InputModel):
    """What a new key needs."""

    name: Annotated[str, Text(100, empty="Give the key a name that says who uses it.")]
    scope: Annotated[KeyScope, Field(strict=False)]


@dataclass(frozen=True, slots=True)
class _Remembered:
    actor: Actor
    until: datetime


# Per open database, the keys that were good a moment ago: this look-up is part of every event.
_good_keys: WeakKeyDictionary[Database, dict[str, _Remembered]] = WeakKeyDictionary()


async def create_key(*, name: str, scope: KeyScope | str, clock: Clock = utc_now) -> CreatedKey:
    """Create a key; raise InvalidInput for a poor name or an unknown scope."""
    wanted = validate(KeyInput, {"name": name, "scope": scope})
    return await database.write(add_key, name=wanted.name, scope=wanted.scope, now=clock())


def add_key(session: Session, *, name: str, scope: KeyScope, now: datetime) -> CreatedKey:
    """Create a key within the caller's unit of work; the name was checked by the caller."""
    secret = KEY_PREFIX + new_token()
    key = ApiKey(
        id=new_id("key"),
        name=name,
        prefix=secret[:_SHOWN],
        secret_hash=token_hash(secret),
        scope=scope,
        created_at=now,
    )
    session.add(key)
    session.flush()
    return CreatedKey(key=secret, row=_row(key))


def renew(session: Session, key_id: str) -> CreatedKey:
    """Put another secret in place of a key's own, within the caller's unit of work.

    Id and name stay, and with them everything that the logs say of it. The old secret is worthless
    after at most 2 seconds; call `forget` once this is on disk, and this process refuses it at
    once.
    """
    secret = KEY_PREFIX + new_token()
    key = session.get_one(ApiKey, key_id)
    key.prefix, key.secret_hash = secret[:_SHOWN], token_hash(secret)
    session.flush()
    return CreatedKey(key=secret, row=_row(key))


def revoke(session: Session, key_id: str, *, now: datetime) -> None:
    """Make a key worthless within the caller's unit of work, after at most 2 seconds.

    Call `forget` once that is on disk, and this process refuses it at once. The moment of the
    first revocation stays.
    """
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def rename(session: Session, key_id: str, *, name: str) -> None:
    """Give a key another name within the caller's unit of work; the caller checked it."""
    session.execute(update(ApiKey).where(col(ApiKey.id) == key_id).values(name=name))


def forget(key_id: str) -> None:
    """Have this process look a key up again before it trusts it once more."""
    good = _good_keys.get(database.current(), {})
    for hashed, known in list(good.items()):
        if known.actor.id == key_id:
            good.pop(hashed, None)


async def actor_of_key(secret: str, *, clock: Clock = utc_now) -> Actor:
    """Return the program behind a key.

    Raises NotSignedIn for an unknown or revoked key; a revocation counts after at most 2 seconds.
    """
    now = clock()
    hashed = token_hash(secret)
    good = _good_keys.setdefault(database.current(), {})
    known = good.get(hashed)
    if known is not None and now < known.until:
        return known.actor
    key = await database.read(_find, hashed)
    if key is None or key.revoked_at is not None:
        good.pop(hashed, None)
        raise NotSignedIn("This key does not exist or was revoked. Check it, or create another.")
    if key.last_used_at is None or key.last_used_at + _USED_EVERY <= now:
        await database.write(_mark_used, key.id, now)
    actor = Actor(kind=ActorKind.KEY, id=key.id, name=key.name, rights=SCOPE_RIGHTS[key.scope])
    if len(good) >= _REMEMBERED:
        good.clear()
    good[hashed] = _Remembered(actor, now + _TRUSTED_FOR)
    return actor


def _find(session: Session, secret_hash: str) -> ApiKeyRow | None:
    key = session.scalar(select(ApiKey).where(col(ApiKey.secret_hash) == secret_hash))
    return None if key is None else _row(key)


def _mark_used(session: Session, key_id: str, now: datetime) -> None:
    last = col(ApiKey.last_used_at)
    # The condition again: of many calls in the same moment only one changes the row.
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, or_(last.is_(None), last <= now - _USED_EVERY))
        .values(last_used_at=now)
    )


def _row(key: ApiKey) -> ApiKeyRow:
    return ApiKeyRow(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scope=key.scope,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
