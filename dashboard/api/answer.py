"""How answers are written: JSON of rows, lists with their cursor, versions as ETag."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from fastapi import Response

from services.paging import Page

Row = TypeVar("Row")

JSON_TYPE: Final = "application/json"


def json_bytes(content: object) -> bytes:
    """Return compact JSON; times become RFC 3339 with their offset."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # A refusal may quote half a character that a caller sent; UTF-8 has no form for it.
    return text.encode(errors="replace")


def answer(
    content: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    return Response(json_bytes(content), status, headers, media_type=JSON_TYPE)


def answer_versioned(
    content: Mapping[str, object], *, status: int = 200, location: str = ""
) -> Response:
    """Return one definition, whose version is also its ETag for a later `If-Match`."""
    headers = {"ETag": f'"{content["version"]}"'}
    if location:
        headers["Location"] = location
    return answer(content, status=status, headers=headers)


def answer_list(page: Page[Row], render: Callable[[Row], Mapping[str, object]]) -> Response:
    """Return one page of a list in the envelope of all lists."""
    return answer({"items": [render(row) for row in page.items], "next_cursor": page.next_cursor})


def header_object(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers as an object; one that came several times is joined (RFC 9110 §5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
