"""How answers are written: JSON of rows, lists with their cursor, versions as ETag."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from fastapi import Response

from services.errors import InvalidInput
from services.paging import Page, PageRequest, decode_cursor, encode_cursor

Row = TypeVar("Row")

JSON_TYPE: Final = "application/json"

_PLACE_DIGITS: Final = 9
_DIGEST_DIGITS: Final = 12


def json_bytes(content: object) -> bytes:
    """Return compact JSON; times become RFC 3339 with their offset."""
    text = _ENCODER.encode(content)
    # A refusal may quote half a character that a caller sent; UTF-8 has no form for it.
    return text.encode(errors="replace")


class JsonAnswer(Response):
    """A JSON answer that still knows what it consists of, for callers who want a part of it.

    `raw` are members that are JSON already, and stay as they are to the digit.
    """

    media_type = JSON_TYPE

    def __init__(
        self,
        content: Mapping[str, object],
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        raw: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        self.content = content
        self.raw = raw
        super().__init__(self._written(), status, headers)

    def only(self, names: Collection[str], *, in_items: bool) -> "JsonAnswer":
        """Return the same with the named members alone: of each item, or of the whole."""
        if in_items:
            rows: Iterable[Mapping[str, object]] = self.content["items"]  # type: ignore[assignment]
            items = [{name: row[name] for name in row if name in names} for row in rows]
            narrowed, raw = {**self.content, "items": items}, self.raw
        else:
            narrowed = {name: value for name, value in self.content.items() if name in names}
            raw = {name: value for name, value in self.raw.items() if name in names}
        headers = {name: text for name, text in self.headers.items() if name != "content-length"}
        return JsonAnswer(narrowed, self.status_code, headers, raw=raw)

    def _written(self) -> bytes:
        written = json_bytes(self.content)
        for name, value in self.raw.items():
            separator = b"," if len(written) > len(b"{}") else b""
            written = (
                written.removesuffix(b"}") + separator + json_bytes(name) + b":" + value + b"}"
            )
        return written


def answer(
    content: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    raw: Mapping[str, bytes] = MappingProxyType({}),
) -> Response:
    """Return a JSON answer."""
    return JsonAnswer(content, status, headers, raw=raw)


def answer_versioned(
    content: Mapping[str, object], *, status: int = 200, location: str = "", beside: object = None
) -> Response:
    """Return one definition, whose version is also its ETag for a later `If-Match`.

    `beside` is what changes without a new version, such as when it was last used: where there is
    any, the ETag carries a digest of it, so that nobody is told that nothing has changed.
    """
    tag = str(content["version"])
    if beside:
        tag += "-" + hashlib.sha256(json_bytes(beside)).hexdigest()[:_DIGEST_DIGITS]
    headers = {"ETag": f'"{tag}"'}
    if location:
        headers["Location"] = location
    return answer(content, status=status, headers=headers)


def answer_list(page: Page[Row], render: Callable[[Row], Mapping[str, object]]) -> Response:
    """Return one page of a list in the envelope of all lists."""
    return answer({"items": [render(row) for row in page.items], "next_cursor": page.next_cursor})


def answer_whole(
    rows: Sequence[Row],
    request: PageRequest,
    render: Callable[[Row], Mapping[str, object]],
    *,
    id_of: Callable[[Row], str],
) -> Response:
    """Return one page of a list that is at hand as a whole; raise InvalidInput for a bad cursor.

    A page begins after the row with which the one before ended, wherever that stands by now.
    """
    begin = 0
    if request.cursor:
        last, place = decode_cursor(request.cursor, keys=2)
        ids = [id_of(row) for row in rows]
        begin = ids.index(last) + 1 if last in ids else _place(place)
    items = list(rows[begin : begin + request.limit])
    end = begin + len(items)
    cursor = encode_cursor(id_of(items[-1]), str(end)) if items and end < len(rows) else None
    return answer_list(Page(items, next_cursor=cursor), render)


def _place(text: str) -> int:
    """Return where a page begins whose predecessor's last row is gone."""
    if not (text.isascii() and text.isdigit() and len(text) <= _PLACE_DIGITS):
        raise InvalidInput({"cursor": "This cursor is not one of ours; start without a cursor."})
    return max(int(text) - 1, 0)


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


# Made once: `json.dumps` with options makes another one for each call.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)
