"""From the text of a key to the program behind it: part of every call, so it is remembered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from models import ApiKey
from services import database
from services.accounts.key_limits import Bucket, bucket_of
from services.accounts.rights import SCOPE_RIGHTS
from services.accounts.tokens import token_hash
from services.actor import Actor, ActorKind
from services.address_ranges import parse_address
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import NotAllowed, NotSignedIn

_TRUSTED_FOR: Final = timedelta(seconds=2)  # how long a revoked key may still work
_USED_EVERY: Final = timedelta(minutes=1)  # each call would otherwise be one more write
_REMEMBERED: Final = 1000
_ADDRESSES: Final = 100  # for one key; behind each stands an actor of its own


@dataclass(frozen=True, slots=True)
class _Known:
    """A key that was good a moment ago; `ends_at` is when it, or its old secret, is over."""

    actor: Actor
    until: datetime
    ends_at: datetime | None
    networks: tuple[IPv4Network | IPv6Network, ...] | None
    bucket: Bucket | None
    actors: dict[str, Actor] = field(default_factory=dict)

    def admit(self, address: str, now: datetime) -> Actor:
        if self.ends_at is not None and now >= self.ends_at:
            raise NotSignedIn(
                "This key has expired. Ask who made it for another one.", code="key_expired"
            )
        actor = self.actors.get(address)
        if actor is None:
            actor = self._from(address)
        if self.bucket is not None:
            self.bucket.take(now)
        return actor

    def _from(self, address: str) -> Actor:
        if self.networks is not None and not _is_in(address, self.networks):
            raise NotAllowed(
                f"This key does not work from {address or 'an unknown address'}. Have the address "
                "added to the key, or call from one that is.",
                code="address_not_allowed",
            )
        known = self.actor
        actor = Actor(
            kind=known.kind,
            id=known.id,
            name=known.name,
            rights=known.rights,
            address=address,
            campaigns=known.campaigns,
            events=known.events,
        )
        if len(self.actors) >= _ADDRESSES:
            self.actors.clear()
        self.actors[address] = actor
        return actor


# Per open database, the keys that were good a moment ago: this look-up is part of every event.
_good_keys: WeakKeyDictionary[Database, dict[str, _Known]] = WeakKeyDictionary()


async def actor_of_key(secret: str, *, address: str = "", clock: Clock = utc_now) -> Actor:
    """Return the program behind a key that calls from this network address.

    Raises NotSignedIn for an unknown, revoked or expired key, NotAllowed for an address that is
    not among the key's, and TooMany beyond its limit. An end counts at once, a revocation or
    another change after at most 2 seconds.
    """
    now = clock()
    hashed = token_hash(secret)
    current = database.current()
    good = _good_keys.setdefault(current, {})
    known = good.get(hashed)
    if known is None or now >= known.until:
        good.pop(hashed, None)
        known = await _look_up(current, hashed, address, now)
        if len(good) >= _REMEMBERED:
            good.clear()
        good[hashed] = known
    actor = known.admit(address, now)
    if known.bucket is not None and not current.is_sqlite:
        known.bucket.share(current, now)
    return actor


def forget(key_id: str) -> None:
    """Have this process look a key up again before it trusts it once more."""
    good = _good_keys.get(database.current(), {})
    for hashed, known in list(good.items()):
        if known.actor.id == key_id:
            good.pop(hashed, None)


async def _look_up(current: Database, hashed: str, address: str, now: datetime) -> _Known:
    key = await current.read(_find, hashed)
    if key is None or key.revoked_at is not None:
        raise NotSignedIn("This key does not exist or was revoked. Check it, or create another.")
    ends = [key.expires_at, None if key.secret_hash == hashed else key.old_ends_at or now]
    networks = None if key.networks is None else tuple(map(ip_network, key.networks))
    known = _Known(
        actor=Actor(
            kind=ActorKind.KEY,
            id=key.id,
            name=key.name,
            rights=SCOPE_RIGHTS[key.scope],
            campaigns=_ids(key.campaign_ids),
            events=_ids(key.event_type_ids),
        ),
        until=now + _TRUSTED_FOR,
        ends_at=min((end for end in ends if end is not None), default=None),
        networks=networks,
        bucket=bucket_of(current, key.id, calls_per_minute=key.calls_per_minute, now=now),
    )
    is_good = (known.ends_at is None or now < known.ends_at) and (
        networks is None or _is_in(address, networks)
    )
    if is_good and (key.last_used_at is None or key.last_used_at + _USED_EVERY <= now):
        await current.write(_mark_used, key.id, address, now)
    return known


def _ids(stored: list[str] | None) -> frozenset[str] | None:
    return None if stored is None else frozenset(stored)


def _is_in(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = parse_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _find(session: Session, secret_hash: str) -> ApiKey | None:
    found = session.scalar(select(ApiKey).where(col(ApiKey.secret_hash) == secret_hash))
    if found is None:
        found = session.scalar(select(ApiKey).where(col(ApiKey.old_secret_hash) == secret_hash))
    return found


def _mark_used(session: Session, key_id: str, address: str, now: datetime) -> None:
    last = col(ApiKey.last_used_at)
    # The condition again: of many calls in the same moment only one changes the row.
    session.execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, or_(last.is_(None), last <= now - _USED_EVERY))
        .values(last_used_at=now, last_used_address=address[:45])
    )
