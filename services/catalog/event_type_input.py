"""What may be handed in about an event type: the fields, their types and limits."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import ValidationInfo, field_validator

from services.catalog.dedupe_input import Dedupe, DedupeChoice, agree
from services.catalog.slugs import MAX_LENGTH, slug
from services.validation import InputModel, Text

NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class EventTypeInput(InputModel):
    """What an event type consists of.

    `multi_trigger` and `dedupe` are two ways to say one thing; both absent means once per lead.
    """

    missing: ClassVar[Mapping[str, str]] = {"name": "Give a name."}

    name: str
    description: Annotated[str, Text(500, lines=True)] = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    multi_trigger: bool | None = None
    dedupe: DedupeChoice = None
    available_everywhere: bool = True

    @field_validator("name")
    @classmethod
    def _fits(cls, name: str) -> str:
        if not name:
            raise ValueError("Give a name.")
        if not NAME_PATTERN.fullmatch(name):
            hint = suggest_name(name)
            raise ValueError(
                "Use 1 to 64 lower-case letters, digits and underscores, beginning with a letter"
                + (f": “{hint}”." if hint else ".")
            )
        return name

    @field_validator("dedupe")
    @classmethod
    def _agrees(cls, dedupe: Dedupe | None, info: ValidationInfo) -> Dedupe | None:
        return agree(dedupe, info.data.get("multi_trigger"))

    def dedupe_mode(self, *, otherwise: Dedupe) -> Dedupe:
        """Return the mode that was asked for in either way."""
        return agree(self.dedupe, self.multi_trigger) or otherwise


def suggest_name(text: str) -> str:
    """Return a name that fits, made from what was typed; empty when nothing is left of it."""
    name = slug(text, separator="_")
    if name and not name[0].isalpha():
        name = f"event_{name}"[:MAX_LENGTH].rstrip("_")
    return name
