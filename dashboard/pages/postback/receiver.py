"""Where the built-in test receiver can be reached by our own sender."""

import re
from typing import Final
from urllib.parse import urlsplit

from services.settings import Settings

MACROS: Final = "?event={event_name}&transaction_id={transaction_id}&click_id={external_click_id}"

_PATH = re.compile(r"/echo/([a-z0-9_-]{1,64})(?:/|$)", re.ASCII)


def receiver_name(url: str, *, settings: Settings) -> str:
    """Return the name of the test receiver that a URL seems to call; empty for any other URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # still being typed
        return ""
    found = _PATH.match(parts.path)
    return found[1] if found and port == settings.port else ""


def receiver_url(origin: str, path: str, *, settings: Settings) -> str:
    """Return a URL of the test receiver, with some macros to see at work.

    The person's own address is kept where it is one that the sender may call, else this
    installation's address behind a proxy is used.
    """
    host = urlsplit(origin).hostname or ""
    own = {"localhost", "127.0.0.1", settings.host}
    if host not in own or urlsplit(origin).port != settings.port:
        host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}{path}{MACROS}"
