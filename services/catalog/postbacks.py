"""Postbacks: the templates of the calls that tell partners about an event."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Postback
from models.words import PostbackLevel
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.postback_check import (
    Checked,
    Stored,
    check_input,
    lead_field_names,
    standing_warnings,
)
from services.catalog.postback_columns import columns_of, has_other_secrets, stored_of
from services.catalog.postback_input import PostbackInput
from services.catalog.postback_overlap import firing_together
from services.catalog.postback_owners import owner_id
from services.catalog.postback_rows import Owner, PostbackRow, postback_row
from services.catalog.postback_rules import look_up
from services.catalog.postback_standing import Release, Standing, begin_anew, standings
from services.catalog.versions import NOTHING, Beside, added, change, check_version
from services.clock import Clock, utc_now
from services.delivery.resuming import discard_held
from services.errors import Conflict, NotFound, StaleVersion
from services.identifiers import is_id, new_id
from services.target_guard import Resolver

__all__ = [
    "Checked",
    "Owner",
    "PostbackInput",
    "PostbackRow",
    "Release",
    "Standing",
    "archive",
    "check",
    "create",
    "find",
    "firing_together",
    "get",
    "list_for",
    "update",
]

_KIND = "postback"
_TRIES = 3


async def check(
    data: Mapping[str, object],
    *,
    owner: Owner | None = None,
    postback_id: str | None = None,
    resolve: bool = True,
    resolver: Resolver = look_up,
) -> Checked:
    """Judge a postback: the one way for create, update, Send Test and preview.

    With `postback_id`, `data` are changes of that stored postback, whose owner and secrets stay
    in force. `owner` says whose an unsaved one will be; without it, it counts as one of some
    event. `resolve=False` asks no name server. Raises InvalidInput with a sentence per field for
    what may not be saved (an unknown macro, a bad header, a forbidden target), and NotFound.
    """
    stored = None if postback_id is None else await database.read(_read_stored, postback_id)
    return await check_input(
        data, owner=owner, stored=stored, resolver=resolver if resolve else None
    )


async def create(
    actor: Actor,
    owner: Owner,
    data: Mapping[str, object],
    *,
    clock: Clock = utc_now,
    resolver: Resolver = look_up,
) -> PostbackRow:
    """Add a postback to an event, a campaign or an affiliate.

    A campaign's postback fires for every event of the campaign, an affiliate's for every
    Affiliate Conversion Event of its leads. Raises NotFound for the owner, and InvalidInput as
    `check` does.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    checked = await check_input(data, owner=owner, stored=None, resolver=resolver)
    return await database.write(_create, actor, owner, checked, clock())


async def list_for(actor: Actor, owner: Owner) -> list[PostbackRow]:
    """Return the postbacks of an owner in the order in which they were added; raise NotFound.

    Archived ones are left out.
    """
    actor.require(Right.READ)
    return await database.read(_list_for, owner)


async def get(actor: Actor, postback_id: str) -> PostbackRow:
    """Return a postback, archived or not; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(_get, postback_id)


async def update(
    actor: Actor,
    postback_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
    resolver: Resolver = look_up,
) -> PostbackRow:
    """Change the given fields and no others; of `secrets` those that are named.

    Every field may change, but a postback stays its owner's: `campaign` of a campaign's and
    `affiliate` of an affiliate's can only name the owner.
    Raises NotFound, InvalidInput as `check` does, StaleVersion when `if_match` is not the current
    version, and Conflict for an archived postback.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    remaining = _TRIES
    while True:
        stored = await database.read(_read_stored, postback_id)
        if if_match is not None and if_match != stored.version:
            raise StaleVersion(_KIND, yours=if_match, current=stored.version)
        if stored.archived_at is not None:
            raise Conflict("This postback is archived and cannot be changed.", code="archived")
        # Name servers are asked meanwhile, so no unit of work is open here.
        checked = await check_input(changes, owner=None, stored=stored, resolver=resolver)
        try:
            return await database.write(
                _update,
                actor,
                postback_id,
                checked,
                stored.version,
                clock(),
                with_secrets="secrets" in changes,
            )
        except StaleVersion:
            # Somebody else was faster: a caller without a version wants only these fields changed.
            remaining -= 1
            if if_match is not None or not remaining:
                raise


async def archive(
    actor: Actor, postback_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> PostbackRow:
    """Stop a postback for good and keep its history; an archived one stays as it is.

    What waits is still sent. What a paused one holds is cancelled in batches, see
    `PostbackRow.standing`.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_archive, actor, postback_id, if_match, clock())


def find(session: Session, postback_id: str, *, for_change: bool = False) -> Postback:
    """Return the stored postback; raise NotFound. With `for_change` nobody else changes it now."""
    postback = None
    if is_id(postback_id):
        lock = {"key_share": True} if for_change else None
        postback = session.get(Postback, postback_id, with_for_update=lock)
    if postback is None:
        raise NotFound(_KIND, postback_id)
    return postback


def row_of(
    session: Session, definitions: Definitions, postback: Postback, *, warnings: Iterable[str]
) -> PostbackRow:
    """Return the row of a stored postback with its standing, as this unit of work sees them."""
    standing = standings(session, [postback])[postback.id]
    return postback_row(definitions, postback, warnings=warnings, standing=standing)


def _read_stored(session: Session, postback_id: str) -> Stored:
    postback = find(session, postback_id)
    return stored_of(cache.definitions(session), postback)


def _create(
    session: Session, actor: Actor, owner: Owner, checked: Checked, now: datetime
) -> PostbackRow:
    definitions = cache.definitions(session)
    found = owner_id(definitions, owner)
    postback = Postback(
        id=new_id("pb"),
        level=owner.level,
        event_type_id=found if owner.level is PostbackLevel.EVENT else None,
        created_at=now,
        updated_at=now,
        **columns_of(checked, with_secrets=True),
    )
    session.add(postback)
    added(session, postback, actor=actor, now=now)
    return postback_row(definitions, postback, warnings=checked.warnings)


def _update(
    session: Session,
    actor: Actor,
    postback_id: str,
    checked: Checked,
    read_version: int,
    now: datetime,
    *,
    with_secrets: bool,
) -> PostbackRow:
    postback = find(session, postback_id, for_change=True)
    definitions = cache.definitions(session)
    check_version(postback, _KIND, if_match=read_version)
    other_secrets = with_secrets and has_other_secrets(postback, checked.secrets)
    values = columns_of(checked, with_secrets=other_secrets)
    change(session, postback, values, actor=actor, kind=_KIND, now=now)
    if postback.version != read_version:
        begin_anew(session, postback)
    return row_of(session, definitions, postback, warnings=checked.warnings)


def _archive(
    session: Session, actor: Actor, postback_id: str, if_match: int | None, now: datetime
) -> PostbackRow:
    postback = find(session, postback_id, for_change=True)
    check_version(postback, _KIND, if_match=if_match)
    definitions = cache.definitions(session)
    if postback.archived_at is None:
        discarded = NOTHING
        if postback.paused_at is not None:
            held = discard_held(session, postback.id, actor_name=actor.name, now=now)
            discarded = Beside({}, {"held_cancelled": held})
        values = {"archived_at": now}
        change(session, postback, values, actor=actor, kind=_KIND, now=now, beside=discarded)
    return row_of(session, definitions, postback, warnings=())


def _get(session: Session, postback_id: str) -> PostbackRow:
    postback = find(session, postback_id)
    definitions = cache.definitions(session)
    warnings = standing_warnings(definitions, postback, lead_fields=lead_field_names(session))
    return row_of(session, definitions, postback, warnings=warnings)


def _list_for(session: Session, owner: Owner) -> list[PostbackRow]:
    definitions = cache.definitions(session)
    column = {
        PostbackLevel.EVENT: col(Postback.event_type_id),
        PostbackLevel.CAMPAIGN: col(Postback.campaign_id),
        PostbackLevel.AFFILIATE: col(Postback.affiliate_id),
    }[owner.level]
    query = select(Postback).where(
        column == owner_id(definitions, owner),
        col(Postback.level) == owner.level,
        col(Postback.archived_at).is_(None),
    )
    postbacks = session.scalars(query.order_by(col(Postback.id))).all()
    lead_fields = lead_field_names(session) if postbacks else frozenset[str]()
    standing = standings(session, postbacks)
    return [
        postback_row(
            definitions,
            postback,
            warnings=standing_warnings(definitions, postback, lead_fields=lead_fields),
            standing=standing[postback.id],
        )
        for postback in postbacks
    ]
