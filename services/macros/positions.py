"""Where a template stands, and where in it each macro stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

Span = tuple[int, int]


class Position(StrEnum):
    """The kind of text that a template is."""

    URL = "url"
    HEADER = "header"
    JSON = "json"
    FORM = "form"
    TEXT = "text"


class Place(StrEnum):
    """The spot of one macro. One that stands in a LOCKED place is never replaced."""

    AUTHORITY = "authority"
    PATH = "path"
    QUERY = "query"
    FRAGMENT = "fragment"
    JSON_STRING = "json_string"
    JSON_VALUE = "json_value"
    JSON_KEY = "json_key"
    AFTER_BACKSLASH = "after_backslash"
    ANYWHERE = "anywhere"


LOCKED = frozenset({Place.AUTHORITY, Place.AFTER_BACKSLASH})
RAW_PLACES = frozenset({Place.PATH, Place.QUERY})

# The authority must not be empty: some clients read `https:///x` as the host x.
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/?#\x00-\x20]+(?=[/?#])")
_JSON_MARK = re.compile(r'\\.?|"', re.DOTALL)
_COLON_NEXT = re.compile(r"\s*:")


def body_position(content_type: str) -> Position:
    """Return how macros in a body of this content type are encoded."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        return Position.JSON
    if media_type == "application/x-www-form-urlencoded":
        return Position.FORM
    return Position.TEXT


def places(text: str, spans: Sequence[Span], *, position: Position) -> list[Place]:
    """Return the place of each macro span, judged by the literal text around them alone."""
    if position is Position.URL:
        return _url_places(text, spans)
    if position is Position.JSON:
        return _json_places(text, spans)
    return [Place.ANYWHERE] * len(spans)


def authority_end(text: str, spans: Sequence[Span]) -> int | None:
    """Return where the host and port of a URL end, or None when it has no complete authority."""
    match = _AUTHORITY.match(_masked(text, spans))
    return match.end() if match else None


def _masked(text: str, spans: Sequence[Span]) -> str:
    """Return the text, of the same length, with a plain letter wherever a macro stands."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [text[done:start], "x" * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])


def _url_places(text: str, spans: Sequence[Span]) -> list[Place]:
    authority = authority_end(text, spans)
    if authority is None:
        return [Place.AUTHORITY] * len(spans)
    masked = _masked(text, spans)
    fragment = masked.find("#", authority)
    fragment = len(masked) if fragment < 0 else fragment
    query = masked.find("?", authority, fragment)
    query = fragment if query < 0 else query
    return [
        Place.AUTHORITY
        if start < authority
        else Place.PATH
        if start < query
        else Place.QUERY
        if start < fragment
        else Place.FRAGMENT
        for start, _ in spans
    ]


def _json_places(text: str, spans: Sequence[Span]) -> list[Place]:
    found: list[Place] = []
    in_string = False
    done = 0
    for start, end in spans:
        dangling = False
        for mark in _JSON_MARK.finditer(text, done, start):
            escape = mark[0].startswith("\\")
            if escape and in_string:
                dangling = len(mark[0]) == 1
            elif mark[0].endswith('"'):
                in_string = not in_string
        if dangling:
            # `"\{x}"`: the backslash would undo the escape of the value's first character.
            found.append(Place.AFTER_BACKSLASH)
        elif in_string:
            found.append(Place.JSON_STRING)
        elif _COLON_NEXT.match(text, end):
            found.append(Place.JSON_KEY)
        else:
            found.append(Place.JSON_VALUE)
        done = end
    return found
