"""Notices by e-mail: what stands in them, and how long the mail server took."""

import ssl
import time
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from services.mail import hand_over, message
from services.mail_server import MailServer
from services.notices.message import Told
from services.notices.post import SendResult


def compose(
    told: Sequence[Told], *, sender: Address, to: str, origin: str, now: datetime
) -> EmailMessage:
    """Return one e-mail about one notice or several."""
    parts = [_paragraph(each, origin) for each in told]
    if len(told) == 1:
        subject = told[0].words.title
    else:
        subject = f"{len(told)} notices: {told[0].words.title}"
    rule = "\n\n" + "-" * 40 + "\n\n"
    footer = f"-- \nSent by Afterlead. Change what is sent at {origin}/settings/alerts"
    text = rule.join(parts) + "\n\n" + footer + "\n"
    return message(subject, text, sender=sender, to=to, now=now)


async def send(
    server: MailServer, mail: EmailMessage, *, context: ssl.SSLContext | None = None
) -> SendResult:
    """Hand one e-mail over; see `mail.hand_over`."""
    began = time.perf_counter()
    problem = await hand_over(server, mail, context=context)
    return SendResult(
        succeeded=not problem,
        message=problem,
        duration_ms=round((time.perf_counter() - began) * 1000),
    )


def _paragraph(told: Told, origin: str) -> str:
    words = told.words
    lines = [words.title, "", words.text, "", f"Since: {told.opened_at:%Y-%m-%d %H:%M} UTC"]
    if told.count > 1:
        lines.append(f"Times: {told.count:,}")
    return "\n".join([*lines, told.url(origin)])
