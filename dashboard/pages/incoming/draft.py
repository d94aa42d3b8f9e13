"""The form of an incoming URL: its rows, and the URL that they build. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from dashboard.components.conflict_panel import ConflictLine, conflict_lines
from models.words import ConversionStatus
from services.catalog.incoming_urls import FIELDS, IncomingUrlRow

CUSTOM = "fields."
STATUSES = [(word.value, word.value.replace("_", " ").capitalize()) for word in ConversionStatus]

_LABELS = {
    "event": "Event",
    "transaction_id": "Transaction ID",
    "lead_id": "Lead ID",
    "campaign": "Campaign",
    "amount": "Amount",
    "currency": "Currency",
    "order_id": "Order ID",
    "occurred_at": "Occurred at",
    "conversion_status": "Conversion status",
}
# What a partner's placeholder may be written with, whatever his dialect: {x}, [x], #x#, %x%.
_LITERAL = "{}[]#$:@!|()*,;%"


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """One parameter: our field, the partner's name for it, and what he puts there."""

    ours: str
    label: str
    theirs: str
    value: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class WordLine:
    """One of the partner's words and what it means to us."""

    key: str
    field: str
    theirs: str
    ours: str


def parameter_lines(
    row: IncomingUrlRow, custom: Iterable[str], *, some_event: str
) -> list[ParameterLine]:
    """Return a line for every field; until a person chose, those that most URLs need are used.

    `some_event` stands in the URL until a person names another one.
    """
    named, placed = dict(row.parameters), dict(row.placeholders)
    extra = [name for name in (*named, *placed) if name.startswith(CUSTOM)]
    own = [f"{CUSTOM}{name}" for name in custom]
    lines = []
    for ours in (*FIELDS, *dict.fromkeys((*own, *extra))):
        plain = ours.removeprefix(CUSTOM)
        theirs = named.get(ours, _usual(ours))
        is_usual = ours == "transaction_id" or ours in named or (ours == "event" and not row.event)
        usual = some_event if ours == "event" else f"{{{theirs}}}"
        lines.append(
            ParameterLine(
                ours=ours,
                label=_LABELS.get(ours, plain),
                theirs=theirs,
                value=placed.get(ours, usual),
                is_used=ours in placed if placed else is_usual,
            )
        )
    return lines


def word_lines(row: IncomingUrlRow) -> list[WordLine]:
    """Return a line for every word that the partner has of his own."""
    return [
        WordLine(str(number), field, theirs, ours)
        for number, (field, theirs, ours) in enumerate(row.words)
    ]


def parameters_of(lines: Iterable[ParameterLine]) -> dict[str, str]:
    """Return the names that differ from ours, as they are stored."""
    return {
        line.ours: line.theirs.strip()
        for line in lines
        if line.is_used and line.theirs.strip() != _usual(line.ours)
    }


def placeholders_of(lines: Iterable[ParameterLine]) -> dict[str, str]:
    """Return what the partner puts into each parameter of the URL, as it is stored."""
    return {line.ours: line.value for line in lines if line.is_used}


def words_of(lines: Iterable[WordLine]) -> dict[str, dict[str, str]]:
    """Return the words as they are stored; a line without a word is left out."""
    words: dict[str, dict[str, str]] = {}
    for line in lines:
        if line.theirs.strip():
            words.setdefault(line.field, {})[line.theirs.strip()] = line.ours
    return words


def word_problem(lines: Iterable[WordLine]) -> str:
    """Return a sentence about a word that would mean two things, or nothing."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        word = (line.field, line.theirs.strip())
        if word[1] and word in seen:
            return f"“{word[1][:64]}” is there twice. Keep one of them."
        seen.add(word)
    return ""


def build_url(base: str, lines: Iterable[ParameterLine], *, returns: str) -> str:
    """Return the URL to give to the partner; his placeholders stand in it as he writes them."""
    pairs = [
        f"{quote(line.theirs.strip(), safe='[].')}={quote(line.value, safe=_LITERAL)}"
        for line in lines
        if line.is_used and line.theirs.strip()
    ]
    if returns:
        pairs.append(f"return={quote(returns, safe='')}")
    return f"{base}?{'&'.join(pairs)}" if pairs else base


def test_call(base: str, lines: Iterable[ParameterLine], *, event: str) -> str:
    """Return the address of a call that is marked as a test, with made-up values."""
    samples = {"event": event or "sale", "transaction_id": "t-1001", "amount": "49.90"}
    samples |= {"currency": "USD", "conversion_status": "approved"}
    used = [
        replace(line, value=samples.get(line.ours, line.value if "{" not in line.value else "1"))
        for line in lines
        if line.is_used and line.ours in samples
    ]
    url = build_url(base, used, returns="")
    return f"{url}{'&' if '?' in url else '?'}test=1"


def differences(mine: Mapping[str, object], theirs: IncomingUrlRow) -> list[ConflictLine]:
    """Return what stands in the form beside what somebody else stored."""
    words: dict[str, dict[str, str]] = {}
    for field, word, ours in theirs.words:
        words.setdefault(field, {})[word] = ours
    return conflict_lines(
        [
            ("Name", str(mine["name"]), theirs.name),
            ("Campaign", str(mine["campaign"] or "Any"), theirs.campaign or "Any"),
            ("Event", str(mine["event"] or "Any"), theirs.event or "Any"),
            ("Parameters", _pairs(mine["parameters"]), _pairs(dict(theirs.parameters))),
            ("Words", _pairs(mine["words"]), _pairs(words)),
            ("In the URL", _pairs(mine["placeholders"]), _pairs(dict(theirs.placeholders))),
            ("Answer", str(mine["returns"] or "JSON"), theirs.returns or "JSON"),
        ]
    )


def _pairs(mapping: object) -> str:
    if not isinstance(mapping, Mapping):
        return str(mapping)
    return ", ".join(
        f"{name}: {_pairs(value)}" if isinstance(value, Mapping) else f"{name} = {value}"
        for name, value in sorted(mapping.items())
    )


def _usual(ours: str) -> str:
    return "status" if ours == "conversion_status" else ours.removeprefix(CUSTOM)
