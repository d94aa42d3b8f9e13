"""What came in with a call, as people may see it: query and body apart, secrets masked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.contacts import Contact, Mask

HIDDEN: Final = "••••••"

_KEY = re.compile(r"al_[A-Za-z0-9_-]{20,}")
# A parameter, header or member whose name says that its value opens something.
_OPENS = (
    r"[\w.%\[\]-]*(?:password|passwd|pwd|secret|token|api[_-]?key|apikey|authorization|credential"
    r"|private[_-]?key)[\w.%\[\]-]*"
)


@dataclass(frozen=True, slots=True)
class CallContent:
    """What came in: `query` and `body` as they came but for what is masked.

    `method` and `content_type` are empty where they were not kept.
    """

    method: str
    content_type: str
    query: str
    body: str


def split_content(body: str, request: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the query and the body of a call out of what was kept of both."""
    if request is None:
        return "", body
    length = min(int(request.get("query", 0)), len(body))
    rest = body[length:]
    return body[:length], rest.removeprefix("\n") if length else rest


def shown_content(
    body: str, request: Mapping[str, Any] | None, *, mask: Mask, contact: Contact
) -> CallContent:
    """Return what some eyes may see of a call; secrets are masked for everybody.

    `contact` is that of the person whom it is about, as far as that is known.
    """
    query, rest = split_content(body, request)
    return CallContent(
        method=str((request or {}).get("method", "")),
        content_type=str((request or {}).get("type", "")),
        query=mask.unknown(mask.text(without_secrets(query), contact)),
        body=mask.unknown(mask.text(without_secrets(rest), contact)),
    )


def without_secrets(text: str) -> str:
    """Return a query, form or JSON text in which values that open something are masked.

    Those are keys of ours, and what stands under names such as token, password or secret.
    """
    return _without_values(_KEY.sub(f"al_{HIDDEN}", text), _OPENS)


def _without_values(text: str, name: str) -> str:
    for pattern in _patterns(name):
        text = pattern.sub(lambda found: f"{found[1]}{found[2]}{HIDDEN}{found[2]}", text)
    return text


def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    found = _compiled.get(name)
    if found is None:
        member = rf'("{name}"\s*:\s*)'
        found = (
            # In JSON: text, and any other plain value.
            re.compile(rf'{member}(")(?:[^"\\]|\\.)*"', re.IGNORECASE | re.DOTALL),
            re.compile(rf"{member}()(?:-?[0-9][0-9.eE+-]*|true|false)", re.IGNORECASE),
            # In a query or a form.
            re.compile(rf"((?:^|[&?\n]){name}=)()[^&\n]+", re.IGNORECASE),
        )
        _compiled[name] = found
    return found


_compiled: dict[str, tuple[re.Pattern[str], ...]] = {}
