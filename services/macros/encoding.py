"""Encoders by place: a value never changes the structure of the text that it is put into."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from services.macros.positions import Place, Position
from services.macros.values import scrub

Encoder = Callable[[str], str]

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NOT_IN_URL = re.compile(r"[^\x21-\x7e]+")
_NOT_IN_RAW = re.compile(r"[^\x21\x22\x24-\x7e]+")
_NOT_IN_HEADER = re.compile(r"[^\x20-\x7e]+")
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def percent_encoded(text: str) -> str:
    """Encode for a URL: everything but ``A-Z a-z 0-9 - . _ ~``, as UTF-8 (RFC 3986, 2.3)."""
    return quote(text, safe="")


def url_raw(text: str) -> str:
    """Keep printable ASCII, percent-encode the rest (CR, LF, space, non-ASCII) and ``#``."""
    return _NOT_IN_RAW.sub(_percent, text)


def form_encoded(text: str) -> str:
    """Encode for application/x-www-form-urlencoded: a space becomes ``+``."""
    return quote_plus(text)


def header_encoded(text: str) -> str:
    """Keep printable ASCII and space, percent-encode controls and non-ASCII as UTF-8.

    So a value is always one line. RFC 9110, 5.5 wants ASCII here, and receivers disagree on
    every other reading of the bytes.
    """
    return _NOT_IN_HEADER.sub(_percent, text)


def json_string(text: str) -> str:
    """Escape for the inside of a JSON string."""
    return _as_json(text)[1:-1]


def json_key(text: str) -> str:
    """Write a name of a JSON object, always a quoted string."""
    return _as_json(text)


def json_value(text: str) -> str:
    """Write a JSON value: a quoted string, or ``null`` when empty."""
    return _as_json(text) if text else "null"


def json_number(text: str) -> str:
    """Write a JSON number exactly as it stands; what is no JSON number becomes `json_value`."""
    return text if _JSON_NUMBER.fullmatch(text) else json_value(text)


def unchanged(text: str) -> str:
    """Return the text."""
    return text


_BY_PLACE: dict[Place, Encoder] = {
    Place.PATH: percent_encoded,
    Place.QUERY: percent_encoded,
    Place.FRAGMENT: percent_encoded,
    Place.JSON_STRING: json_string,
    Place.JSON_KEY: json_key,
    Place.JSON_VALUE: json_value,
}
_BY_POSITION: dict[Position, Encoder] = {
    Position.FORM: form_encoded,
    Position.HEADER: header_encoded,
}


def encoder(position: Position, *, place: Place) -> Encoder:
    """Return what encodes a value there."""
    return _BY_PLACE.get(place) or _BY_POSITION.get(position, unchanged)


def literal(text: str, *, position: Position, after_authority: bool) -> str:
    """Return literal template text as it goes on the wire: sendable, and otherwise as written."""
    clean = scrub(text)
    if position is Position.HEADER:
        return header_encoded(clean)
    if position is Position.URL and after_authority:
        return _NOT_IN_URL.sub(_percent, clean)
    return clean


def _percent(match: re.Match[str]) -> str:
    # quote() keeps letters, digits and - . _ ~ : none of them is ever matched here.
    return quote(match[0], safe="")
