"""Rows of people who were erased are emptied in the files that brought them."""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from models import Erasure, Event, ImportJob
from services.database import Database
from services.imports import chunks
from services.imports.chunks import Chunk

EVERY_SECONDS: Final = 60


async def blank(database: Database) -> None:
    """Empty the cells of every row that brought an erased lead or its events, or repeats them.

    For each erasure that is not over, so that a row which was being imported is found as well.
    Verdicts and reasons stay, and with them every count. What was refused names nobody that is
    here; it leaves with its file.
    """
    for lead_id in await database.read(_erased):
        ids = await database.read(_ids_of, lead_id)
        for import_id in await database.read(_imports):
            number = 0
            while (found := await database.read(chunks.get, import_id, number)) is not None:
                if _rows_of(found, ids):
                    await database.write(_blank_rows, import_id, number, ids)
                number += 1


def job_of(database: Database) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each minute."""

    async def run() -> None:
        await blank(database)

    return run


def _erased(session: Session) -> list[str]:
    return list(session.scalars(select(col(Erasure.lead_id))))


def _ids_of(session: Session, lead_id: str) -> frozenset[str]:
    return frozenset({lead_id, *session.scalars(_EVENTS, {"b_lead": lead_id})})


def _imports(session: Session) -> list[str]:
    return list(session.scalars(_IMPORTS))


def _rows_of(chunk: Chunk, ids: frozenset[str]) -> set[int]:
    """Return the places of the rows that are about these and hold something still."""
    return {
        place
        for place, (row, result) in enumerate(zip(chunk.rows, chunk.results, strict=False))
        if any(row[1:]) and (result.ref.partition(" ")[0] in ids or _named(result.reason, ids))
    }


def _named(reason: str, ids: frozenset[str]) -> bool:
    return any(word.strip(".") in ids for word in reason.split()) if reason else False


def _blank_rows(session: Session, import_id: str, number: int, ids: frozenset[str]) -> None:
    job = session.get(ImportJob, import_id, with_for_update=True)
    chunk = chunks.get(session, import_id, number)
    if job is None or chunk is None:
        return
    places = _rows_of(chunk, ids)
    rows = [
        [row[0], *[""] * (len(row) - 1)] if place in places else row
        for place, row in enumerate(chunk.rows)
    ]
    chunks.store_cells(session, import_id, number, rows)
    gone = {chunk.rows[place][0] for place in places}
    if job.layout:
        sample = [row for row in job.layout["sample"] if row[0] not in gone]
        job.layout = {**job.layout, "sample": sample}


_EVENTS = select(col(Event.id)).where(col(Event.lead_id) == bindparam("b_lead"))
_IMPORTS = select(col(ImportJob.id)).where(col(ImportJob.emptied_at).is_(None))
