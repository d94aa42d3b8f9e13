"""What may be handed in about an incoming URL: what is fixed, and the partner's dialect."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from models.words import ConversionStatus
from services.validation import InputModel, Text

# Our fields that a partner may call otherwise; custom fields come as `fields.<name>`.
FIELDS = (
    *("event", "transaction_id", "lead_id", "campaign", "amount", "currency", "order_id"),
    *("occurred_at", "conversion_status"),
)
TRANSLATED = ("event", "conversion_status")
"""Fields whose values may be words of the partner's own."""

MAX_WORDS = 100
MAX_PLACEHOLDER = 300

_CUSTOM_FIELD = re.compile(r"fields\.[a-z][a-z0-9_]{0,63}", re.ASCII)
_PARAMETER = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,64}", re.ASCII)
_OUR_OWN = frozenset({"return", "test"})


class IncomingUrlInput(InputModel):
    """What an incoming URL consists of.

    `campaign` fixed: the URL works for no other. `event` fixed: it is fired when a call names
    none. `parameters`: our field → the partner's parameter. `words`: our field → the partner's
    word → ours. `placeholders`: our field → what the partner's system puts there, for each that
    stands in the URL; none means the usual ones. `returns`: the fixed text that he wants to be
    answered.
    """

    missing: ClassVar[Mapping[str, str]] = {"name": "Give a name that says who uses the URL."}

    name: Annotated[str, Text(100, empty="Give a name that says who uses the URL.")]
    campaign: Annotated[str, Text(64)] | None = None
    event: Annotated[str, Text(64)] | None = None
    parameters: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    placeholders: dict[str, Annotated[str, Text(MAX_PLACEHOLDER)]] = Field(default_factory=dict)
    returns: Annotated[str, Text(100)] = ""

    @field_validator("campaign", "event")
    @classmethod
    def _nothing_is_none(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("parameters")
    @classmethod
    def _parameters_fit(cls, parameters: dict[str, str]) -> dict[str, str]:
        seen: dict[str, str] = {}
        for ours, theirs in parameters.items():
            _check_field(ours)
            if not _PARAMETER.fullmatch(theirs):
                raise ValueError(
                    f"“{theirs[:64]}” cannot be a parameter's name: use 1 to 64 letters, digits "
                    "and _ . - [ ]."
                )
            if theirs in _OUR_OWN:
                raise ValueError(f"“{theirs}” has a meaning of its own here. Use another name.")
            if theirs in seen:
                raise ValueError(f"“{theirs}” stands for both {seen[theirs]} and {ours}.")
            seen[theirs] = ours
        return parameters

    @field_validator("placeholders")
    @classmethod
    def _placeholders_fit(cls, placeholders: dict[str, str]) -> dict[str, str]:
        for ours in placeholders:
            _check_field(ours)
        return placeholders

    @field_validator("words")
    @classmethod
    def _words_fit(cls, words: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for field, meanings in words.items():
            if field not in TRANSLATED:
                raise ValueError(
                    f"“{field[:64]}” cannot be translated. Use {' or '.join(TRANSLATED)}."
                )
            if len(meanings) > MAX_WORDS:
                raise ValueError(f"Give at most {MAX_WORDS} words for {field}.")
            for theirs, ours in meanings.items():
                if not theirs.strip() or len(theirs) > 255:
                    raise ValueError("Give the partner's word, of 1 to 255 characters.")
                if field == "conversion_status" and ours not in set(ConversionStatus):
                    names = ", ".join(ConversionStatus)
                    raise ValueError(f"“{theirs[:64]}” must mean one of these: {names}.")
        return {field: meanings for field, meanings in words.items() if meanings}


def _check_field(ours: str) -> None:
    if ours not in FIELDS and not _CUSTOM_FIELD.fullmatch(ours):
        raise ValueError(
            f"“{ours[:64]}” is no field of an event. Use {', '.join(FIELDS)}, or fields.<name> for "
            "a custom field."
        )
