"""The e-mails that carry invitations and resets."""

import asyncio
import logging
from datetime import datetime
from typing import Final

from models import AccountLink
from models.words import LinkKind
from services import database
from services.mail import hand_over, message
from services.settings import Settings

log = logging.getLogger(__name__)

SENT: Final = "sent"

_SUBJECTS: Final = {
    LinkKind.INVITATION: "You are invited to Afterlead",
    LinkKind.RESET: "Choose another password for Afterlead",
}
_TEXTS: Final = {
    LinkKind.INVITATION: (
        "{made_by} invited you to Afterlead at {origin}.\n\nChoose a password here:\n\n{url}\n\n"
        "The link works once, until {until:%Y-%m-%d %H:%M} UTC. If you expected none, ignore it."
    ),
    LinkKind.RESET: (
        "Somebody, probably you, wants to choose another password for {email} at {origin}.\n\n"
        "Do so here:\n\n{url}\n\nThe link works once, until {until:%Y-%m-%d %H:%M} UTC. If it was "
        "not you, ignore it: your password stays as it is."
    ),
}

# A task that nobody holds may be collected before it has sent anything.
_on_their_way: set[asyncio.Task[None]] = set()


def can_mail() -> bool:
    """Tell whether links can go by e-mail."""
    return database.current().settings.mail_server is not None


async def send(link: AccountLink, url: str, *, now: datetime) -> str:
    """Send a link to its person.

    Returns "" without a mail server, `SENT`, or a sentence about what went wrong.
    """
    return await _send(link, url, database.current().settings, now)


async def _send(link: AccountLink, url: str, settings: Settings, now: datetime) -> str:
    if settings.mail_server is None or settings.mail_sender is None:
        return ""
    text = _TEXTS[link.kind].format(
        made_by=link.made_by,
        origin=settings.public_origin,
        email=link.email,
        url=url,
        until=link.expires_at,
    )
    mail = message(
        _SUBJECTS[link.kind], text + "\n", sender=settings.mail_sender, to=link.email, now=now
    )
    return await hand_over(settings.mail_server, mail) or SENT


def send_later(link: AccountLink, url: str, *, now: datetime) -> None:
    """Send a link after the caller has been answered: nobody may tell from the time it takes."""
    settings = database.current().settings
    task = asyncio.get_running_loop().create_task(_send_and_log(link, url, settings, now))
    _on_their_way.add(task)
    task.add_done_callback(_on_their_way.discard)


async def _send_and_log(link: AccountLink, url: str, settings: Settings, now: datetime) -> None:
    problem = await _send(link, url, settings, now)
    if problem not in {"", SENT}:
        log.warning("a link by e-mail was not sent: %s", problem)
