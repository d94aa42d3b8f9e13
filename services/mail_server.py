"""The server that e-mail leaves by, as an administrator writes it into one URL."""

import ipaddress
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

_PORTS = {"smtp": 25, "smtps": 465}
_EXAMPLE = "write smtp://user:password@host:587?starttls or smtps://user:password@host"
_BREAKS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed over, and how: TLS from the start, by STARTTLS, or none."""

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


def read_mail_server(url: str) -> MailServer:
    """Return the server behind a URL; raise ValueError with a sentence that repeats no password.

    A password goes over a connection that is not encrypted to this machine alone.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"cannot be read; {_EXAMPLE}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"is no address of a mail server; {_EXAMPLE}")
    if parts.path.strip("/") or parts.fragment or parts.query not in {"", "starttls"}:
        raise ValueError(f"has something behind the host that is not ?starttls; {_EXAMPLE}")
    if parts.scheme == "smtps" and parts.query:
        raise ValueError("smtps:// is encrypted from the start; leave ?starttls out")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if _BREAKS.search(user + password):
        raise ValueError("has a control character in the user name or the password")
    server = MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        starttls=parts.query == "starttls",
        user=user,
        password=password,
    )
    if password and not (server.tls or server.starttls or is_loopback(server.host)):
        raise ValueError("would send the password unencrypted; add ?starttls or write smtps://")
    return server


def read_sender(text: str) -> Address:
    """Return a sender written as `a@b.example` or `Name <a@b.example>`; raise ValueError."""
    name, address = parseaddr(text)
    if _BREAKS.search(text):
        raise ValueError("has a control character in it")
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("is no e-mail address; write alerts@example.com") from None
    if found.ascii_email is None:
        raise ValueError("has letters before the @ that not every mail server takes")
    return Address(name, addr_spec=found.ascii_email)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
