"""E-mail: composed as plain text, handed over to one SMTP server."""

import asyncio
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import lru_cache

import certifi

from services.mail_server import MailServer

MAX_SUBJECT = 150
# Seconds: for each step of the conversation, and for all of it.
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0
_PREFIX = "[Afterlead] "


def message(subject: str, text: str, *, sender: Address, to: str, now: datetime) -> EmailMessage:
    """Return a plain e-mail; whatever the texts hold, no header but the subject comes of them."""
    # The e-mail package refuses a line break in a header; here none is left to refuse.
    plain = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = Address(addr_spec=to)
    made["Subject"] = (_PREFIX + plain)[:MAX_SUBJECT]
    made["Date"] = format_datetime(now)
    made["Message-ID"] = make_msgid(domain=sender.domain)
    # RFC 3834: nobody's holiday notice answers it.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text, cte="quoted-printable")
    return made


async def hand_over(
    server: MailServer, mail: EmailMessage, *, context: ssl.SSLContext | None = None
) -> str:
    """Hand one e-mail over and return "", or a sentence about what went wrong; never raises.

    `context` is for tests; without one the usual authorities are trusted, and always asked. Works
    in a thread of its own, which holds up neither the event loop nor the end of the process.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def settle(problem: str) -> None:
        if not done.done():
            done.set_result(problem)

    def work() -> None:
        problem = _hand_over(server, mail, context or _verifying_context())
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, problem)

    threading.Thread(target=work, name="mail", daemon=True).start()
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await done
    except TimeoutError:
        return f"{server.host} did not take the e-mail within {TOTAL_SECONDS:g} s."


def _hand_over(server: MailServer, mail: EmailMessage, context: ssl.SSLContext) -> str:
    """Return "" or what went wrong; blocks."""
    try:
        with _connect(server, context) as connection:
            if server.starttls:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return _explain(error, server)
    return ""


def _connect(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=STEP_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=STEP_SECONDS)


def _explain(error: Exception, server: MailServer) -> str:
    host = f"{server.host}:{server.port}"
    if isinstance(error, smtplib.SMTPException):
        return _refusal(error, host)
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of {server.host} could not be verified, so nothing was sent: "
                f"{error.verify_message}."
            )
        case ssl.SSLError():
            return (
                f"No secure connection to {host} could be made. Check whether AFTERLEAD_SMTP_URL "
                "should start with smtp:// or end in ?starttls."
            )
        case socket.gaierror():
            return f"The mail server {server.host} was not found. Check AFTERLEAD_SMTP_URL."
        case ConnectionRefusedError():
            return f"{host} refused the connection. Check host and port in AFTERLEAD_SMTP_URL."
        case TimeoutError():
            return f"{host} said nothing for {STEP_SECONDS:g} s."
    return f"{host} could not be reached: {_readable(str(error))}"


def _refusal(error: smtplib.SMTPException, host: str) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"{host} refused user name or password. Correct them in AFTERLEAD_SMTP_URL."
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            (code, reason), *_ = recipients.values()
            return f"{host} refused the recipient: {code} {_readable(reason)}"
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=reason):
            return (
                f"{host} refused the sender: {code} {_readable(reason)}. Correct "
                "AFTERLEAD_MAIL_FROM."
            )
        case smtplib.SMTPNotSupportedError():
            return f"{host} cannot do what was asked of it: {_readable(str(error))}"
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=reason):
            return f"{host} refused the e-mail: {code} {_readable(reason)}"
    return f"{host} broke off the conversation: {_readable(str(error))}"


def _readable(text: bytes | str) -> str:
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(plain.split())[:300]


@lru_cache(maxsize=1)
def _verifying_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and Mozilla's, and always verifies."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
