"""Says what is wrong with a template, where, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from services.macros import dialects, filters
from services.macros.filters import FilterError
from services.macros.positions import RAW_PLACES, Place, Position
from services.macros.syntax import Fragment, scan
from services.macros.template import Macro, Template, is_sig, parse
from services.macros.vocabulary import NAMESPACES, is_known

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ONLY_CLOSED = re.compile(r"(?:^|(?<=[=/?&;, ]))([A-Za-z_][A-Za-z0-9_]*)\}")
_MOST_ROUNDS = 4
# Where a brace before a word can hardly be anything but a macro.
_FLAT = frozenset({Position.URL, Position.FORM, Position.HEADER})


class Severity(StrEnum):
    """An ERROR blocks saving, a WARNING does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; ``suggestion`` is what to put in place of ``text[start:end]``."""

    severity: Severity
    message: str
    start: int
    end: int
    suggestion: str | None = None


def lint(
    text: str,
    position: Position,
    *,
    known_fields: frozenset[str] | None = None,
    known_lead_fields: frozenset[str] | None = None,
) -> tuple[Problem, ...]:
    """Return all problems of a template, in the order of the text. Never raises.

    ``known_fields`` and ``known_lead_fields`` are lower-case names of custom fields of events
    and free-form fields of leads; a ``field:`` or ``lead:`` name outside of them is a warning.
    None: not checked.
    """
    template = parse(text, position)
    known = {"field": known_fields, "lead": known_lead_fields}
    problems = [
        *_of_macros(template, known),
        *_of_fragments(template),
        *_of_dialects(template),
        *_of_header(template),
    ]
    return tuple(sorted(problems, key=lambda problem: (problem.start, -problem.end)))


def translate(text: str, position: Position) -> str:
    """Return the text with every suggestion of `lint` applied, also those that follow from it."""
    for _ in range(_MOST_ROUNDS):
        changed = _apply(text, lint(text, position))
        if changed == text:
            break
        text = changed
    return text


def _apply(text: str, problems: Iterable[Problem]) -> str:
    pieces: list[str] = []
    done = 0
    for problem in problems:
        if problem.suggestion is not None and problem.start >= done:
            pieces += [text[done : problem.start], problem.suggestion]
            done = problem.end
    return "".join([*pieces, text[done:]])


def _of_macros(template: Template, known: dict[str, frozenset[str] | None]) -> Iterator[Problem]:
    for macro in template.macros:
        yield from _of_place(macro)
        yield from _of_name(macro, template, known)
        yield from _of_filters(macro)


def _of_place(macro: Macro) -> Iterator[Problem]:
    if macro.place is Place.AUTHORITY:
        message = (
            "A URL cannot start with a macro. Write https:// and the host in full."
            if macro.start == 0
            else f"{macro.expression} stands in the scheme, user, host or port of the URL. "
            "Write https:// and the host in full, then a slash; macros come after it."
        )
        yield _error(macro, message)
    elif macro.place is Place.AFTER_BACKSLASH:
        yield _error(
            macro,
            f"A backslash before {macro.expression} is no escape. Take it away, or write "
            "\\u007b for a brace that is text.",
        )


def _of_name(
    macro: Macro, template: Template, known: dict[str, frozenset[str] | None]
) -> Iterator[Problem]:
    if macro.key is None and macro.written in NAMESPACES:
        yield _error(macro, f"Put a name after {macro.written}, like {{{macro.written}:name}}.")
    elif not is_known(macro.written, key=macro.key):
        yield _unknown(macro)
    elif macro.written == "secret":
        if template.position is not Position.HEADER:
            yield _error(macro, "Secrets can be used in headers only.")
        elif macro.filters:
            yield _error(macro, "A secret takes no filters.", suggestion=f"{{{macro.name}}}")
    elif is_sig(macro):
        if macro.filters:
            yield _error(
                macro,
                "{sig} takes no filters: it is made after everything else is in its place.",
                suggestion="{sig}",
            )
    else:
        names = known.get(macro.name.partition(":")[0]) if ":" in macro.name else None
        if names is not None and macro.key not in names:
            yield _unknown_field(macro, names)


def _unknown(macro: Macro) -> Problem:
    if macro.key is not None:
        joined = f"{macro.written}_{macro.key}"
        plain = joined if is_known(joined, key=None) else None
        if plain is None and is_known(macro.written, key=None):
            plain = macro.written
        near = get_close_matches(macro.written, sorted(NAMESPACES), n=1)
        body = plain or (f"{near[0]}:{macro.key}" if near else None)
    elif macro.written.startswith("_") and is_known(macro.written.lstrip("_"), key=None):
        raw = "|raw" if macro.place in RAW_PLACES and not macro.filters else ""
        body = macro.written.lstrip("_") + raw
    else:
        body = dialects.nearest_name(macro.written)
    suggestion = None if body is None else _renamed(macro, body)
    hint = f" Did you mean {suggestion}?" if suggestion else ""
    return _error(macro, f"There is no macro {macro.expression}.{hint}", suggestion=suggestion)


def _unknown_field(macro: Macro, names: frozenset[str]) -> Problem:
    near = get_close_matches(macro.key or "", sorted(names), n=1)
    suggestion = _renamed(macro, f"{macro.written}:{near[0]}") if near else None
    whose = "custom field" if macro.written == "field" else "lead field"
    hint = f" Did you mean {suggestion}?" if suggestion else " It will be empty until there is."
    return Problem(
        Severity.WARNING,
        f'No {whose} is called "{macro.key}" so far.{hint}',
        macro.start,
        macro.end,
        suggestion,
    )


def _renamed(macro: Macro, body: str) -> str:
    """Return the macro with another name and its own filters, which win over suggested ones."""
    head = 1 + len(macro.written) + (0 if macro.key is None else 1 + len(macro.key))
    rest = macro.expression[head:]
    return f"{{{body}}}" if rest == "}" else f"{{{body.partition('|')[0]}{rest}"


def _of_filters(macro: Macro) -> Iterator[Problem]:
    for call in macro.filters:
        suggestion: str | None = None
        try:
            filters.build(call)
            if call.name != "raw" or macro.place in RAW_PLACES:
                continue
            message = "raw works in the path and the query of a URL only."
        except FilterError as error:
            message = str(error)
            near = get_close_matches(call.name, filters.filter_names(), n=1)
            if near and near[0] != call.name:
                suggestion = near[0] + call.text[len(call.name) :]
                message += f' Did you mean "{near[0]}"?'
            elif "encode" in call.name or "escape" in call.name:
                message += " Values are encoded by themselves for the place where they stand."
        yield Problem(Severity.ERROR, message, call.start, call.end, suggestion)


def _of_fragments(template: Template) -> Iterator[Problem]:
    for fragment in template.fragments:
        # In JSON and free text a brace before a word is text, unless the word is a macro.
        if template.position not in _FLAT and not _is_ours(fragment.name):
            continue
        suggestion = _repaired(fragment)
        message = (
            f"{fragment.text} cannot be read as a macro. Write it like "
            '{name} or {name|filter:"argument"}.'
            if fragment.closed
            else f"{fragment.text} has no closing brace."
        )
        yield Problem(Severity.ERROR, message, fragment.start, fragment.end, suggestion)
    if template.position not in _FLAT:
        return
    for match in _ONLY_CLOSED.finditer(template.text):
        if _is_ours(match[1].lower()) and not _in_macro(template, match.start(), match.end()):
            yield Problem(
                Severity.ERROR,
                f"{match[0]} has no opening brace.",
                match.start(),
                match.end(),
                f"{{{match[0]}",
            )


def _is_ours(name: str) -> bool:
    return is_known(name, key=None) or name in NAMESPACES


def _repaired(fragment: Fragment) -> str | None:
    if not fragment.closed:
        candidates = [fragment.text + "}"]
    elif mapped := dialects.keitaro_map(fragment.text):
        candidates = [mapped]
    else:
        quoted = fragment.text.replace('\\"', '"').replace("'", '"')
        candidates = [quoted, fragment.text.replace(" ", "")]
    for candidate in candidates:
        tokens, _ = scan(candidate)
        if tokens and tokens[0].expression == candidate:
            return candidate
    return None


def _of_dialects(template: Template) -> Iterator[Problem]:
    for foreign in dialects.find_foreign(template.text):
        if _in_macro(template, foreign.start, foreign.end):
            continue
        advice = f"Write {foreign.ours}." if foreign.ours else "Write macros like {lead_id}."
        yield Problem(
            Severity.WARNING,
            f"{foreign.text} looks like a macro of another system. {advice}",
            foreign.start,
            foreign.end,
            foreign.ours,
        )


def _in_macro(template: Template, start: int, end: int) -> bool:
    return any(macro.start <= start and end <= macro.end for macro in template.macros)


def _of_header(template: Template) -> Iterator[Problem]:
    if template.position is Position.HEADER:
        for match in _CONTROL.finditer(template.text):
            message = "A header is one line: take the line break or control character away."
            yield Problem(Severity.ERROR, message, match.start(), match.end(), " ")


def _error(macro: Macro, message: str, *, suggestion: str | None = None) -> Problem:
    return Problem(Severity.ERROR, message, macro.start, macro.end, suggestion)
