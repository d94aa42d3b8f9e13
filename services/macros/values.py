"""What a macro's value looks like as text, as a number and as a moment in time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

Value = str | int | Decimal | datetime
Values = Mapping[str, str | int | Decimal | datetime | None]

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,4})?|[+-]?\.[0-9]+")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_LENGTH = len("2026-01-31")
# Beyond this many digits a Decimal keeps its exponent: 1E+999999 written out is a megabyte.
_LONGEST_PLAIN = 64


def scrub(text: str) -> str:
    """Return text that every encoder and both databases take.

    NUL and lone surrogates become U+FFFD; a surrogate pair becomes the character it stands for.
    """
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def as_text(value: Value) -> str:
    """Return the value as macros print it.

    A datetime is RFC 3339 in UTC with ``Z`` (one without a zone counts as UTC), with
    milliseconds only when they are not zero. A Decimal has no exponent up to 64 digits.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, Decimal):
        plain = value.is_finite() and abs(value.adjusted()) <= _LONGEST_PLAIN
        return format(value, "f") if plain else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_number(value: Value) -> Decimal | None:
    """Return the value as a Decimal, or None when it is not a finite decimal number."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, datetime):
        return None
    text = as_text(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def as_moment(value: Value) -> tuple[datetime, bool] | None:
    """Return the moment that the value names, and whether it is a day without a time.

    Reads datetimes and ISO 8601 text. Without a zone it counts as UTC. None: not a time.
    """
    if isinstance(value, datetime):
        return _in_utc(value), False
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not _MOMENT.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _in_utc(moment), len(text) == _DATE_LENGTH


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or the last hours that a datetime can hold
        return moment.replace(tzinfo=UTC)


def _moment_text(moment: datetime) -> str:
    utc = _in_utc(moment)
    precision = "milliseconds" if utc.microsecond >= 1000 else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=precision) + "Z"
