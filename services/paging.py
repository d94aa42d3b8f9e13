"""Keyset pages: newest first, stable while rows are inserted."""

import base64
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.errors import InvalidInput

Row = TypeVar("Row")

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many rows are wanted (1–500), and after or before which one."""

    limit: int = DEFAULT_LIMIT
    cursor: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidInput({"limit": f"Give a number from 1 to {MAX_LIMIT}."})


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order, and the cursors of the pages beside this one, `None` at an end."""

    items: list[Row]
    next_cursor: str | None = None
    previous_cursor: str | None = None


def encode_cursor(*keys: str) -> str:
    """Return an opaque cursor for the sort keys of a row."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, keys: int) -> list[str]:
    """Return the sort keys in a cursor; raise `InvalidInput` for one that is not ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):  # of base64, of UTF-8 and of JSON alike; deep nesting
        values = None
    if (
        not isinstance(values, list)
        or len(values) != keys
        or not all(isinstance(value, str) for value in values)
    ):
        raise InvalidInput({"cursor": "This cursor is not one of ours; start without a cursor."})
    return values
