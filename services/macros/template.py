"""Turns the text of a template into a program that rendering only has to run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.macros import encoding, filters
from services.macros.encoding import Encoder
from services.macros.filters import FilterError, Step
from services.macros.positions import LOCKED, RAW_PLACES, Place, Position, authority_end, places
from services.macros.syntax import FilterCall, Fragment, Token, scan
from services.macros.values import Value, scrub
from services.macros.vocabulary import NUMERIC, canonical

# After these a numeric macro still is what it was; a hash of it is a word, even if all digits.
_KEEP_NUMBERS = frozenset({"trim", "default", "required", "fixed", "cents", "raw"})


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A secret of the postback in a header, by its lower-case name; filled in at send time."""

    name: str


@dataclass(frozen=True, slots=True)
class SigRef:
    """The place of the signature, which is known at send time only."""


SIG = SigRef()


@dataclass(frozen=True, slots=True, eq=False)
class Macro:
    """One macro of a template: how it was written, where it stands, how it is computed.

    ``name`` is its key in Values, ``written`` the name without aliases resolved.
    """

    expression: str
    name: str
    written: str
    key: str | None
    filters: tuple[FilterCall, ...]
    start: int
    end: int
    place: Place
    required: bool
    steps: tuple[Step, ...]
    encode: Encoder
    encode_typed: Encoder  # for a value that is not text: a number stays bare in JSON


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A parsed text. ``segments`` are literal strings and macros; joined they give ``text``."""

    text: str
    position: Position
    segments: tuple[str | Macro, ...]
    macros: tuple[Macro, ...]
    fragments: tuple[Fragment, ...]  # what begins like a macro and is none
    program: tuple[str | Macro | SecretRef | SigRef, ...]
    has_refs: bool  # something in it is filled in at send time


@lru_cache(maxsize=4096)
def parse(text: str, position: Position) -> Template:
    """Return the template of a text. Never raises: `lint` says what is wrong with it.

    A macro in scheme, user, host or port of a URL, or in a URL without a complete
    ``scheme://host/``, stays literal text, and so does one after a dangling backslash in JSON.
    A filter that cannot be built is left out, an unknown macro is empty.
    """
    tokens, fragments = scan(text)
    spans = [(token.start, token.end) for token in tokens]
    found = places(text, spans, position=position)
    macros = tuple(
        _macro(token, position=position, place=place)
        for token, place in zip(tokens, found, strict=True)
    )
    program = _program(text, macros, position=position)
    return Template(
        text=text,
        position=position,
        segments=_segments(text, macros),
        macros=macros,
        fragments=fragments,
        program=program,
        has_refs=any(isinstance(part, SecretRef | SigRef) for part in program),
    )


def macros_in(*templates: Template) -> frozenset[str]:
    """Return the keys that the templates read from Values; secrets and ``sig`` are no values."""
    return frozenset(
        macro.name
        for template in templates
        for macro in template.macros
        if macro.place not in LOCKED and macro.written != "secret" and not is_sig(macro)
    )


def secrets_in(*templates: Template) -> frozenset[str]:
    """Return the lower-case names of the secrets that the templates refer to."""
    return frozenset(
        part.name for t in templates for part in t.program if isinstance(part, SecretRef)
    )


def sigs_in(template: Template) -> int:
    """Return how many places the signature has in the template."""
    return sum(isinstance(part, SigRef) for part in template.program)


def is_sig(macro: Macro) -> bool:
    """Tell whether the macro stands for the signature."""
    return macro.name == "sig"


def _macro(token: Token, *, position: Position, place: Place) -> Macro:
    names = {call.name for call in token.filters}
    name = canonical(token.name, key=token.key)
    encode = encoding.encoder(position, place=place)
    if "raw" in names and place in RAW_PLACES:
        encode = encoding.url_raw
    encode_typed = encoding.json_number if place is Place.JSON_VALUE else encode
    misplaced_secret = token.name == "secret" and position is not Position.HEADER
    return Macro(
        expression=token.expression,
        name=name,
        written=token.name,
        key=token.key,
        filters=token.filters,
        start=token.start,
        end=token.end,
        place=place,
        required="required" in names,
        steps=(_nothing,) if misplaced_secret else _steps(token.filters),
        encode=encode_typed if name in NUMERIC and names <= _KEEP_NUMBERS else encode,
        encode_typed=encode_typed,
    )


def _nothing(_: Value) -> Value:
    return ""


def _steps(calls: tuple[FilterCall, ...]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for call in calls:
        if call.name in {"raw", "required"}:  # they act on the macro as a whole
            continue
        try:
            steps.append(filters.build(call))
        except FilterError:
            continue
    return tuple(steps)


def _segments(text: str, macros: tuple[Macro, ...]) -> tuple[str | Macro, ...]:
    segments: list[str | Macro] = []
    done = 0
    for macro in macros:
        if macro.start > done:
            segments.append(text[done : macro.start])
        segments.append(macro)
        done = macro.end
    if done < len(text):
        segments.append(text[done:])
    return tuple(segments)


def _program(
    text: str, macros: tuple[Macro, ...], *, position: Position
) -> tuple[str | Macro | SecretRef | SigRef, ...]:
    authority = 0
    if position is Position.URL:
        end = authority_end(text, [(macro.start, macro.end) for macro in macros])
        authority = len(text) if end is None else end
    parts: list[str | Macro | SecretRef | SigRef] = [scrub(text[:authority])]
    done = authority

    def add_literal(end: int) -> None:
        if end > done:
            parts.append(encoding.literal(text[done:end], position=position, after_authority=True))

    for macro in macros:
        if macro.place in LOCKED:
            continue
        add_literal(macro.start)
        is_secret = macro.written == "secret" and macro.key is not None
        if is_secret and position is Position.HEADER:
            parts.append(SecretRef(macro.key or ""))
        elif is_sig(macro):
            # Its characters, digits, a to f and dots, need no encoding anywhere; quotes they need.
            quote = '"' if macro.place in {Place.JSON_VALUE, Place.JSON_KEY} else ""
            parts += [quote, SIG, quote]
        else:
            parts.append(macro)
        done = macro.end
    add_literal(len(text))
    return tuple(part for part in parts if part != "")
