"""Which headers a person may put on a postback, and which the connection sets by itself."""

import re
from collections.abc import Iterable
from functools import lru_cache

MAX_HEADERS = 50
MAX_HEADER_BYTES = 8 * 1024
MAX_HEADERS_BYTES = 16 * 1024

# What belongs to the connection and not to the message (RFC 9110 §7.6.1), what we compute, and
# `expect`, which makes a request wait for an answer before its body is sent.
FORBIDDEN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
SIGNATURE_HEADERS = frozenset(
    {"webhook-id", "webhook-timestamp", "webhook-signature", "x-postback-signature"}
)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


def check_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return one sentence per header name that a person must change; empty when all are fine."""
    problems: dict[str, str] = {}
    seen: set[str] = set()
    total = 0
    for name, value in headers:
        total += len(name) + len(value.encode()) + 4
        lower = name.lower()
        if lower in SIGNATURE_HEADERS:
            problems[name] = f"“{name}” is set by Afterlead for every delivery. Remove it."
        elif lower in seen:
            problems[name] = f"“{name}” is there twice. Keep one of them."
        elif (problem := header_problem(name, value)) is not None:
            problems[name] = problem
        seen.add(lower)
    if len(seen) > MAX_HEADERS:
        problems[""] = f"There are {len(seen)} headers; {MAX_HEADERS} are allowed."
    elif total > MAX_HEADERS_BYTES:
        problems[""] = f"All headers together are longer than {MAX_HEADERS_BYTES:,} bytes."
    return problems


def header_problem(name: str, value: str) -> str | None:
    """Return why this header cannot be sent, or None."""
    problem = _name_problem(name)
    if problem is not None:
        return problem
    if not _VALUE.fullmatch(value):
        return f"The value of “{name}” contains a line break or a control character. Remove it."
    if len(value) > MAX_HEADER_BYTES:
        return f"The value of “{name}” is longer than {MAX_HEADER_BYTES:,} bytes."
    return None


@lru_cache(maxsize=1024)
def _name_problem(name: str) -> str | None:
    if not _TOKEN.fullmatch(name) or len(name) > 200:
        return f"“{name[:80]}” is not a header name. Use letters, digits and hyphens."
    if name.lower() in FORBIDDEN_HEADERS:
        return f"“{name}” is set by the connection itself and cannot be chosen. Remove it."
    return None
