"""Imports as people see them and say how their files are read; `commands` have them worked on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from models import ImportJob
from models.words import AuditAction, ImportStatus
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput
from services.identifiers import is_id
from services.imports import chunks
from services.imports.contract import Delimiter, Encoding, ImportOptions, UnreadableFile
from services.imports.plan import make_plan, problems_of
from services.imports.reading import HEAD_BYTES, look
from services.imports.rows import OPEN, ImportRow, import_row
from services.imports.stored import find, note
from services.imports.uploads import columns_key, first_options
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import validate


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One of the first rows as it is understood; `problem` says what is not."""

    number: int
    values: tuple[tuple[str, str], ...]
    problem: str


async def list_page(actor: Actor, request: PageRequest) -> Page[ImportRow]:
    """Return imports, newest first; raises InvalidInput for a cursor that is not ours."""
    actor.require(Right.READ)
    return await database.read(_list_page, request)


async def get(actor: Actor, import_id: str) -> ImportRow:
    """Return one import; raises NotFound and NotAllowed."""
    actor.require(Right.READ)
    return await database.read(_get, import_id)


async def preview(actor: Actor, import_id: str) -> tuple[PreviewRow, ...]:
    """Return the first rows of a file as they will be understood, without asking who is meant.

    They hold people's contacts, so the right to see those is needed. Raises NotFound.
    """
    actor.require(Right.SEE_CONTACTS)
    return await database.read(_preview, import_id)


async def configure(
    actor: Actor, import_id: str, given: Mapping[str, object], *, clock: Clock = utc_now
) -> ImportRow:
    """Change how a file is read; `given` are the fields of `ImportOptions` that change.

    What was verified counts no more. Raises NotFound, InvalidInput, UnreadableFile, and Conflict
    once the file is being verified or imported.
    """
    actor.require(Right.IMPORT)
    return await database.write(_configure, actor, import_id, given, clock())


def _list_page(session: Session, request: PageRequest) -> Page[ImportRow]:
    query = (
        select(ImportJob)
        .where(col(ImportJob.status) != ImportStatus.UPLOADING)
        .order_by(col(ImportJob.created_at).desc(), col(ImportJob.id).desc())
        .limit(request.limit + 1)
    )
    if request.cursor:
        query = query.where(
            tuple_(col(ImportJob.created_at), col(ImportJob.id)) < tuple_(*_place(request.cursor))
        )
    found = session.exec(query).all()
    shown = found[: request.limit]
    more = len(found) > request.limit
    cursor = encode_cursor(shown[-1].created_at.isoformat(), shown[-1].id) if more else None
    return Page([import_row(job) for job in shown], next_cursor=cursor)


def _place(cursor: str) -> tuple[datetime, str]:
    at, identity = decode_cursor(cursor, keys=2)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not is_id(identity):
        raise InvalidInput({"cursor": "This cursor is not one of ours; start without a cursor."})
    return moment, identity


def _get(session: Session, import_id: str) -> ImportRow:
    return import_row(find(session, import_id))


def _preview(session: Session, import_id: str) -> tuple[PreviewRow, ...]:
    row = import_row(find(session, import_id))
    if row.layout is None:
        return ()
    plan = make_plan(row.kind, row.layout.columns, row.options, cache.definitions(session))
    found = []
    for number, *cells in row.layout.sample:
        payload = plan.read(cells)
        given: dict[str, Any] = dict(payload.given)
        free = given.pop("fields", {})
        shown = [*given.items(), *((f"fields.{name}", each) for name, each in free.items())]
        values = tuple((name, str(each)) for name, each in shown)
        found.append(PreviewRow(number, values, plan.sentence(payload.wrong)))
    return tuple(found)


def _configure(
    session: Session, actor: Actor, import_id: str, given: Mapping[str, object], now: datetime
) -> ImportRow:
    job = find(session, import_id, for_update=True)
    if job.status not in OPEN:
        raise Conflict("This file is imported already, or is being worked on.", code="import_fixed")
    before = dict(job.options)
    changes = validate(ImportOptions, given)
    named = changes.model_dump(mode="json", include=changes.model_fields_set)
    row = import_row(job)
    layout = row.layout
    delimiter = changes.delimiter or Delimiter(layout.delimiter if layout else ",")
    encoding = changes.encoding or Encoding(job.encoding)
    if layout is None or (delimiter, encoding) != (layout.delimiter, job.encoding):
        layout = look(_head(session, import_id), encoding, delimiter=delimiter)
        job.layout, job.encoding = layout.as_json(), encoding.value
        job.chunks = 0
        chunks.remove_chunks(session, import_id)
        if row.layout is None or layout.columns != row.layout.columns:
            job.columns_key = columns_key(job.kind, layout.columns)
            first = first_options(session, job.kind, layout, job.columns_key)
            named = {"columns": first.columns, **named}
    options = validate(ImportOptions, {**before, **named})
    if problems := problems_of(job.kind, layout.columns, options):
        raise InvalidInput(problems)
    job.options = options.model_dump(mode="json")
    job.status, job.problem, job.updated_at = ImportStatus.DRAFT, "", now
    job.verified, job.reasons, job.position, job.verified_at = {}, [], 0, None
    note(session, actor, AuditAction.CHANGED, job, now=now, before=before, after=job.options)
    return import_row(job)


def _head(session: Session, import_id: str) -> bytes:
    first = next(chunks.parts(session, import_id), b"")
    if not first:
        raise UnreadableFile("This file is not here any more. Upload it again.")
    return first[:HEAD_BYTES]
