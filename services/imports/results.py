"""The file back, with two columns more: what became of each row, and why."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models.words import AuditAction, ImportStatus, ImportVerdict
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict
from services.imports import chunks
from services.imports.chunks import Chunk
from services.imports.rows import ImportRow, import_row
from services.imports.stored import find, note

RESULT: Final = "afterlead_result"
REASON: Final = "afterlead_reason"
_NOT_YET: Final = "not_imported"
# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARKED: Final = frozenset({"utf-16-le", "utf-16-be"})


async def open_result(
    actor: Actor, import_id: str, *, only_bad: bool = False, clock: Clock = utc_now
) -> tuple[ImportRow, AsyncIterator[bytes]]:
    """Return an import and its file with `afterlead_result` and `afterlead_reason`, in pieces.

    Columns, order, delimiter and encoding are the file's. Its own cells stay as they came, so that
    it can be mended and imported again; a reason that a spreadsheet would take for a formula
    begins with `'`. It holds contacts, so the right to see those is needed. `only_bad` leaves out
    the rows that are ready, imported or undone. Raises NotFound, and Conflict when the rows were
    not judged yet or are not here any more.
    """
    actor.require(Right.SEE_CONTACTS)
    row = await database.write(_begin, actor, import_id, clock())
    return row, _stream(row, only_bad=only_bad)


def _begin(session: Session, actor: Actor, import_id: str, now: datetime) -> ImportRow:
    job = find(session, import_id)
    row = import_row(job)
    if row.emptied_at is not None:
        raise Conflict("The rows of this file are not here any more.", code="import_emptied")
    if row.layout is None or not row.rows or row.done == 0:
        raise Conflict("Verify this file first.", code="import_not_verified")
    note(session, actor, AuditAction.EXPORTED, job, now=now, after={"rows": row.rows})
    return row


async def _stream(row: ImportRow, *, only_bad: bool) -> AsyncIterator[bytes]:
    layout = row.layout
    if layout is None:
        return
    width = len(layout.columns)
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=layout.delimiter,
        lineterminator=layout.line_end,
        quoting=csv.QUOTE_ALL if layout.quoted else csv.QUOTE_MINIMAL,
    )
    if row.encoding in _MARKED:
        text.write("\ufeff")
    writer.writerow([*layout.columns, RESULT, REASON])
    number = 0
    while (chunk := await database.read(chunks.get, row.id, number)) is not None:
        for cells, result, reason in _lines(row, chunk):
            if only_bad and result in _GOOD:
                continue
            own = [*cells[:width], *[""] * (width - len(cells))]
            writer.writerow([*own, result, _harmless(reason), *cells[width:]])
        yield _encoded(text, row.encoding)
        number += 1
    yield _encoded(text, row.encoding)


def _lines(row: ImportRow, chunk: Chunk) -> list[tuple[list[str], str, str]]:
    found = []
    for place, (_, *cells) in enumerate(chunk.rows):
        result = chunk.results[place] if place < len(chunk.results) else None
        word = result.verdict.value if result else _NOT_YET
        if row.status in _BEGUN and word == ImportVerdict.READY:
            word = _NOT_YET
        found.append((cells, word, result.reason if result else ""))
    return found


def _harmless(reason: str) -> str:
    return f"'{reason}" if reason.startswith(_FORMULA) else reason


def _encoded(text: io.StringIO, encoding: str) -> bytes:
    # A reason may quote what Windows-1252 has no character for.
    data = text.getvalue().encode(
        "cp1252" if encoding == "windows-1252" else encoding, errors="replace"
    )
    text.seek(0)
    text.truncate()
    return data


_GOOD: Final = frozenset({ImportVerdict.READY, ImportVerdict.IMPORTED, ImportVerdict.UNDONE})
_BEGUN: Final = frozenset(ImportStatus) - {
    ImportStatus.DRAFT,
    ImportStatus.VERIFYING,
    ImportStatus.VERIFIED,
}
