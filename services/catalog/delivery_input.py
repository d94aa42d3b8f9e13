"""What may be handed in about how a postback is delivered: its retries and its success rule."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from models.words import RetryPreset, SuccessRuleKind
from services.delivery.success_rule import (
    MAX_CONTAINS,
    MAX_PATH,
    MAX_PATTERN,
    BadRule,
    SuccessRule,
    check_rule,
)
from services.retry_schedule import DEADLINE, MAX_TOTAL, MAX_WAITS, Waits

_HOUR: Final = 3_600
_NAMED: Final = (RetryPreset.STANDARD, RetryPreset.FAST, RetryPreset.NONE)
_RETRY: Final = (
    f'Give one of these: {", ".join(_NAMED)}, or {{"waits": [seconds, …]}} with the seconds to '
    "wait before each try."
)
_SUCCESS: Final = (
    'Give {"contains": text}, {"matches": regular expression}, or {"json": {"path": …, "equals": '
    "…}}; null means that every 2xx counts."
)
_LONGEST: Final = {
    SuccessRuleKind.CONTAINS: MAX_CONTAINS,
    SuccessRuleKind.MATCHES: MAX_PATTERN,
    SuccessRuleKind.JSON: MAX_CONTAINS,
}


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed delivery is tried again; `waits` is set exactly for `custom`."""

    preset: RetryPreset = RetryPreset.STANDARD
    waits: Waits = ()


def retry_as_given(retry: Retry) -> str | dict[str, list[int]]:
    """Return retries as `RetryChoice` takes them, for answers and for changes."""
    is_custom = retry.preset is RetryPreset.CUSTOM
    return {"waits": list(retry.waits)} if is_custom else retry.preset.value


def success_as_given(rule: SuccessRule | None) -> dict[str, Any] | None:
    """Return a success rule as `SuccessChoice` takes it."""
    if rule is None:
        return None
    if rule.kind is SuccessRuleKind.JSON:
        return {"json": {"path": rule.path, "equals": rule.value}}
    return {rule.kind.value: rule.value}


def _read_retry(value: Any) -> Retry:
    if isinstance(value, Retry):
        return value
    if isinstance(value, str) and value in set(_NAMED):
        return Retry(RetryPreset(value))
    if isinstance(value, dict) and set(value) == {"waits"}:
        return Retry(RetryPreset.CUSTOM, _waits(value["waits"]))
    raise ValueError(_RETRY)


def _waits(given: Any) -> Waits:
    if not isinstance(given, list | tuple) or not given:
        raise ValueError(
            "Give a list of waits in seconds; the first is the delay before the first try, "
            "usually 0."
        )
    if len(given) > MAX_WAITS:
        raise ValueError(f"Give at most {MAX_WAITS} waits; there are {len(given)} now.")
    for number, wait in enumerate(given, start=1):
        if not isinstance(wait, int) or isinstance(wait, bool) or wait < 0:
            raise ValueError(f"Wait {number} is no whole number of seconds from 0 on.")
    if sum(given) > MAX_TOTAL.total_seconds():
        deadline, most = round(DEADLINE.total_seconds() / _HOUR), MAX_TOTAL.total_seconds() / _HOUR
        raise ValueError(
            f"A delivery is given up {deadline} hours after its event, so the waits may come to "
            f"{most:g} hours together; these come to {_hours(sum(given))}."
        )
    return tuple(given)


def _hours(seconds: int) -> str:
    return f"{min(seconds, 10**9) / _HOUR:,.1f}".removesuffix(".0")


def _read_success(value: Any) -> SuccessRule | None:
    if value is None or isinstance(value, SuccessRule):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(_SUCCESS)
    ((kind, wanted),) = value.items()
    if kind not in set(SuccessRuleKind):
        raise ValueError(_SUCCESS)
    if kind == SuccessRuleKind.JSON:
        rule = _json_rule(wanted)
    elif isinstance(wanted, str):
        rule = SuccessRule(SuccessRuleKind(kind), wanted)
    else:
        raise ValueError(f"Give {kind} as text.")
    _fits(rule)
    try:
        check_rule(rule)
    except BadRule as problem:
        raise ValueError(str(problem)) from None
    return rule


def _json_rule(wanted: Any) -> SuccessRule:
    if not isinstance(wanted, dict) or set(wanted) != {"path", "equals"}:
        raise ValueError('Give json as {"path": "status", "equals": "ok"}.')
    path, equals = wanted["path"], wanted["equals"]
    if not isinstance(path, str):
        raise ValueError("Give the path as text, such as status or result.code.")
    return SuccessRule(SuccessRuleKind.JSON, _scalar(equals), path.strip())


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str | int | float | Decimal):
        return str(value)
    raise ValueError("Give equals as a text, a number, true, false or null.")


def _fits(rule: SuccessRule) -> None:
    if not rule.value and rule.kind is not SuccessRuleKind.JSON:
        raise ValueError("Say what the answer must hold, or let every 2xx count.")
    if rule.kind is SuccessRuleKind.JSON and not rule.path:
        raise ValueError("Give the path of the value in the answer, such as status or result.code.")
    for text, limit in ((rule.value, _LONGEST[rule.kind]), (rule.path, MAX_PATH)):
        if len(text) > limit:
            raise ValueError(f"Use at most {limit:,} characters; there are {len(text):,} now.")


RetryChoice = Annotated[
    Retry,
    BeforeValidator(_read_retry),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": list(_NAMED)},
                {
                    "type": "object",
                    "properties": {
                        "waits": {
                            "type": "array",
                            "items": {"type": "integer", "minimum": 0},
                            "minItems": 1,
                            "maxItems": MAX_WAITS,
                            "description": "seconds before each try, the first included; "
                            f"{MAX_TOTAL.total_seconds() / _HOUR:g} hours at most together",
                        }
                    },
                    "required": ["waits"],
                    "additionalProperties": False,
                },
            ],
            "default": RetryPreset.STANDARD.value,
        }
    ),
]
"""A field that takes a preset's name or a schedule of its own."""

SuccessChoice = Annotated[
    SuccessRule | None,
    BeforeValidator(_read_success),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"contains": {"type": "string", "maxLength": MAX_CONTAINS}},
                    "required": ["contains"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {
                        "matches": {
                            "type": "string",
                            "maxLength": MAX_PATTERN,
                            "description": "a regular expression of RE2",
                        }
                    },
                    "required": ["matches"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {
                        "json": {
                            "type": "object",
                            "properties": {
                                "path": {"type": "string", "maxLength": MAX_PATH},
                                "equals": {
                                    "type": ["string", "number", "boolean", "null"],
                                    "description": 'compared as text: 1 and "1" are the same',
                                },
                            },
                            "required": ["path", "equals"],
                            "additionalProperties": False,
                        }
                    },
                    "required": ["json"],
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        }
    ),
]
"""A field that takes what the text of a 2xx must say; `None` lets every 2xx count."""
