"""Channels: where notices go, edited by people and programs, and tried out by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy import update as update_rows
from sqlmodel import Session, col

from models import NoticeChannel
from models.words import ChannelKind
from services import database, signing_secrets
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound, StaleVersion, TooMany
from services.identifiers import is_id, new_id
from services.name_lookup import SystemResolver
from services.notices import mail, sending
from services.notices.channel_input import NO_MAIL_SERVER, ChannelInput, check_channel
from services.notices.channel_rows import ChannelRow, SendRow, channel_row, newest_sends
from services.notices.message import test_body
from services.notices.post import Post, SendResult, SignedCall
from services.secret_box import UnreadableSecret
from services.target_guard import Resolver
from services.validation import validate

__all__ = [
    "NO_MAIL_SERVER",
    "ChannelInput",
    "ChannelRow",
    "ChannelWithSecret",
    "MailState",
    "SendResult",
    "SendRow",
    "archive",
    "create",
    "get",
    "list_all",
    "list_sends",
    "mail_state",
    "new_secret",
    "send_test",
    "set_post",
    "update",
]

_KIND = "channel"
# A test goes out at once, so a person or a program could aim it.
TEST_PAUSE = timedelta(seconds=3)
MAX_CHANNELS = 50

_post: Post | None = None


@dataclass(frozen=True, slots=True)
class ChannelWithSecret:
    """A channel and its new signing secret, which is shown this once; empty for e-mail."""

    row: ChannelRow
    secret: str


@dataclass(frozen=True, slots=True)
class MailState:
    """Whether e-mail can be sent: by which server (host and port), from whom."""

    server: str
    sender: str
    is_encrypted: bool

    @property
    def is_set(self) -> bool:
        """Tell whether a mail server is set."""
        return bool(self.server)


def set_post(post: Post | None) -> None:
    """Name the function that calls a URL for tests; `runtime` sets it."""
    global _post  # noqa: PLW0603 - one sender per process
    _post = post


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
    return await database.write(_create, values, clock())


async def get(actor: Actor, channel_id: str) -> ChannelRow:
    """Return one, archived or not; raise NotFound."""
    actor.require(Right.READ)
    stored = await database.read(_find, channel_id)
    return _for(actor, stored)


async def list_all(actor: Actor, *, archived: bool | None = False) -> list[ChannelRow]:
    """Return all channels by name; `archived` None means both."""
    actor.require(Right.READ)
    return [_for(actor, stored) for stored in await database.read(_list, archived)]


async def list_sends(actor: Actor, channel_id: str) -> list[SendRow]:
    """Return the newest 50 sends of a channel; raise NotFound."""
    actor.require(Right.READ)
    await database.read(_find, channel_id)
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
    stored = await database.read(_find, channel_id)
    _check_version(stored, if_match)
    _refuse_archived(stored)
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
    changed = await database.write(_update, channel_id, values, stored.version, clock())
    return _for(actor, changed)


async def new_secret(actor: Actor, channel_id: str, *, clock: Clock = utc_now) -> ChannelWithSecret:
    """Give a URL another signing secret; the present one signs on for 24 hours beside it.

    Raises NotFound, and Conflict for an archived one and for e-mail.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_new_secret, channel_id, clock())


async def archive(actor: Actor, channel_id: str, *, clock: Clock = utc_now) -> ChannelRow:
    """Tell this channel nothing more, for good; an archived one stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    return _for(actor, await database.write(_archive, channel_id, clock()))


async def send_test(actor: Actor, channel_id: str, *, clock: Clock = utc_now) -> SendResult:
    """Send a test notice at once, once, and return what came of it.

    It counts neither for nor against the channel. Raises NotFound, Conflict for an archived one
    and for e-mail without a mail server, and TooMany.
    """
    actor.require(Right.SEND_TESTS)
    now = clock()
    stored = await database.write(_begin_test, channel_id, now)
    settings = database.current().settings
    if stored.kind is ChannelKind.EMAIL:
        if settings.mail_server is None or settings.mail_sender is None:
            raise Conflict(NO_MAIL_SERVER, code="no_mail_server")
        text = (
            f"This is a test notice. The channel “{stored.name}” works, and nothing is wrong.\n\n"
            f"{settings.public_origin}/settings/alerts\n"
        )
        sender = settings.mail_sender
        made = mail.message("Test notice", text, sender=sender, to=stored.target, now=now)
        return await mail.send(settings.mail_server, made)
    if _post is None:
        raise RuntimeError("The sender is not running.")
    body = test_body(
        channel_id=stored.id, channel=stored.name, now=now, origin=settings.public_origin
    )
    try:
        keys = sending.signing_keys(stored.secret, now)
    except UnreadableSecret as error:
        return SendResult(succeeded=False, message=error.message, duration_ms=0)
    return await _post(SignedCall(stored.target, body.encode(), new_id("nsd"), keys))


def mail_state() -> MailState:
    """Return how e-mail leaves this installation."""
    settings = database.current().settings
    server = settings.mail_server
    if server is None:
        return MailState("", "", is_encrypted=False)
    return MailState(
        f"{server.host}:{server.port}",
        str(settings.mail_sender),
        is_encrypted=server.tls or server.starttls,
    )


def _for(actor: Actor, stored: NoticeChannel) -> ChannelRow:
    return channel_row(stored, may_edit=Right.EDIT_DEFINITIONS in actor.rights)


def _find(session: Session, channel_id: str) -> NoticeChannel:
    found = session.get(NoticeChannel, channel_id) if is_id(channel_id) else None
    if found is None:
        raise NotFound(_KIND, channel_id)
    return found


def _list(session: Session, archived: bool | None) -> list[NoticeChannel]:
    query = select(NoticeChannel)
    if archived is not None:
        archived_at = col(NoticeChannel.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    return sorted(session.scalars(query), key=lambda row: (row.name.casefold(), row.id))


def _create(session: Session, values: dict[str, Any], now: datetime) -> ChannelWithSecret:
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
    row = channel_row(stored, may_edit=True)
    return ChannelWithSecret(row, made.present.secret if made else "")


def _update(
    session: Session, channel_id: str, values: dict[str, Any], version: int, now: datetime
) -> NoticeChannel:
    stored = _find(session, channel_id)
    if all(getattr(stored, name) == value for name, value in values.items()):
        return stored
    changed = _store(session, stored, values, version, now)
    if not changed.enabled:
        sending.cancel(session, channel_id)
    return changed


def _new_secret(session: Session, channel_id: str, now: datetime) -> ChannelWithSecret:
    stored = _find(session, channel_id)
    _refuse_archived(stored)
    if stored.kind is not ChannelKind.URL:
        raise Conflict("An e-mail is not signed.", code="not_signed")
    try:
        made = signing_secrets.unseal(stored.secret or "").rotated(now)
    except UnreadableSecret:
        made = signing_secrets.begin(now)
    values = {"secret": signing_secrets.seal(made)}
    changed = _store(session, stored, values, stored.version, now)
    return ChannelWithSecret(channel_row(changed, may_edit=True), made.present.secret)


def _archive(session: Session, channel_id: str, now: datetime) -> NoticeChannel:
    stored = _find(session, channel_id)
    if stored.archived_at is not None:
        return stored
    sending.cancel(session, channel_id)
    return _store(session, stored, {"archived_at": now}, stored.version, now)


def _begin_test(session: Session, channel_id: str, now: datetime) -> NoticeChannel:
    stored = _find(session, channel_id)
    _refuse_archived(stored)
    if stored.tested_at is not None and now - stored.tested_at < TEST_PAUSE:
        raise TooMany("This channel was tested just now. Wait a moment.", retry_after_seconds=3)
    stored.tested_at = now
    return stored


def _store(
    session: Session,
    stored: NoticeChannel,
    values: dict[str, Any],
    version: int,
    now: datetime,
) -> NoticeChannel:
    """Store the values as the next version, unless somebody was faster; raise StaleVersion."""
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
    return stored


def _check_version(stored: NoticeChannel, if_match: int | None) -> None:
    if if_match is not None and if_match != stored.version:
        raise StaleVersion(_KIND, yours=if_match, current=stored.version)


def _refuse_archived(stored: NoticeChannel) -> None:
    if stored.archived_at is not None:
        raise Conflict("This channel is archived. Add another one.", code="archived")
