"""What an event keeps of a custom field: text, or the digits of a number exactly as received."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from models.words import FieldType

MAX_TEXT = 1_000

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TAG = "number"


def read_value(kind: FieldType, value: object) -> str | dict[str, str]:
    """Return a value as an event keeps it; raise ValueError with a sentence for its giver.

    Text has at most 1,000 characters. A number is a JSON number, however it is written, or text
    with a point and no exponent. A date is `YYYY-MM-DD` and exists in the calendar.
    """
    if kind is FieldType.NUMBER:
        return {_TAG: _number(value)}
    if kind is FieldType.DATE:
        return _date(value)
    return _text(value)


def as_text(stored: Any) -> str:
    """Return a kept value for people and JSON answers."""
    return str(stored[_TAG]) if isinstance(stored, Mapping) else str(stored)


def as_macro(stored: Any) -> str | Decimal:
    """Return a kept value for macros: a number is a number, also in a JSON body.

    One with leading zeros is text: no number is written so, and it must come out as it came in.
    """
    if not isinstance(stored, Mapping):
        return str(stored)
    digits = str(stored[_TAG])
    number = Decimal(digits)
    return number if f"{number:f}" == digits else digits


def number_text(value: float | Decimal) -> str:
    """Return a number of JSON in plain notation with all its digits: `0.0000005`, not `5E-7`.

    One beyond 1,000 places keeps its exponent: 1E+999999 written out is a megabyte.
    """
    number = Decimal(str(value))
    return format(number, "f") if abs(number.adjusted()) <= MAX_TEXT else str(number)


def _given_text(value: object) -> str | None:
    """Return text as it came and a number's digits, or `None` for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return number_text(value)


def _text(value: object) -> str:
    text = _given_text(value)
    if text is None:
        raise ValueError("Give text.")
    if not text.strip():
        raise ValueError("Give a value.")
    if len(text) > MAX_TEXT:
        raise ValueError(f"Use at most {MAX_TEXT:,} characters; there are {len(text):,} now.")
    return text


def _number(value: object) -> str:
    text = (_given_text(value) or "").strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(
            "Give a number such as 12.50: a point, no comma, "
            "at most 15 digits before it and 10 after it."
        )
    return text


def _date(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not _DATE.fullmatch(text):
        raise ValueError("Give a date such as 2026-02-28: year, month and day with hyphens.")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"There is no {text} in the calendar.") from None
    return text
