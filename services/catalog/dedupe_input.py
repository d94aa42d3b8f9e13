"""How a caller says when a second firing is the same fact: a word, a window, or Multi-Trigger."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from models.words import DedupeMode

MAX_WINDOW_MINUTES = 525_600  # a year

_WORDS = (DedupeMode.ONCE_PER_LEAD, DedupeMode.ONCE_PER_ORDER, DedupeMode.ALLOW_ALL)
_SENTENCE = (
    f'Give one of these: {", ".join(_WORDS)}, or {{"window_minutes": n}} with n from 1 to '
    f"{MAX_WINDOW_MINUTES:,}."
)


@dataclass(frozen=True, slots=True)
class Dedupe:
    """A mode; `window_minutes` is set exactly for `window`."""

    mode: DedupeMode
    window_minutes: int | None = None


def _read(value: Any) -> Dedupe | None:
    if value is None or isinstance(value, Dedupe):
        return value
    if isinstance(value, str) and value in set(_WORDS):
        return Dedupe(DedupeMode(value))
    if isinstance(value, dict) and set(value) == {"window_minutes"}:
        minutes = value["window_minutes"]
        is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
        if is_number and 1 <= minutes <= MAX_WINDOW_MINUTES:
            return Dedupe(DedupeMode.WINDOW, minutes)
    raise ValueError(_SENTENCE)


DedupeChoice = Annotated[
    Dedupe | None,
    BeforeValidator(_read),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": list(_WORDS)},
                {
                    "type": "object",
                    "properties": {
                        "window_minutes": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": MAX_WINDOW_MINUTES,
                        }
                    },
                    "required": ["window_minutes"],
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        }
    ),
]
"""A field that takes any way of saying it; its value is `Dedupe` or `None` for nothing said."""


def agree(dedupe: Dedupe | None, multi_trigger: bool | None) -> Dedupe | None:
    """Return what the two fields say together; raise ValueError when they contradict."""
    if dedupe is None:
        if multi_trigger is None:
            return None
        return Dedupe(DedupeMode.ALLOW_ALL if multi_trigger else DedupeMode.ONCE_PER_LEAD)
    if multi_trigger is not None and multi_trigger != dedupe.mode.fires_again:
        raise ValueError(
            f"This contradicts multi_trigger: {str(multi_trigger).lower()}. Give one of the two: "
            "multi_trigger false means once_per_lead, and true alone means allow_all."
        )
    return dedupe
