"""Channels: where notices go, edited by people and programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlmodel import Session, col

from models import NoticeChannel
from models.words import AuditAction, ChannelKind
from services import database, signing_secrets
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound, StaleVersion
from services.identifiers import is_id, new_id
from services.name_lookup import SystemResolver
from services.notices import sending
from services.notices.channel_audit import members_of, note
from services.notices.channel_input import ChannelInput, check_channel
from services.notices.channel_rows import ChannelRow, SendRow, channel_row, newest_sends
from services.secret_box import UnreadableSecret
from services.target_guard import Resolver
from services.validation import validate

__all__ = [
    "ChannelInput",
    "ChannelRow",
    "ChannelWithSecret",
    "SendRow",
    "archive",
    "create",
    "find",
    "get",
    "list_all",
    "list_sends",
    "new_secret",
    "refuse_archived",
    "update",
]

_KIND = "channel"
MAX_CHANNELS = 50


@dataclass(frozen=True, slots=True)
class ChannelWithSecret:
    """A channel and its new signing secret, which is shown this once; empty for e-mail."""

    row: ChannelRow
    secret: str


async def create(
    actor: Actor,
    data: Mapping[str, object],
    *,
    resolver: Resolver | None = None,
    clock: Clock = utc_now,
) -> ChannelWithSecret:
    """Add a channel; raise InvalidInput for each wrong field and Conflict for one too many."""
    actor.require(Right.EDIT_DEFINITIONS)
    settings = database.current().settings
    given = validate(ChannelInput, data)
    values = await check_channel(given, settings, resolver=resolver or SystemResolver())
    return await database.write(_create, actor, values, clock())


async def get(actor: Actor, channel_id: str) -> ChannelRow:
    """Return one, archived or not; raise NotFound."""
    actor.require(Right.READ)
    stored = await database.read(find, channel_id)
    return _for(actor, stored)


async def list_all(actor: Actor, *, archived: bool | None = False) -> list[ChannelRow]:
    """Return all channels by name; `archived` None means both."""
    actor.require(Right.READ)
    return [_for(actor, stored) for stored in await database.read(_list, archived)]


async def list_sends(actor: Actor, channel_id: str) -> list[SendRow]:
    """Return the newest 50 sends of a channel; raise NotFound."""
    actor.require(Right.READ)
    await database.read(find, channel_id)
    return await database.read(newest_sends, channel_id)


async def update(
    actor: Actor,
    channel_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    resolver: Resolver | None = None,
    clock: Clock = utc_now,
) -> ChannelRow:
    """Change the given fields. Switched off, what waits for it is cancelled.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for an archived one and for another kind.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    stored = await database.read(find, channel_id)
    _check_version(stored, if_match)
    refuse_archived(stored)
    present = {
        "name": stored.name,
        "kind": stored.kind.value,
        "target": stored.target,
        "types": stored.kinds,
        "enabled": stored.enabled,
    }
    given = validate(ChannelInput, {**present, **changes})
    if given.kind != stored.kind:
        raise Conflict(
            "A channel stays what it is. Archive it and add another one.",
            code="kind_is_fixed",
            fields={"kind": "A channel stays what it is. Add another one instead."},
        )
    settings = database.current().settings
    values = await check_channel(given, settings, resolver=resolver or SystemResolver())
    changed = await database.write(_update, actor, channel_id, values, stored.version, clock())
    return _for(actor, changed)


async def new_secret(
    actor: Actor, channel_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> ChannelWithSecret:
    """Give a URL another signing secret; the present one signs on for 24 hours beside it.

    Raises NotFound, and Conflict for an archived one and for e-mail.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_new_secret, actor, channel_id, if_match, clock())


async def archive(
    actor: Actor, channel_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> ChannelRow:
    """Tell this channel nothing more, for good; an archived one stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    return _for(actor, await database.write(_archive, actor, channel_id, if_match, clock()))


def find(session: Session, channel_id: str) -> NoticeChannel:
    """Return the stored channel, archived or not; raise NotFound."""
    found = session.get(NoticeChannel, channel_id) if is_id(channel_id) else None
    if found is None:
        raise NotFound(_KIND, channel_id)
    return found


def refuse_archived(stored: NoticeChannel) -> None:
    """Raise Conflict for a channel that is told nothing more."""
    if stored.archived_at is not None:
        raise Conflict("This channel is archived. Add another one.", code="archived")


def _for(actor: Actor, stored: NoticeChannel) -> ChannelRow:
    return channel_row(stored, may_edit=Right.EDIT_DEFINITIONS in actor.rights)


def _list(session: Session, archived: bool | None) -> list[NoticeChannel]:
    query = select(NoticeChannel)
    if archived is not None:
        archived_at = col(NoticeChannel.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    return sorted(session.scalars(query), key=lambda row: (row.name.casefold(), row.id))


def _create(
    session: Session, actor: Actor, values: dict[str, Any], now: datetime
) -> ChannelWithSecret:
    if len(_list(session, archived=False)) >= MAX_CHANNELS:
        raise Conflict(
            f"There are {MAX_CHANNELS} channels already. Archive one that nobody needs.",
            code="too_many_channels",
        )
    made = signing_secrets.begin(now) if values["kind"] is ChannelKind.URL else None
    stored = NoticeChannel(
        id=new_id("nch"),
        secret=signing_secrets.seal(made) if made else None,
        created_at=now,
        updated_at=now,
        **values,
    )
    session.add(stored)
    session.flush()
    note(session, actor, AuditAction.CREATED, stored, after=members_of(stored), now=now)
    row = channel_row(stored, may_edit=True)
    return ChannelWithSecret(row, made.present.secret if made else "")


def _update(
    session: Session,
    actor: Actor,
    channel_id: str,
    values: dict[str, Any],
    version: int,
    now: datetime,
) -> NoticeChannel:
    stored = find(session, channel_id)
    if all(getattr(stored, name) == value for name, value in values.items()):
        return stored
    changed = _store(session, actor, stored, values, version, now)
    if not changed.enabled:
        sending.cancel(session, channel_id)
    return changed


def _new_secret(
    session: Session, actor: Actor, channel_id: str, if_match: int | None, now: datetime
) -> ChannelWithSecret:
    stored = find(session, channel_id)
    _check_version(stored, if_match)
    refuse_archived(stored)
    if stored.kind is not ChannelKind.URL:
        raise Conflict("An e-mail is not signed.", code="not_signed")
    try:
        made = signing_secrets.unseal(stored.secret or "").rotated(now)
    except UnreadableSecret:
        made = signing_secrets.begin(now)
    values = {"secret": signing_secrets.seal(made)}
    changed = _store(session, actor, stored, values, stored.version, now)
    return ChannelWithSecret(channel_row(changed, may_edit=True), made.present.secret)


def _archive(
    session: Session, actor: Actor, channel_id: str, if_match: int | None, now: datetime
) -> NoticeChannel:
    stored = find(session, channel_id)
    _check_version(stored, if_match)
    if stored.archived_at is not None:
        return stored
    sending.cancel(session, channel_id)
    return _store(session, actor, stored, {"archived_at": now}, stored.version, now)


def _store(
    session: Session,
    actor: Actor,
    stored: NoticeChannel,
    values: dict[str, Any],
    version: int,
    now: datetime,
) -> NoticeChannel:
    """Store the values as the next version, unless somebody was faster; raise StaleVersion."""
    before = members_of(stored)
    changed = session.scalar(
        update_rows(NoticeChannel)
        .where(col(NoticeChannel.id) == stored.id, col(NoticeChannel.version) == version)
        .values(**values, version=version + 1, updated_at=now)
        .returning(col(NoticeChannel.version))
        .execution_options(synchronize_session=False)
    )
    session.refresh(stored)
    if changed is None:
        raise StaleVersion(_KIND, yours=version, current=stored.version)
    action = AuditAction.ARCHIVED if "archived_at" in values else AuditAction.CHANGED
    note(session, actor, action, stored, before=before, after=members_of(stored), now=now)
    return stored


def _check_version(stored: NoticeChannel, if_match: int | None) -> None:
    if if_match is not None and if_match != stored.version:
        raise StaleVersion(_KIND, yours=if_match, current=stored.version)
