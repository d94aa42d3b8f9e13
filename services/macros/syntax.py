"""The grammar: finds macros in a text and leaves every other brace alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_KEY = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"
# A bare argument ends at what ends a filter or a macro, and holds no kind of quote or escape.
_ARGUMENT = r"""(?:"[^"]*"|[^\s|{}",'\\]+)"""
_FILTER = rf"[A-Za-z_][A-Za-z0-9_\-]*(?:[ ]*:[ ]*{_ARGUMENT})?"
_OPTION = rf"[ ]*,[ ]*{_NAME}[ ]*:[ ]*{_ARGUMENT}"
_FILTERS = rf"(?:[ ]*\|[ ]*{_FILTER}(?:{_OPTION})*+)*+"

_OPENING = re.compile(rf"\{{({_NAME})")
_MACRO = re.compile(
    rf"\{{(?P<name>{_NAME})(?::(?P<key>{_KEY}))?(?P<filters>{_FILTERS})(?P<end>[ ]*)\}}"
)
_BEGINNING = re.compile(rf"\{{{_NAME}(?::{_KEY})?{_FILTERS}")
_TAIL = re.compile(r"""(?:[^{}"&\n\\]|\\"|\\)*\}""")
_CALL = re.compile(
    rf"\|[ ]*(?P<name>[A-Za-z_][A-Za-z0-9_\-]*)(?:[ ]*:[ ]*(?P<argument>{_ARGUMENT}))?"
    rf"(?P<options>(?:{_OPTION})*)"
)
_PAIR = re.compile(rf",[ ]*(?P<name>{_NAME})[ ]*:[ ]*(?P<argument>{_ARGUMENT})")


@dataclass(frozen=True, slots=True)
class FilterCall:
    """One filter as written: ``date:"%Y",tz:"UTC"``; start and end are offsets in the text."""

    name: str
    argument: str | None
    options: tuple[tuple[str, str], ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """One macro as written; ``name`` and ``key`` are lower case."""

    expression: str
    name: str
    key: str | None
    filters: tuple[FilterCall, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text that begins like a macro and is none; ``closed`` tells whether a brace ends it."""

    text: str
    name: str
    closed: bool
    start: int
    end: int


def scan(text: str) -> tuple[tuple[Token, ...], tuple[Fragment, ...]]:
    """Return the macros of a text and what looks like one but is not, in order. Never raises."""
    tokens: list[Token] = []
    fragments: list[Fragment] = []
    position = 0
    while opening := _OPENING.search(text, position):
        match = _MACRO.match(text, opening.start())
        # A space before the closing brace is allowed after a filter only: `{ x }` is text.
        if match and (match["filters"] or not match["end"]):
            tokens.append(_token(match))
            position = match.end()
        else:
            fragments.append(_fragment(text, opening))
            position = opening.end()
    return tuple(tokens), tuple(fragments)


def _token(match: re.Match[str]) -> Token:
    key = match["key"]
    return Token(
        expression=match[0],
        name=match["name"].lower(),
        key=None if key is None else key.lower(),
        filters=tuple(_calls(match["filters"], offset=match.start("filters"))),
        start=match.start(),
        end=match.end(),
    )


def _calls(text: str, *, offset: int) -> list[FilterCall]:
    return [
        FilterCall(
            name=call["name"].lower(),
            argument=None if call["argument"] is None else _unquoted(call["argument"]),
            options=tuple(
                (pair["name"].lower(), _unquoted(pair["argument"]))
                for pair in _PAIR.finditer(call["options"])
            ),
            text=text[call.start("name") : call.end()],
            start=offset + call.start("name"),
            end=offset + call.end(),
        )
        for call in _CALL.finditer(text)
    ]


def _unquoted(argument: str) -> str:
    return argument[1:-1] if argument.startswith('"') else argument


def _fragment(text: str, opening: re.Match[str]) -> Fragment:
    beginning = _BEGINNING.match(text, opening.start())
    end = beginning.end() if beginning else opening.end()
    tail = _TAIL.match(text, end)
    end = tail.end() if tail else end
    return Fragment(
        text=text[opening.start() : end],
        name=opening[1].lower(),
        closed=tail is not None,
        start=opening.start(),
        end=end,
    )
