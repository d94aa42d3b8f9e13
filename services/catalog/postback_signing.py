"""Switches the signing of a postback's calls on and off, and gives it another secret."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from models import Postback
from services import database, signing_secrets
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.postback_rows import PostbackRow
from services.catalog.postbacks import find, row_of
from services.catalog.signing_rows import Signing
from services.catalog.versions import change, check_version
from services.clock import Clock, utc_now
from services.errors import Conflict
from services.secret_box import UnreadableSecret
from services.signing_secrets import OVERLAP, SigningSecrets

__all__ = ["OVERLAP", "NewSecret", "Signing", "end_old", "new_secret", "switch_off"]

_KIND = "postback"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that was just made: nobody can see it again."""

    secret: str = field(repr=False)
    row: PostbackRow


async def new_secret(
    actor: Actor, postback_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> NewSecret:
    """Switch signing on, or replace the secret of a postback that signs; return the new secret.

    The replaced one signs on beside it for 24 hours, so that the partner can change over without
    a gap. Deliveries that wait are signed as well. Raises NotFound, StaleVersion when `if_match` is
    not the current version, and Conflict for an archived postback.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_new_secret, actor, postback_id, if_match, clock())


async def end_old(
    actor: Actor, postback_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> PostbackRow:
    """Sign with the present secret alone from now on; raises as `new_secret` does.

    Where no old secret is left, nothing changes.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_end_old, actor, postback_id, if_match, clock())


async def switch_off(
    actor: Actor, postback_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> PostbackRow:
    """Send unsigned from now on and forget every secret; raises as `new_secret` does.

    Where signing is off, nothing changes.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_switch_off, actor, postback_id, if_match, clock())


def _new_secret(
    session: Session, actor: Actor, postback_id: str, if_match: int | None, now: datetime
) -> NewSecret:
    postback = _find(session, postback_id, if_match)
    found = _readable(postback)
    found = signing_secrets.begin(now) if found is None else found.rotated(now)
    return NewSecret(found.present.secret, _store(session, actor, postback, found, now))


def _end_old(
    session: Session, actor: Actor, postback_id: str, if_match: int | None, now: datetime
) -> PostbackRow:
    postback = _find(session, postback_id, if_match)
    found = _readable(postback)
    if found is None or not found.old:
        return row_of(session, cache.definitions(session), postback, warnings=())
    return _store(session, actor, postback, found.without_old(), now)


def _switch_off(
    session: Session, actor: Actor, postback_id: str, if_match: int | None, now: datetime
) -> PostbackRow:
    return _store(session, actor, _find(session, postback_id, if_match), None, now)


def _find(session: Session, postback_id: str, if_match: int | None) -> Postback:
    postback = find(session, postback_id, for_change=True)
    check_version(postback, _KIND, if_match=if_match)
    if postback.archived_at is not None:
        raise Conflict("This postback is archived and cannot be changed.", code="archived")
    return postback


def _readable(postback: Postback) -> SigningSecrets | None:
    """Return the stored secrets; none when the key is lost, so that new ones can be made."""
    if postback.signing_secrets is None:
        return None
    try:
        return signing_secrets.unseal(postback.signing_secrets)
    except UnreadableSecret:
        return None


def _store(
    session: Session,
    actor: Actor,
    postback: Postback,
    found: SigningSecrets | None,
    now: datetime,
) -> PostbackRow:
    definitions = cache.definitions(session)
    sealed = None if found is None else signing_secrets.seal(found)
    values = {"signing_secrets": sealed}
    change(session, postback, values, actor=actor, kind=_KIND, now=now)
    return row_of(session, definitions, postback, warnings=())
