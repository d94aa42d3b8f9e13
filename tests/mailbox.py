"""A real mail server on loopback that keeps what it is given.

It runs in a thread of its own. `refuse` is the answer to every recipient instead of taking it.
"""

import asyncio
import ssl
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "afterlead", "p@ss:word/1"


class Mailbox:
    """`with Mailbox() as mailbox: … mailbox.url … mailbox.wait_for(1)`."""

    def __init__(
        self, *, ssl_context: ssl.SSLContext | None = None, asks_for_password: bool = False
    ) -> None:
        self.port = 0
        self.refuse = ""
        self._mails: list[EmailMessage] = []
        self._recipients: list[list[str]] = []
        self._changed = threading.Condition()
        self._make = partial(
            SMTP,
            self,
            hostname="mail.example",
            tls_context=ssl_context,
            require_starttls=ssl_context is not None,
            auth_required=asks_for_password,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the mail server did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        # Not aiosmtpd's own controller: it cannot take a free port.
        server = await self._loop.create_server(lambda: self._make(loop=self._loop), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        with self._changed:
            return list(self._mails)

    @property
    def recipients(self) -> list[list[str]]:
        with self._changed:
            return list(self._recipients)

    def wait_for(self, count: int, *, timeout: float = 10.0) -> list[EmailMessage]:
        """Return the e-mails as soon as there are so many."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._mails) >= count, timeout):
                raise AssertionError(f"wanted {count} e-mails, got {len(self._mails)}")
            return list(self._mails)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _smtp: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=default)
        assert isinstance(mail, EmailMessage)
        with self._changed:
            self._mails.append(mail)
            self._recipients.append(list(envelope.rcpt_tos))
            self._changed.notify_all()
        return "250 OK"

    def _authenticate(
        self, _smtp: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and (
            data.login.decode(),
            data.password.decode(),
        ) == (USER, PASSWORD)
        return AuthResult(success=is_right, handled=is_right)
