"""The work of imports, chunk after chunk: each is one unit of work that also moves the place.

So a crash loses nothing and doubles nothing, and of several workers each chunk is one's. Between
two chunks everybody else's writes go first.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import literal, or_, update
from sqlmodel import Session, col, select

from models import ImportJob
from models.words import ImportKind, ImportStatus, ImportVerdict
from services import failpoints
from services.catalog import cache
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import AppError
from services.identifiers import new_id
from services.imports import chunks, reasons, undoing
from services.imports.chunks import Place, Result
from services.imports.contract import Delimiter, Encoding, UnreadableFile
from services.imports.judges import Judge, judge_of
from services.imports.plan import make_plan
from services.imports.reading import Row
from services.imports.reading import rows as read_rows
from services.imports.rows import JOB, WORKING, import_row
from services.imports.stored import actor_of

log = logging.getLogger(__name__)

# Seconds between two looks of a worker whether there is one to work on.
EVERY_SECONDS: Final = 1
# Of the time that a chunk took, so much is left to everybody else.
REST: Final = 0.3
SHORTEST_REST: Final = 0.002
# A run that judges and has not moved for so long is dead; reading 50 MiB takes a few seconds.
LEASE: Final = timedelta(seconds=30)
_BROKEN: Final = "Something went wrong on our side. It was written down; go on, or ask for help."
_CHUNKS_PER_WRITE: Final = 20


@dataclass(slots=True)
class _Judging:
    """One run over a whole file: what it has seen is in memory, so no other one can go on."""

    run: str
    job: ImportJob
    judge: Judge


async def work(database: Database, *, clock: Clock = utc_now, rest: float = REST) -> None:
    """Go on with every import that is verified, applied or undone, until none is."""
    passed: set[str] = set()
    while (job := await database.read(_next_job, passed)) is not None:
        try:
            went_on = await _work_on(database, job, clock=clock, rest=rest)
        except AppError:
            raise  # the database takes nothing now; the next run goes on
        except Exception:
            # A bug of ours, or a row that the database refuses: no other file may wait for it.
            log.exception("import %s broke", job.id)
            await database.write(_stop_broken, job.id, clock())
            went_on = False
        if not went_on:
            passed.add(job.id)  # another worker's, or ended by somebody meanwhile


def _stop_broken(session: Session, import_id: str, now: datetime) -> None:
    """Have a person decide; undoing is tried again, since half of it is worth nothing."""
    job = _locked(session, import_id)
    if job is None or job.status is ImportStatus.UNDOING:
        return
    job.problem, job.updated_at = _BROKEN, now
    if job.status is ImportStatus.VERIFYING:
        job.status, job.position, job.verified, job.reasons = ImportStatus.DRAFT, 0, {}, []
    elif job.status is ImportStatus.APPLYING:
        job.status, job.ended_at = ImportStatus.CANCELLED, now


def job_of(database: Database) -> Callable[[], Awaitable[None]]:
    """Return what a worker runs each second."""

    async def run() -> None:
        await work(database)

    return run


def _next_job(session: Session, passed: set[str]) -> ImportJob | None:
    # The longest waiting one first; a small file waits for a large one.
    found = session.exec(
        select(ImportJob)
        .where(col(ImportJob.status).in_(sorted(WORKING)))
        .order_by(col(ImportJob.updated_at), col(ImportJob.id))
    )
    return next((job for job in found if job.id not in passed), None)


async def _work_on(database: Database, job: ImportJob, *, clock: Clock, rest: float) -> bool:
    if job.status is ImportStatus.VERIFYING:
        return await _verify(database, job, clock=clock, rest=rest)
    if job.status is ImportStatus.APPLYING:
        judge = await database.read(_judge, job)

        def step(session: Session, position: int, now: datetime) -> int | None:
            return _apply_chunk(session, job.id, position, judge, now)
    else:

        def step(session: Session, position: int, now: datetime) -> int | None:
            return _undo_chunk(session, job.id, position, now)

    position: int | None = job.position
    moved = False
    while position is not None:
        began = time.monotonic()
        position = await database.write(step, position, clock())
        moved = moved or position is not None
        await _let_others(began, rest)
    return moved


async def _let_others(began: float, rest: float) -> None:
    took = time.monotonic() - began
    await asyncio.sleep(max(SHORTEST_REST, took * rest) if rest else 0)


# Verifying


async def _verify(database: Database, job: ImportJob, *, clock: Clock, rest: float) -> bool:
    run = new_id("run")
    if not await database.write(_begin_run, job.id, run, clock()):
        return False
    failpoints.reached("mid_verify")
    try:
        if job.chunks == 0:
            packed, rows = await database.read(_read_file, job.id)
            for first in range(0, len(packed), _CHUNKS_PER_WRITE):
                some = packed[first : first + _CHUNKS_PER_WRITE]
                await database.write(_store_chunks, job.id, run, first, some, clock())
            if not await database.write(_file_is_read, job.id, run, len(packed), rows):
                return True
    except UnreadableFile as error:
        await database.write(_say_problem, job.id, run, error.message, clock())
        return True
    judging = _Judging(run, job, await database.read(_judge, job))
    position: int | None = 0
    while position is not None:
        began = time.monotonic()
        results = await database.read(_judge_chunk, judging, position, clock())
        position = await database.write(_store_verdicts, judging, position, results, clock())
        await _let_others(began, rest)
    return True


def _begin_run(session: Session, import_id: str, run: str, now: datetime) -> bool:
    # What an earlier run has seen was in its memory: this one begins anew. On SQLite it is dead for
    # certain, since whoever works is the only worker.
    is_only = session.get_bind().dialect.name == "sqlite"
    taken = session.connection().execute(
        update(JOB)
        .where(
            JOB.c.id == import_id,
            JOB.c.status == ImportStatus.VERIFYING,
            or_(literal(is_only), JOB.c.lease_until.is_(None), JOB.c.lease_until < now),
        )
        .values(run=run, lease_until=now + LEASE, position=0, verified={}, reasons=[])
    )
    return taken.rowcount == 1


def _read_file(session: Session, import_id: str) -> tuple[list[bytes], int]:
    """Return the packed chunks of a file and how many rows they have; runs in a thread."""
    job = session.get_one(ImportJob, import_id)
    found = read_rows(
        chunks.parts(session, import_id),
        Encoding(job.encoding),
        Delimiter(job.layout["delimiter"]),
    )
    packed, rows = [], 0
    for cells, count in chunks.pack_all(found):
        packed.append(cells)
        rows += count
    return packed, rows


def _store_chunks(
    session: Session, import_id: str, run: str, first: int, packed: list[bytes], now: datetime
) -> None:
    if not _is_mine(session, import_id, run, lease_until=now + LEASE):
        return
    if first == 0:
        chunks.remove_chunks(session, import_id)  # of a run that broke off
    chunks.insert_chunks(session, import_id, first, packed)


def _file_is_read(session: Session, import_id: str, run: str, count: int, rows: int) -> bool:
    return _is_mine(session, import_id, run, chunks=count, rows=rows)


def _say_problem(session: Session, import_id: str, run: str, text: str, now: datetime) -> None:
    _is_mine(session, import_id, run, status=ImportStatus.DRAFT, problem=text[:500], updated_at=now)


def _judge_chunk(
    session: Session, judging: _Judging, number: int, now: datetime
) -> list[Result] | None:
    chunk = chunks.get(session, judging.job.id, number)
    if chunk is None:
        return None
    place = Place(session, cache.definitions(session), now)
    return [judging.judge.judge(place, row) for row in chunk.rows]


def _store_verdicts(
    session: Session, judging: _Judging, number: int, results: list[Result] | None, now: datetime
) -> int | None:
    """Write the verdicts of a chunk and return the next one's number, `None` at the end."""
    job = _locked(session, judging.job.id)
    if job is None or job.run != judging.run or job.status is not ImportStatus.VERIFYING:
        return None
    if results is None:
        job.status, job.verified_at, job.updated_at = ImportStatus.VERIFIED, now, now
        job.lease_until = None
        return None
    chunk = chunks.get(session, job.id, number)
    if chunk is None:
        return None
    chunks.store_results(session, job.id, number, results)
    job.verified = reasons.counted(job.verified, results)
    job.reasons = _more_reasons(job, zip(chunk.rows, results, strict=True))
    job.position, job.lease_until = number + 1, now + LEASE
    return number + 1


def _is_mine(session: Session, import_id: str, run: str, **values: Any) -> bool:
    """Change an import that this run judges; tell whether it still is this run's."""
    changed = session.connection().execute(
        update(JOB)
        .where(JOB.c.id == import_id, JOB.c.run == run, JOB.c.status == ImportStatus.VERIFYING)
        .values(**values)
    )
    return changed.rowcount == 1


# Applying and undoing


def _apply_chunk(
    session: Session, import_id: str, position: int, judge: Judge, now: datetime
) -> int | None:
    """Import one chunk and return the next one's number, `None` when there is nothing to do."""
    job = _locked(session, import_id)
    if job is None or job.status is not ImportStatus.APPLYING or job.position != position:
        return None
    if position == job.chunks:
        job.status, job.ended_at, job.updated_at = ImportStatus.APPLIED, now, now
        return None
    chunk = chunks.get(session, import_id, position)
    if chunk is None:
        raise LookupError(f"chunk {position} of {job.chunks} is gone")
    place = Place(session, cache.definitions(session), now)
    results = [judge.apply(place, row) for row in chunk.rows]
    chunks.store_results(session, import_id, position, results)
    job.applied = reasons.counted(job.applied, results)
    job.reasons = _more_reasons(job, zip(chunk.rows, results, strict=True))
    job.position = position + 1
    session.flush()
    failpoints.reached("mid_import", f"chunk {position}.")
    return position + 1


def _undo_chunk(session: Session, import_id: str, position: int, now: datetime) -> int | None:
    """Take back the last chunk that still counts and return the number above the next one."""
    job = _locked(session, import_id)
    if job is None or job.status is not ImportStatus.UNDOING or job.position != position:
        return None
    chunk = chunks.get(session, import_id, position - 1) if position else None
    if chunk is None:
        job.status, job.undone_at, job.updated_at = ImportStatus.UNDONE, now, now
        return None
    results = undoing.undo_rows(session, job, chunk.results, now=now)
    chunks.store_results(session, import_id, position - 1, results)
    touched = [
        (row, after)
        for row, before, after in zip(chunk.rows, chunk.results, results, strict=True)
        if before.verdict is ImportVerdict.IMPORTED
    ]
    job.undone = reasons.counted(job.undone, (each for _, each in touched))
    job.reasons = _more_reasons(job, touched)
    job.position = position - 1
    session.flush()
    failpoints.reached("mid_import", f"chunk {position}.")
    return position - 1


def _locked(session: Session, import_id: str) -> ImportJob | None:
    return session.get(ImportJob, import_id, with_for_update=True)


def _judge(session: Session, job: ImportJob) -> Judge:
    row = import_row(job)
    columns = row.layout.columns if row.layout else ()
    plan = make_plan(ImportKind(job.kind), columns, row.options, cache.definitions(session))
    return judge_of(plan, actor_of(job), import_id=job.id, sends=row.options.send_postbacks)


def _more_reasons(job: ImportJob, found: Iterable[tuple[Row, Result]]) -> list[Any]:
    varying = reasons.varying(job.layout["columns"], job.options["columns"])
    return reasons.added(job.reasons, found, varying)
