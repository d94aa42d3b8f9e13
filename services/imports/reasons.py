"""Reasons of refused and other rows, grouped: how often each, and the first rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.words import ImportVerdict
from services.imports.chunks import Result
from services.imports.reading import Row

MOST_GROUPS: Final = 50
ROWS_SHOWN: Final = 5
_QUOTED = re.compile("“[^”]*”")
_ID = re.compile(r"\b(?:evt|ld)_[0-9a-z]{24}\b")
_ROW = re.compile(r"\bRow [\d,]+")
# What needs no reason.
_PLAIN: Final = frozenset({ImportVerdict.READY, ImportVerdict.IMPORTED, ImportVerdict.UNDONE})
# Names of ours: few, and the reason is about them.
_STEADY: Final = frozenset({"event", "campaign", "affiliate", "currency", "conversion_status"})
_CUT_AT: Final = 40  # sentences quote no less of a long value
_REST: Final = "Other reasons; the downloaded file names them all."


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, without what differs from row to row; `rows` are the first ones."""

    verdict: ImportVerdict
    text: str
    count: int
    rows: tuple[tuple[int, str], ...]


def general(text: str, cells: Iterable[str] = ()) -> str:
    """Return a sentence without the values that it quotes from these cells of its row."""
    known = [cell.strip() for cell in cells if cell.strip()]

    def shortened(found: re.Match[str]) -> str:
        quoted = found[0][1:-1]
        is_cut = len(quoted) >= _CUT_AT
        is_theirs = any(cell == quoted or (is_cut and cell.startswith(quoted)) for cell in known)
        return "“…”" if is_theirs else found[0]

    return _ROW.sub("Row …", _ID.sub("…", _QUOTED.sub(shortened, text)))


def added(stored: list[Any], found: Iterable[tuple[Row, Result]], varying: set[int]) -> list[Any]:
    """Return the stored groups with these rows among them: [[verdict, text, count, rows], …].

    `varying` are the places of the cells that differ from row to row, such as ids and amounts.
    """
    groups: dict[tuple[str, str], list[Any]] = {(row[0], row[1]): list(row) for row in stored}
    for row, result in found:
        if result.verdict in _PLAIN:
            continue
        cells = [cell for place, cell in enumerate(row[1:]) if place in varying]
        key = (result.verdict.value, general(result.reason, cells))
        if key not in groups and len(groups) >= MOST_GROUPS:
            key = (result.verdict.value, _REST)
        group = groups.setdefault(key, [*key, 0, []])
        group[2] += 1
        if len(group[3]) < ROWS_SHOWN:
            group[3] = [*group[3], [row[0], result.reason]]
    return list(groups.values())


def varying(columns: Sequence[str], mapped: Mapping[str, str | None]) -> set[int]:
    """Return the places of the columns whose values say nothing about a reason."""
    return {place for place, name in enumerate(columns) if mapped.get(name) not in _STEADY}


def counted(stored: Mapping[str, int], found: Iterable[Result]) -> dict[str, int]:
    """Return the stored counts with these results added, by verdict."""
    counts = dict(stored)
    for result in found:
        counts[result.verdict.value] = counts.get(result.verdict.value, 0) + 1
    return counts


def read(stored: list[Any]) -> tuple[Reason, ...]:
    """Return the groups for people, the most frequent first."""
    found = [
        Reason(ImportVerdict(verdict), text, count, tuple((row[0], row[1]) for row in rows))
        for verdict, text, count, rows in stored
    ]
    return tuple(sorted(found, key=lambda reason: -reason.count))
