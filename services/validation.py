"""Turns what came from outside into a checked model, or into one sentence per wrong field."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from services.errors import InvalidInput

MAX_DEPTH = 20

_LINES = frozenset("\n\r\t")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_MISSING = "Give a value."
_SENTENCES = {
    "extra_forbidden": "There is no field of this name.",
    "string_type": "Give text.",
    "bool_type": "Give true or false.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "float_type": "Give a number.",
    "decimal_type": "Give a number.",
    "decimal_parsing": "Give a number.",
    "finite_number": "Give a number.",
    "dict_type": "Give an object of names and values.",
    "list_type": "Give a list.",
    "model_type": "Give an object with named fields.",
    "datetime_parsing": "Give a time such as 2026-01-31T12:00:00+00:00.",
    "datetime_from_date_parsing": "Give a time such as 2026-01-31T12:00:00+00:00.",
    "datetime_type": "Give a time such as 2026-01-31T12:00:00+00:00.",
    "timezone_aware": "Give the time with its offset, such as 2026-01-31T12:00:00+00:00.",
}

M = TypeVar("M", bound="InputModel")


class InputModel(BaseModel):
    """What a caller may hand in. Types are strict, and a field that is not listed is refused.

    `missing` says per field what to answer when a required one is absent.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    missing: ClassVar[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Text:
    """The rule of a text field, for `Annotated[str, Text(120)]`; length in characters.

    Space around a single line is taken off; text of several lines stays as it is.
    """

    limit: int
    lines: bool = False
    empty: str = ""  # the sentence for nothing at all; without one, nothing is allowed

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the length after the type; pydantic calls this."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str | None) -> str | None:
        if value is None:
            return None
        if not self.lines:
            value = value.strip()
            if not _LINES.isdisjoint(value):
                raise ValueError("Write this on one line.")
        if self.empty and not value.strip():
            raise ValueError(self.empty)
        if len(value) > self.limit:
            raise ValueError(
                f"Use at most {self.limit:,} characters; there are {len(value):,} now."
            )
        return value


def validate(model: type[M], data: Mapping[str, object]) -> M:
    """Return the data as a checked model.

    Raises InvalidInput with one sentence for every wrong field, nested ones as `headers.X`.
    Refused everywhere, however deep: unknown fields, NaN and Infinity, control characters other
    than line ends and tabs, and halves of characters, which no database can store.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput({"body": "Send an object with named fields."})
    problems = find_unstorable(data)
    if problems:
        raise InvalidInput(problems)
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise InvalidInput(_sentences(model, error)) from None


def find_unstorable(data: Mapping[str, object]) -> dict[str, str]:
    """Return a sentence for every value, by its dotted name, that cannot be kept as it is."""
    problems: dict[str, str] = {}
    _walk(data, "", 0, problems)
    return problems


def is_storable(text: str) -> bool:
    """Tell whether a text can stand in the database, and so whether asking for it makes sense."""
    return not _text_problem(text)


def _walk(value: object, name: str, depth: int, problems: dict[str, str]) -> None:
    if isinstance(value, str):
        problem = _text_problem(value)
        if problem:
            problems[name] = problem
    elif isinstance(value, float) and not math.isfinite(value):
        problems[name] = "Give a number; NaN and Infinity are none."
    elif isinstance(value, Mapping | list | tuple) and depth >= MAX_DEPTH:
        problems[name] = f"Nest at most {MAX_DEPTH} levels deep."
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            text = str(key)
            if _text_problem(text) or not _LINES.isdisjoint(text):
                problems[name or "body"] = "A name in here contains a control character."
            else:
                _walk(inner, f"{name}.{text}" if name else text, depth + 1, problems)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for index, inner in enumerate(value):
            _walk(inner, f"{name}.{index}", depth + 1, problems)


def _text_problem(text: str) -> str:
    match = _UNSTORABLE.search(text)
    if match is None:
        return ""
    if match[0] >= "\ud800":
        return "The text contains half a character; send it as valid UTF-8."
    return f"Remove the control character U+{ord(match[0]):04X}."


def _sentences(model: type[InputModel], error: ValidationError) -> dict[str, str]:
    problems: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in detail["loc"] if part != "[key]")
        problems.setdefault(name or "body", _sentence(model, name, detail))
    return problems


def _sentence(model: type[InputModel], name: str, detail: ErrorDetails) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "missing":
        return model.missing.get(name, _MISSING)
    if kind == "value_error":
        return str(context["error"])
    if kind in {"literal_error", "enum"}:
        return f"Give one of these: {context['expected']}."
    if kind == "too_long":
        return f"Give at most {context['max_length']}; there are {context['actual_length']}."
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = context.get("ge", context.get("le"))
        return f"Give a number of {'at least' if 'ge' in context else 'at most'} {limit}."
    return _SENTENCES.get(kind, "This value does not fit here.")
