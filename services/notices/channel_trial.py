"""Whether notices would arrive: a test notice sent to a channel, and the mail server there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from models import NoticeChannel
from models.words import AuditAction, ChannelKind
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, TooMany
from services.identifiers import new_id
from services.mail import message
from services.notices import channels, mail, sending
from services.notices.channel_audit import note
from services.notices.channel_input import NO_MAIL_SERVER
from services.notices.message import test_body
from services.notices.post import Post, SendResult, SignedCall
from services.secret_box import UnreadableSecret

__all__ = ["MailState", "SendResult", "mail_state", "send_test", "set_post"]

# A test goes out at once, so a person or a program could aim it.
TEST_PAUSE = timedelta(seconds=3)

_post: Post | None = None


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


async def send_test(actor: Actor, channel_id: str, *, clock: Clock = utc_now) -> SendResult:
    """Send a test notice at once, once, and return what came of it.

    It counts neither for nor against the channel. Raises NotFound, Conflict for an archived one
    and for e-mail without a mail server, and TooMany.
    """
    actor.require(Right.SEND_TESTS)
    now = clock()
    stored = await database.write(_begin_test, actor, channel_id, now)
    settings = database.current().settings
    if stored.kind is ChannelKind.EMAIL:
        if settings.mail_server is None or settings.mail_sender is None:
            raise Conflict(NO_MAIL_SERVER, code="no_mail_server")
        text = (
            f"This is a test notice. The channel “{stored.name}” works, and nothing is wrong.\n\n"
            f"{settings.public_origin}/settings/alerts\n"
        )
        sender = settings.mail_sender
        made = message("Test notice", text, sender=sender, to=stored.target, now=now)
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


def _begin_test(session: Session, actor: Actor, channel_id: str, now: datetime) -> NoticeChannel:
    stored = channels.find(session, channel_id)
    channels.refuse_archived(stored)
    if stored.tested_at is not None and now - stored.tested_at < TEST_PAUSE:
        raise TooMany("This channel was tested just now. Wait a moment.", retry_after_seconds=3)
    stored.tested_at = now
    note(session, actor, AuditAction.TESTED, stored, now=now)
    return stored
