"""What the text of a 2xx answer must say to count as delivered: read, judged, put into words.

Regular expressions are RE2's, which never goes back in the text: a pattern that Python's `re`
would work on for hours costs it milliseconds. What RE2 is slow at, bounded repetitions that become
thousands of steps, is refused when the postback is saved.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import re2

from models.words import SuccessRuleKind

MAX_CONTAINS: Final = 1_000
MAX_PATTERN: Final = 500
MAX_PATH: Final = 200
# Instructions of a compiled pattern: at the worst, each is tried at each of 65,536 bytes, which
# takes a tenth of a second.
MAX_PATTERN_STEPS: Final = 1_000
_PATTERN_MEMORY: Final = 1024 * 1024

_SHOWN_ANSWER: Final = 200
_SHOWN_VALUE: Final = 60

# The singular queries of RFC 9535 §2.3.5.1, with names as free as a dot allows, and without "$"
# where a name begins: `result.items[0]["click id"]`.
_STEP = re.compile(
    r"""
    \. (?P<name> [^\s.\[\]'"$*?@,:()]+ )
    | \[ (?P<index> 0 | -?[1-9][0-9]{0,8} ) \]
    | \[ ' (?P<single> [^'\\]+ ) ' \]
    | \[ " (?P<double> [^"\\]+ ) " \]
    """,
    re.VERBOSE,
)


class BadRule(ValueError):
    """A rule that cannot be judged by; the text says why to the person who wrote it."""


@dataclass(frozen=True, slots=True)
class SuccessRule:
    """One rule; `path` is set for `json` alone, whose value is compared as text."""

    kind: SuccessRuleKind
    value: str
    path: str = ""


def rule_of(frozen: Mapping[str, Any] | None) -> SuccessRule | None:
    """Return the rule in `models.Postback.success_rule` or a delivery's policy."""
    if frozen is None:
        return None
    return SuccessRule(
        SuccessRuleKind(frozen["kind"]), str(frozen["value"]), str(frozen.get("path") or "")
    )


def as_stored(rule: SuccessRule | None) -> dict[str, Any] | None:
    """Return a rule as the database keeps it; the other way of `rule_of`."""
    if rule is None:
        return None
    stored = {"kind": rule.kind.value, "value": rule.value}
    return stored | {"path": rule.path} if rule.kind is SuccessRuleKind.JSON else stored


def check_rule(rule: SuccessRule) -> None:
    """Raise BadRule for a pattern or path that cannot be used."""
    if rule.kind is SuccessRuleKind.MATCHES:
        if _pattern(rule.value).programsize > MAX_PATTERN_STEPS:
            raise BadRule(
                "This regular expression is too large. Write fewer or smaller repetitions."
            )
    elif rule.kind is SuccessRuleKind.JSON:
        _steps(rule.path)


def unmet(rule: SuccessRule, answer: bytes, *, status_code: int, cut_off: bool = False) -> str:
    """Return "" when a 2xx answer fulfils the rule, else a sentence with the partner's text.

    `answer` is what was read of the body, as it came; `cut_off` tells that it went on or broke
    off. Never raises for what the partner sent.
    """
    missing = _missing(rule, answer)
    if not missing:
        return ""
    if not answer.strip():
        return (
            f"The partner answered {status_code} without a text, but the success rule wants one "
            f"that {in_words(rule)}."
        )
    read = " (as far as it was read)" if cut_off else ""
    return f"The partner answered {status_code}, but {missing}{read}: “{_excerpt(answer)}”"


def in_words(rule: SuccessRule) -> str:
    """Return what the rule wants of the text, such as `contains “OK”`."""
    value = _short(rule.value)
    match rule.kind:
        case SuccessRuleKind.CONTAINS:
            return f"contains “{value}”"
        case SuccessRuleKind.MATCHES:
            return f"matches {value}"
        case SuccessRuleKind.JSON:
            return f"has {_short(rule.path)} = “{value}”"


def _missing(rule: SuccessRule, answer: bytes) -> str:
    match rule.kind:
        case SuccessRuleKind.CONTAINS:
            if rule.value.encode() in answer:
                return ""
            return f"its text does not contain “{_short(rule.value)}”"
        case SuccessRuleKind.MATCHES:
            if _pattern(rule.value).search(answer) is not None:
                return ""
            return f"its text does not match {_short(rule.value)}"
        case SuccessRuleKind.JSON:
            return _missing_in_json(rule, answer)


def _missing_in_json(rule: SuccessRule, answer: bytes) -> str:
    path = _short(rule.path)
    try:
        found = json.loads(answer, parse_int=Decimal, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError, InvalidOperation):
        return f"its text is not JSON, so there is no {path}"
    for step in _steps(rule.path):
        try:
            found = found[step] if _fits(found, step) else _NOTHING
        except (KeyError, IndexError):
            found = _NOTHING
        if found is _NOTHING:
            return f"its JSON has no {path}"
    if _is_same(found, rule.value):
        return ""
    is_scalar = not isinstance(found, dict | list)
    other = f"“{_short(_text(found))}”" if is_scalar else "no single value"
    return f"in its JSON {path} is {other} instead of “{_short(rule.value)}”"


def _fits(found: object, step: str | int) -> bool:
    return isinstance(found, list) if isinstance(step, int) else isinstance(found, dict)


def _is_same(found: object, wanted: str) -> bool:
    if isinstance(found, Decimal):
        try:
            return found == Decimal(wanted)
        except InvalidOperation:
            return False
    return not isinstance(found, dict | list) and _text(found) == wanted


def _text(scalar: object) -> str:
    """Return a JSON value as it stands there, a text without its quotes."""
    words = {True: "true", False: "false", None: "null"}
    if scalar is None or isinstance(scalar, bool):
        return words[scalar]
    return str(scalar)


def _excerpt(answer: bytes) -> str:
    text = " ".join(answer[: 4 * _SHOWN_ANSWER].decode(errors="replace").split())
    return text if len(text) <= _SHOWN_ANSWER else f"{text[:_SHOWN_ANSWER]} …"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_VALUE else f"{text[:_SHOWN_VALUE]}…"


@lru_cache(maxsize=512)
def _steps(path: str) -> tuple[str | int, ...]:
    """Return the names and numbers of a path; raise BadRule."""
    rest = path.removeprefix("$") if path.startswith(("$.", "$[")) or path == "$" else f".{path}"
    rest = rest.replace(".[", "[", 1) if rest.startswith(".[") else rest
    steps: list[str | int] = []
    place = 0
    while place < len(rest):
        found = _STEP.match(rest, place)
        if found is None:
            raise BadRule(
                "Path: write names with dots between them, and the number of a list's entry in "
                "brackets, such as status, result.code or items[0].state."
            )
        index = found["index"]
        name = found["name"] or found["single"] or found["double"]
        steps.append(name if index is None else int(index))
        place = found.end()
    return tuple(steps)


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> Any:
    """Return the compiled pattern; raise BadRule."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _PATTERN_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        problem = error.args[0].decode(errors="replace")
        if "too large" in problem or "repetition size" in problem:
            raise BadRule(
                "This regular expression is too large. Write fewer or smaller repetitions."
            ) from None
        raise BadRule(
            f"This is no regular expression that RE2 knows ({problem}). It has no look-ahead, "
            "no look-behind and no back-references."
        ) from None


_NOTHING: Final = object()
