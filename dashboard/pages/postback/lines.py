"""What the postback editor shows: rows of its lists, plain texts only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.catalog.known_fields import KnownField
from services.macros import VOCABULARY, MacroGroup, Position, lint

JSON: Final = "application/json"
CONTENT_TYPES: Final = [
    (JSON, "JSON (application/json)"),
    ("application/x-www-form-urlencoded", "Form (application/x-www-form-urlencoded)"),
    ("text/plain; charset=utf-8", "Text (text/plain)"),
    ("application/xml", "XML (application/xml)"),
]


@dataclass(frozen=True, slots=True)
class LintLine:
    """One finding while typing; `suggestion` replaces `text[start:end]`."""

    level: str
    message: str
    start: int
    end: int
    suggestion: str


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One header row; `key` tells rows apart while their names change."""

    key: str
    name: str = ""
    value: str = ""
    error: str = ""
    lints: list[LintLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SecretLine:
    """One secret by name. Its value never comes back: `is_stored` is all that is known of it."""

    key: str
    name: str = ""
    is_stored: bool = False
    is_replacing: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class MacroEntry:
    """One line of the macro picker."""

    name: str
    group: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A postback that fires at the same moment; `owner` says its level, such as “Event sale”."""

    id: str
    href: str
    owner: str
    method: str
    url: str
    body: str
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One macro of the preview; `encoded` only where it differs from the value.

    `later` says in words what is filled in only when it is sent, a secret or the signature.
    """

    expression: str
    value: str
    encoded: str
    is_empty: bool
    later: str
    where: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as it would go out or went out."""

    method: str = ""
    url: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    curl: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What came back from a Send Test."""

    outcome: str = ""
    message: str = ""
    code: int | None = None
    duration_ms: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    note: str = ""


def lints_of(text: str, position: Position) -> list[LintLine]:
    """Return what is wrong with a template, in the order of the text."""
    return [
        LintLine(
            level=problem.severity.value,
            message=problem.message,
            start=problem.start,
            end=problem.end,
            suggestion=problem.suggestion or "",
        )
        for problem in lint(text, position)
    ]


def replaced(text: str, lint_line: LintLine) -> str:
    """Return the text with one suggestion in the place it was made for."""
    return text[: lint_line.start] + lint_line.suggestion + text[lint_line.end :]


def picker_entries(
    lead_fields: dict[str, str], custom_fields: Iterable[KnownField]
) -> list[MacroEntry]:
    """Return the macros of URL and body; `lead_fields` are names and values seen lately."""
    entries = [
        MacroEntry(doc.name.replace("<name>", "name"), _GROUPS[doc.group], doc.meaning, doc.example)
        for doc in VOCABULARY
        if doc.group is not MacroGroup.HEADERS_ONLY
    ]
    entries += [
        MacroEntry(f"field:{known.name}", "Custom fields", _meaning(known), known.example)
        for known in custom_fields
    ]
    return entries + [
        MacroEntry(f"lead:{name}", "Fields of recent leads", "A field of recent leads", value)
        for name, value in lead_fields.items()
    ]


def _meaning(known: KnownField) -> str:
    place = ", ".join(known.campaigns[:_FEW]) + (" …" if len(known.campaigns) > _FEW else "")
    return f"Of {', '.join(known.events[:_FEW])} in {place}"


def secret_entries(names: list[str]) -> list[MacroEntry]:
    """Return the macros that headers have beyond those of URL and body."""
    return [
        MacroEntry(f"secret:{name}", "Secrets", "Filled in when it is sent", "••••••")
        for name in names
        if name
    ]


_FEW = 3
_GROUPS = {
    MacroGroup.LEAD: "Lead",
    MacroGroup.EVENT: "Event",
    MacroGroup.PLACE: "Campaign and affiliate",
    MacroGroup.DELIVERY: "Delivery",
    MacroGroup.HEADERS_ONLY: "Secrets",
}
