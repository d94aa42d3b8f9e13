"""The rows of a file in the database, a few at a time, and what became of each."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Table, delete, insert, select, update
from sqlmodel import Session

from models import ImportChunk, ImportPart
from models.words import ImportVerdict
from services.catalog.cache import Definitions
from services.imports.reading import Row

# Rows per unit of work: on SQLite everybody else's writes wait that long.
ROWS: Final = 100
PART_BYTES: Final = 512 * 1024
_REASON: Final = 500

CHUNK: Table = ImportChunk.__table__  # type: ignore[attr-defined]
PART: Table = ImportPart.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Result:
    """What one row would become or became; `ref` is what undoing needs to know."""

    verdict: ImportVerdict
    reason: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when rows are decided about: one unit of work."""

    session: Session
    definitions: Definitions
    now: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows and, once they were judged, a result for each."""

    number: int
    rows: tuple[Row, ...]
    results: tuple[Result, ...]


def pack_all(rows: Iterable[Row]) -> Iterator[tuple[bytes, int]]:
    """Yield the packed cells of each chunk, and how many rows it has."""
    source = iter(rows)
    while some := list(islice(source, ROWS)):
        yield _pack(some), len(some)


def insert_chunks(session: Session, import_id: str, first: int, packed: Sequence[bytes]) -> None:
    """Store the cells of chunks that follow each other."""
    rows = [
        {"import_id": import_id, "number": number, "cells": cells, "results": None}
        for number, cells in enumerate(packed, first)
    ]
    session.connection().execute(insert(CHUNK), rows)


def get(session: Session, import_id: str, number: int) -> Chunk | None:
    """Return one chunk, `None` when there is no such one."""
    row = (
        session.connection()
        .execute(select(CHUNK).where(CHUNK.c.import_id == import_id, CHUNK.c.number == number))
        .one_or_none()
    )
    if row is None:
        return None
    results = _unpack(row.results) if row.results is not None else []
    return Chunk(
        row.number,
        tuple(_unpack(row.cells)),
        tuple(Result(ImportVerdict(word), reason, ref) for word, reason, ref in results),
    )


def store_results(session: Session, import_id: str, number: int, results: Sequence[Result]) -> None:
    """Write what became of the rows of a chunk."""
    packed = _pack([[each.verdict, each.reason[:_REASON], each.ref] for each in results])
    session.connection().execute(
        update(CHUNK)
        .where(CHUNK.c.import_id == import_id, CHUNK.c.number == number)
        .values(results=packed)
    )


def store_cells(session: Session, import_id: str, number: int, rows: Sequence[Row]) -> None:
    """Write other cells for the rows of a chunk."""
    session.connection().execute(
        update(CHUNK)
        .where(CHUNK.c.import_id == import_id, CHUNK.c.number == number)
        .values(cells=_pack(list(rows)))
    )


def remove_chunks(session: Session, import_id: str) -> None:
    """Forget the rows of a file."""
    session.connection().execute(delete(CHUNK).where(CHUNK.c.import_id == import_id))


def remove_parts(session: Session, import_id: str) -> None:
    """Forget the file as it came."""
    session.connection().execute(delete(PART).where(PART.c.import_id == import_id))


def add_part(session: Session, import_id: str, number: int, data: bytes) -> None:
    """Store the next piece of a file."""
    row = {"import_id": import_id, "number": number, "data": data}
    session.connection().execute(insert(PART).values(row))


def parts(session: Session, import_id: str) -> Iterator[bytes]:
    """Yield the pieces of a file in their order, one in memory at a time."""
    number = 0
    while True:
        data = session.connection().execute(
            select(PART.c.data).where(PART.c.import_id == import_id, PART.c.number == number)
        )
        found = data.scalar_one_or_none()
        if found is None:
            return
        yield bytes(found)
        number += 1


def _pack(content: Any) -> bytes:
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), level=1)


def _unpack(data: bytes) -> list[Any]:
    found: list[Any] = json.loads(zlib.decompress(data))
    return found
