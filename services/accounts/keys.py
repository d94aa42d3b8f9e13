"""The keys with which programs call us: who may have one, for what, and until when."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models import ApiKey
from models.words import KeyScope
from services import database
from services.accounts import key_changes
from services.accounts.key_input import MOST_CALLS, OVERLAPS, KeyInput, RotationInput
from services.accounts.key_lookup import actor_of_key, forget
from services.accounts.key_rows import (
    KEY_PREFIX,
    ApiKeyRow,
    CreatedKey,
    add_key,
    end,
    key_row,
    key_rows,
    rename,
    renew,
)
from services.accounts.rights import SCOPE_RIGHTS
from services.actor import SYSTEM, Actor, ActorKind, Right
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.identifiers import is_id
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import validate

__all__ = [
    "KEY_PREFIX",
    "MOST_CALLS",
    "OVERLAPS",
    "ApiKeyRow",
    "CreatedKey",
    "KeyInput",
    "RotationInput",
    "actor_of_key",
    "add_key",
    "create",
    "create_key",
    "end",
    "end_overlap",
    "forget",
    "get",
    "list_page",
    "rename",
    "renew",
    "revoke",
    "rotate",
    "update",
]

_OLDER, _NEWER = "older", "newer"


async def create_key(*, name: str, scope: KeyScope | str, clock: Clock = utc_now) -> CreatedKey:
    """Create a key without limits on behalf of the installation; raises as `create` does."""
    return await create(SYSTEM, {"name": name, "scope": scope}, clock=clock)


async def create(actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now) -> CreatedKey:
    """Create a key; its text is in the answer and nowhere else.

    Raises InvalidInput, also for a key that could do more, or last longer, than the one who makes
    it, and NotAllowed.
    """
    actor.require(Right.MANAGE_ACCESS)
    wanted = validate(KeyInput, data)
    if wanted.scope is KeyScope.INCOMING and actor.kind is not ActorKind.SYSTEM:
        raise InvalidInput({"scope": "Make an incoming URL instead: it comes with its own key."})
    if not SCOPE_RIGHTS[wanted.scope] <= actor.rights:
        raise InvalidInput({"scope": "This scope may do more than you may. Choose a smaller one."})
    return await database.write(key_changes.create, actor, wanted, clock())


async def list_page(
    actor: Actor, request: PageRequest, *, revoked: bool | None = False, q: str = ""
) -> Page[ApiKeyRow]:
    """Return keys, the newest first; `revoked` None means both, `q` is a part of the name.

    Those of incoming URLs are among them. Raises InvalidInput for a cursor that is not ours.
    """
    actor.require(Right.MANAGE_ACCESS)
    return await database.read(_list_page, request, revoked, q.strip().casefold())


async def get(actor: Actor, key_id: str) -> ApiKeyRow:
    """Return one key, revoked or not; raise NotFound."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.read(lambda session: key_row(session, key_changes.find(session, key_id)))


async def update(
    actor: Actor,
    key_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> ApiKeyRow:
    """Change the name or the limits; the scope stays. In force after at most 2 seconds.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for a revoked key.
    """
    actor.require(Right.MANAGE_ACCESS)
    row = await database.write(key_changes.update, actor, key_id, changes, if_match, clock())
    forget(key_id)
    return row


async def rotate(
    actor: Actor, key_id: str, data: Mapping[str, object], *, clock: Clock = utc_now
) -> CreatedKey:
    """Give a key another secret; the old one works on for 0, 1, 24 or 72 hours (24 if not said).

    Of an earlier rotation nothing works on. Raises NotFound, InvalidInput, and Conflict for a
    revoked key and that of an incoming URL.
    """
    actor.require(Right.MANAGE_ACCESS)
    wanted = validate(RotationInput, data)
    overlap = timedelta(hours=wanted.overlap_hours)
    created = await database.write(key_changes.rotate, actor, key_id, overlap, clock())
    forget(key_id)
    return created


async def end_overlap(actor: Actor, key_id: str, *, clock: Clock = utc_now) -> ApiKeyRow:
    """Make the secret of before the last rotation worthless now; one that is so stays so."""
    actor.require(Right.MANAGE_ACCESS)
    row = await database.write(key_changes.end_overlap, actor, key_id, clock())
    forget(key_id)
    return row


async def revoke(actor: Actor, key_id: str, *, clock: Clock = utc_now) -> ApiKeyRow:
    """Make a key worthless for good, here at once and in other processes after 2 seconds.

    A revoked one stays as it is. Raises NotFound, and Conflict for that of an incoming URL.
    """
    actor.require(Right.MANAGE_ACCESS)
    row = await database.write(key_changes.revoke, actor, key_id, clock())
    forget(key_id)
    return row


def _list_page(
    session: Session, request: PageRequest, revoked: bool | None, q: str
) -> Page[ApiKeyRow]:
    identity = col(ApiKey.id)
    query = select(ApiKey)
    if revoked is not None:
        revoked_at = col(ApiKey.revoked_at)
        query = query.where(revoked_at.is_not(None) if revoked else revoked_at.is_(None))
    backwards = False
    if request.cursor:
        direction, place = decode_cursor(request.cursor, keys=2)
        backwards = direction == _NEWER
        if direction not in {_OLDER, _NEWER} or not is_id(place):
            raise InvalidInput({"cursor": "This cursor is not one of ours; start without one."})
        query = query.where(identity > place if backwards else identity < place)
    order = identity.asc() if backwards else identity.desc()
    # Judged here: the databases disagree about the case of letters, and keys are few.
    found = [key for key in session.scalars(query.order_by(order)) if q in key.name.casefold()]
    has_more = len(found) > request.limit
    found = found[: request.limit]
    if backwards:
        found.reverse()
    has_older = bool(found) and (backwards or has_more)
    has_newer = bool(found) and (has_more if backwards else bool(request.cursor))
    return Page(
        key_rows(session, found),
        next_cursor=encode_cursor(_OLDER, found[-1].id) if has_older else None,
        previous_cursor=encode_cursor(_NEWER, found[0].id) if has_newer else None,
    )
