"""What may be handed in about a custom field: the parts, their types and limits."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from models.words import FieldType
from services import field_values
from services.catalog.slugs import slug
from services.validation import InputModel, Text

MAX_FIELDS = 50
# What `POST /events` and `/in` take already: the same name could not be told apart there.
RESERVED = frozenset(
    {
        *("event", "transaction_id", "lead_id", "campaign", "amount", "currency", "order_id"),
        *("occurred_at", "conversion_status", "fields", "status", "key", "return", "test"),
    }
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class CustomFieldInput(InputModel):
    """What a custom field consists of; `position` counts from 0, and others make room."""

    missing: ClassVar[Mapping[str, str]] = {
        "name": "Give a name.",
        "type": "Give one of these: text, number, date.",
    }

    name: str
    type: Literal["text", "number", "date"]
    required: bool = False
    help_text: Annotated[str, Text(200)] = ""
    example: Annotated[str, Text(field_values.MAX_TEXT)] = ""
    position: int | None = None

    @field_validator("name")
    @classmethod
    def _fits(cls, name: str) -> str:
        if not name:
            raise ValueError("Give a name.")
        if not _NAME.fullmatch(name):
            hint = suggest_name(name)
            raise ValueError(
                "Use 1 to 64 lower-case letters, digits and underscores, beginning with a letter"
                + (f": “{hint}”." if hint else ".")
            )
        if name in RESERVED:
            raise ValueError(f"Every event has “{name}” already. Choose another name.")
        return name

    @field_validator("example")
    @classmethod
    def _is_one(cls, example: str, info: ValidationInfo) -> str:
        kind = info.data.get("type")
        if example and kind:
            field_values.read_value(FieldType(kind), example)
        return example

    @field_validator("position")
    @classmethod
    def _counts(cls, position: int | None) -> int | None:
        if position is not None and not 0 <= position < MAX_FIELDS:
            raise ValueError(f"Give a number from 0 to {MAX_FIELDS - 1}.")
        return position


def suggest_name(text: str) -> str:
    """Return a name that fits, made from what was typed; empty when nothing is left of it."""
    name = slug(text, separator="_")
    return f"field_{name}"[:64].rstrip("_") if name and not name[0].isalpha() else name
