"""How the cells of one file become the fields of a call: made once, used for every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models.words import FieldType, ImportKind
from services.catalog.cache import Definitions
from services.imports import values
from services.imports.contract import (
    AMOUNT_FIELDS,
    FIELDS,
    FIXABLE,
    FREE,
    TIME_FIELDS,
    ZONE_FIELD,
    DateStyle,
    ImportOptions,
    NumberStyle,
)

LINE: Final = "row"


@dataclass(frozen=True, slots=True)
class Payload:
    """What a row says: `given` are fields of our contracts, `wrong` a sentence per bad cell."""

    given: dict[str, Any]
    wrong: dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns that count, with the kind of each one's values.

    `places` are (place in the row, column, field). `numbers` and `days` are the free or custom
    fields whose cells are written in the file's own style.
    """

    kind: ImportKind
    width: int
    places: tuple[tuple[int, str, str], ...]
    fixed: Mapping[str, str]
    number_style: NumberStyle
    date_style: DateStyle
    zone: str
    numbers: frozenset[str]
    days: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)

    def read(self, cells: Sequence[str]) -> Payload:
        """Return what one row says; a row of another width says nothing."""
        if len(cells) != self.width:
            return Payload({}, {LINE: _ragged(len(cells), self.width)})
        given: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        free: dict[str, Any] = {}
        texts = {name: cells[place].strip() for place, _, name in self.places}
        for name, value in self.fixed.items():
            texts[name] = texts.get(name) or value
        zone = texts.pop(ZONE_FIELD, "") or self.zone
        for name, text in texts.items():
            if not text:
                continue
            try:
                value = self._convert(name, text, zone)
            except ValueError as error:
                wrong[name] = str(error)
                continue
            if name.startswith(FREE):
                free[name.removeprefix(FREE)] = value
            else:
                given[name] = value
        if free:
            given["fields"] = free
        return Payload(given, wrong)

    def sentence(self, problems: Mapping[str, str]) -> str:
        """Return all that is wrong with a row in one line, each with its column's name."""
        parts = []
        for name, text in problems.items():
            column = self.columns.get(name) or self.columns.get(FREE + name)
            parts.append(f"{column}: {text}" if column else text)
        return " ".join(parts)

    def _convert(self, name: str, text: str, zone: str) -> str:
        if name in TIME_FIELDS:
            return values.moment(text, self.date_style, zone).isoformat()
        if name in AMOUNT_FIELDS or name in self.numbers:
            return values.number(text, self.number_style)
        if name in self.days:
            return values.day(text, self.date_style)
        if name == "conversion_status":
            return text.lower().replace(" ", "_").replace("-", "_")
        return text


def make_plan(
    kind: ImportKind,
    columns: Sequence[str],
    options: ImportOptions,
    definitions: Definitions | None = None,
) -> Plan:
    """Return the plan of a file; `definitions` tell which custom fields are numbers and dates."""
    places = tuple(
        (place, column, name)
        for place, column in enumerate(columns)
        if (name := options.columns.get(column))
    )
    kinds: dict[str, set[FieldType]] = {}
    for fields in definitions.custom_fields.values() if definitions else ():
        for each in fields:
            kinds.setdefault(FREE + each.name, set()).add(each.type)
    is_event = kind is ImportKind.EVENTS
    return Plan(
        kind=kind,
        width=len(columns),
        places=places,
        fixed=dict(options.fixed),
        number_style=options.numbers,
        date_style=options.dates,
        zone=options.time_zone,
        numbers=_only(kinds, FieldType.NUMBER) if is_event else frozenset(),
        days=_only(kinds, FieldType.DATE) if is_event else frozenset(),
        columns={name: column for _, column, name in places},
    )


def problems_of(kind: ImportKind, columns: Sequence[str], options: ImportOptions) -> dict[str, str]:
    """Return a sentence for everything in a mapping that is not possible."""
    problems: dict[str, str] = {}
    taken: dict[str, str] = {}
    for column, name in options.columns.items():
        if column not in columns:
            problems[f"columns.{column[:100]}"] = "The file has no column of this name."
        elif name and not _is_field(kind, name):
            problems[f"columns.{column}"] = f"There is no field “{name[:80]}” for {_words(kind)}."
        elif name and name in taken:
            problems[f"columns.{column}"] = (
                f"“{taken[name]}” is {name} already. Choose another field, or leave one out."
            )
        elif name:
            taken[name] = column
    for name in options.fixed:
        if name not in FIXABLE[kind]:
            problems[f"fixed.{name[:80]}"] = (
                f"Give one value for a whole file only for {', '.join(FIXABLE[kind])}."
            )
    return problems


def missing(kind: ImportKind, options: ImportOptions) -> dict[str, str]:
    """Return what must be chosen before the rows of a file can be judged."""
    known = {name for name in options.columns.values() if name}
    known |= {name for name, value in options.fixed.items() if value}
    found: dict[str, str] = {}
    if kind is ImportKind.LEADS:
        if "campaign" not in known:
            found["campaign"] = "Choose the column of the campaign, or one campaign for all rows."
        return found
    if kind is ImportKind.EVENTS:
        if "event" not in known:
            found["event"] = "Choose the column of the event, or one event for all rows."
        if not known & {"transaction_id", "lead_id"}:
            found["transaction_id"] = "Choose the column that names the lead: transaction_id."
        return found
    if "conversion_status" not in known:
        found["conversion_status"] = "Choose the column of the new status, or one for all rows."
    if "event_id" not in known and not {"transaction_id", "event"} <= known:
        found["event_id"] = "Choose the column of the event id, or those of transaction and event."
    return found


def _is_field(kind: ImportKind, name: str) -> bool:
    if name in FIELDS[kind]:
        return True
    rest = name.removeprefix(FREE)
    is_free = name.startswith(FREE) and 0 < len(rest) <= 64
    return is_free and kind is not ImportKind.STATUS_CHANGES


def _only(kinds: Mapping[str, set[FieldType]], wanted: FieldType) -> frozenset[str]:
    # A name that is a number in one campaign and text in another is left as it is.
    return frozenset(name for name, found in kinds.items() if found == {wanted})


def _words(kind: ImportKind) -> str:
    return kind.value.replace("_", " ")


def _ragged(cells: int, width: int) -> str:
    return (
        f"This row has {cells:,} cells, the header has {width:,}. Look for a delimiter or a "
        "quotation mark that is missing or too many."
    )
