"""The first step: how the file is read, and which column is which field."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live
from dashboard.pages.import_record.choices import LABELS, field_choices, fixed_choices
from dashboard.session import actor, guarded
from services.actor import Right
from services.errors import AppError, NotFound
from services.imports import jobs
from services.imports.contract import FIXABLE, known_zones
from services.imports.rows import ImportRow

_SAMPLES: Final = 3
_PREVIEWED: Final = 5
_READING: Final = frozenset({"delimiter", "encoding", "numbers", "dates", "time_zone"})


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file: its first values, and what it is."""

    name: str
    sample: str
    field: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FixedLine:
    """A field that may have one value for all rows; `column` is the one that fills it already."""

    name: str
    label: str
    value: str
    column: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One of the first rows as it is understood."""

    number: str
    cells: list[str]
    problem: str


class ColumnsState(rx.State):
    """What the first step shows; every choice is stored at once."""

    delimiter: str = ","
    encoding: str = "utf-8"
    numbers: str = "point"
    dates: str = "iso"
    time_zone: str = ""
    send_postbacks: bool = True
    notes: list[str] = rx.field(default_factory=list)
    columns: list[ColumnLine] = rx.field(default_factory=list)
    fixed: list[FixedLine] = rx.field(default_factory=list)
    heads: list[str] = rx.field(default_factory=list)
    preview: list[PreviewLine] = rx.field(default_factory=list)
    zones: list[tuple[str, str]] = rx.field(default_factory=list)
    may_import: bool = False
    error: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show how the file is read, and again after every change."""
        async with self:
            self.error = ""
            self.may_import = Right.IMPORT in actor().rights
            self.zones = [(name, name.replace("_", " ")) for name in sorted(known_zones())]
        if not self.may_import:
            return
        seen: ImportRow | None = None
        async for _ in live.changes(self):
            try:
                row = await jobs.get(actor(), self.import_id)
            except NotFound:
                return
            if seen is not None and (seen.options, seen.layout) == (row.options, row.layout):
                continue
            seen = row
            async with self:
                await self._show(row)

    @rx.event
    @guarded(Right.IMPORT)
    async def read_as(self, name: str, value: str) -> None:
        """Change how the file's characters, cells, numbers or times are read."""
        if name in _READING:
            await self._change({name: _TAB if value == "tab" else value})

    @rx.event
    @guarded(Right.IMPORT)
    async def map_column(self, column: str, field: str) -> None:
        """Say what a column is; nothing leaves it out."""
        row = await jobs.get(actor(), self.import_id)
        # The field moves: the column that was it before is left out.
        others = {
            name: each for name, each in row.options.columns.items() if not field or each != field
        }
        await self._change({"columns": {**others, column: field or None}})

    @rx.event
    @guarded(Right.IMPORT)
    async def fix(self, name: str, value: str) -> None:
        """Give one value to all rows whose own cell is empty."""
        row = await jobs.get(actor(), self.import_id)
        fixed = {**row.options.fixed, name: value}
        await self._change({"fixed": {key: each for key, each in fixed.items() if each}})

    @rx.event
    @guarded(Right.IMPORT)
    async def set_sending(self, wanted: bool) -> None:
        """Choose whether postbacks are sent."""
        await self._change({"send_postbacks": bool(wanted)})

    async def _change(self, given: dict[str, Any]) -> None:
        self.error = ""
        try:
            row = await jobs.configure(actor(), self.import_id, given)
        except AppError as error:
            self.error = feedback.sentence(error)
            row = await jobs.get(actor(), self.import_id)
        await self._show(row)

    async def _show(self, row: ImportRow) -> None:
        options, layout = row.options, row.layout
        self.encoding, self.numbers, self.dates = row.encoding, options.numbers, options.dates
        self.time_zone, self.send_postbacks = options.time_zone, options.send_postbacks
        self.delimiter = "tab" if layout and layout.delimiter == _TAB else _delimiter(row)
        self.notes = list(layout.notes) if layout else []
        choices = await field_choices(row)
        columns = layout.columns if layout else ()
        self.columns = [
            ColumnLine(
                name=name,
                sample=_sample(row, place),
                field=options.columns.get(name) or "",
                choices=choices.of_column(name),
            )
            for place, name in enumerate(columns, 1)
        ]
        mapped = {field: name for name, field in options.columns.items() if field}
        values = await fixed_choices(row)
        self.fixed = [
            FixedLine(
                name=name,
                label=LABELS.get(name, name),
                value=options.fixed.get(name, ""),
                column=mapped.get(name, ""),
                choices=values[name],
            )
            for name in FIXABLE[row.kind]
            if name in values
        ]
        await self._show_preview()

    async def _show_preview(self) -> None:
        rows = (await jobs.preview(actor(), self.import_id))[:_PREVIEWED]
        heads = list(dict.fromkeys(name for row in rows for name, _ in row.values))
        self.heads = [LABELS.get(name, name.removeprefix("fields.")) for name in heads]
        self.preview = [
            PreviewLine(
                number=f"{row.number:,}",
                cells=[dict(row.values).get(name, "") for name in heads],
                problem=row.problem,
            )
            for row in rows
        ]


_TAB: Final = "\t"


def _delimiter(row: ImportRow) -> str:
    return row.layout.delimiter if row.layout else ","


def _sample(row: ImportRow, place: int) -> str:
    if row.layout is None:
        return ""
    cells = (str(each[place]) for each in row.layout.sample if len(each) > place)
    return ", ".join([cell for cell in cells if cell][:_SAMPLES])
