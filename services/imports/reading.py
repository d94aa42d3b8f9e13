"""Lines of text to rows of cells: the delimiter, the columns' names, and what cannot be read."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from services.imports.contract import (
    MAX_COLUMNS,
    MAX_ROWS,
    Delimiter,
    Encoding,
    FileTooLarge,
    UnreadableFile,
)
from services.imports.decoding import lines

HEAD_BYTES: Final = 256 * 1024  # of a file that `look` is given
LONGEST_CELL: Final = 131_072  # the csv module's own limit
_SAMPLE_ROWS: Final = 10
_SNIFFED_ROWS: Final = 50
_SHOWN_CELL: Final = 100
_LONGEST_NAME: Final = 100

Row = list[Any]  # [row number, cell, …]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the beginning of a file says. `columns` are unique; `notes` say what was made of them.

    `sample` are the first rows, each with its number; cells are cut at 100 characters.
    """

    delimiter: str
    line_end: str
    quoted: bool
    columns: tuple[str, ...]
    sample: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what `layout_of` reads."""
        return asdict(self)


def layout_of(stored: dict[str, Any]) -> Layout:
    """Return the layout behind what `as_json` gave."""
    return Layout(
        delimiter=stored["delimiter"],
        line_end=stored["line_end"],
        quoted=stored["quoted"],
        columns=tuple(stored["columns"]),
        sample=tuple(tuple(row) for row in stored["sample"]),
        notes=tuple(stored["notes"]),
    )


def look(head: bytes, encoding: Encoding, *, delimiter: Delimiter | None = None) -> Layout:
    """Return the layout of a file that begins so; raise UnreadableFile."""
    found = list(lines([head], encoding))
    is_whole = len(head) < HEAD_BYTES
    if not is_whole and len(found) > 1:
        found.pop()  # it may be half a line
    text = [line for line in found if line.strip()]
    if not text:
        raise UnreadableFile("This file is empty. It needs a header row and at least one row.")
    chosen = delimiter or _sniff(text)
    records = _records(iter(found), chosen, is_whole=is_whole)
    header_number, header = next(records, (1, []))
    columns, notes = _columns(header)
    sample = []
    for number, cells in records:
        sample.append((number, *(cell[:_SHOWN_CELL] for cell in cells)))
        if len(sample) == _SAMPLE_ROWS:
            break
    if not sample:
        raise UnreadableFile("This file has a header row and nothing below it.")
    raw = head[:4096]
    ends = b"\r\0\n" if encoding is Encoding.UTF_16_LE else b"\r\n"
    first = found[header_number - 1] if header_number <= len(found) else ""
    return Layout(
        delimiter=chosen,
        line_end="\r\n" if ends in raw else "\n",
        quoted=first.startswith('"') and first.count('"') >= 2 * len(columns),
        columns=columns,
        sample=tuple(sample),
        notes=notes,
    )


def rows(parts: Iterable[bytes], encoding: Encoding, delimiter: Delimiter) -> Iterator[Row]:
    """Yield `[number, cell, …]` for every row below the header that is not blank.

    The number is that of a spreadsheet: the header is row 1. Raises UnreadableFile where the file
    cannot be read on, and FileTooLarge beyond 200,000 rows.
    """
    records = _records(lines(parts, encoding), delimiter, is_whole=True)
    next(records, None)
    for count, (number, cells) in enumerate(records, 1):
        if count > MAX_ROWS:
            raise FileTooLarge(
                f"This file has more than {MAX_ROWS:,} rows. Split it into several files."
            )
        yield [number, *cells]


def _records(
    text: Iterator[str], delimiter: Delimiter, *, is_whole: bool
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text, delimiter=delimiter.value, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if not is_whole and "end of data" in str(error):
                return  # of the beginning only a part of the last row is here
            raise UnreadableFile(_sentence(number, str(error))) from None
        if any(cells):
            yield number, cells


def _sentence(number: int, problem: str) -> str:
    if "field larger" in problem:
        return (
            f"Row {number:,} has a cell of more than {LONGEST_CELL:,} characters. Is a quotation "
            "mark not closed?"
        )
    if "end of data" in problem:
        return f"Row {number:,} opens a quotation mark that is never closed."
    return (
        f"Row {number:,} has a quotation mark inside a quoted cell. Write it twice there, "
        "or choose another delimiter."
    )


def _sniff(text: Sequence[str]) -> Delimiter:
    """Return the delimiter that parts most rows alike, and into most cells."""
    best, score = Delimiter.COMMA, (0.0, 0)
    for candidate in Delimiter:
        counts = []
        try:
            for row in csv.reader(iter(text), delimiter=candidate.value):
                counts.append(len(row))
                if len(counts) == _SNIFFED_ROWS:
                    break
        except csv.Error:
            continue
        if not counts or counts[0] < 2:
            continue
        alike = counts.count(counts[0]) / len(counts)
        if (alike, counts[0]) > score:
            best, score = candidate, (alike, counts[0])
    return best


def _columns(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if len(header) > MAX_COLUMNS:
        raise UnreadableFile(f"This file has more than {MAX_COLUMNS} columns. Leave some out.")
    names: list[str] = []
    notes: list[str] = []
    for place, given in enumerate(header, 1):
        name = "".join(one if one.isprintable() else " " for one in given).strip()[:_LONGEST_NAME]
        if not name:
            notes.append(f"Column {place} has no name in the header row.")
            name = f"Column {place}"
        if name in names:
            notes.append(f"Two columns are called “{name}”; the later one is column {place}.")
            name = f"{name} (column {place})"
        names.append(name)
    return tuple(names), tuple(notes)
