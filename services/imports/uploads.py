"""A file arrives: piece by piece into the database, then looked at and given a first mapping."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models import ImportJob
from models.words import AuditAction, AuditSubject, ImportKind, ImportStatus
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.catalog import cache
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.identifiers import new_id
from services.imports import chunks
from services.imports.contract import (
    MAX_BYTES,
    Delimiter,
    Encoding,
    FileTooLarge,
    ImportOptions,
    UnreadableFile,
)
from services.imports.decoding import EncodingWatch
from services.imports.plan import problems_of
from services.imports.reading import HEAD_BYTES, Layout, look
from services.imports.rows import JOB, ImportRow, import_row
from services.imports.suggestions import suggest
from services.validation import is_storable, validate

_USED = (ImportStatus.APPLIED, ImportStatus.CANCELLED, ImportStatus.APPLYING)
TOO_LARGE = f"A file may have at most {MAX_BYTES // 1024 // 1024} MiB. Split it into several."


async def receive(
    actor: Actor,
    pieces: AsyncIterator[bytes],
    *,
    kind: str,
    file_name: str = "",
    clock: Clock = utc_now,
) -> ImportRow:
    """Store a file as it comes in, and return it as a draft with a suggested mapping.

    Never more than half a megabyte of it is in memory. Raises InvalidInput for an unknown kind,
    FileTooLarge beyond 50 MiB, and UnreadableFile for what is no CSV file; then nothing is kept.
    """
    actor.require(Right.IMPORT)
    wanted = _kind(kind)
    job = ImportJob(
        id=new_id("imp"),
        kind=wanted,
        status=ImportStatus.UPLOADING,
        file_name=_name(file_name),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=clock(),
        updated_at=clock(),
        options=ImportOptions().model_dump(mode="json"),
    )
    import_id = job.id
    await database.write(_begin, job)
    is_whole = False
    try:
        size, head, encoding = await _store(import_id, pieces)
        layout = look(head, encoding)
        is_whole = True
    finally:
        # Whatever broke off: bad content, a connection that ended, a cancelled call.
        if not is_whole:
            await database.write(_forget, import_id)
    return await database.write(
        _finish, actor, import_id, size=size, encoding=encoding, layout=layout, now=clock()
    )


async def _store(import_id: str, pieces: AsyncIterator[bytes]) -> tuple[int, bytes, Encoding]:
    watch = EncodingWatch()
    head, waiting = b"", bytearray()
    size = number = 0
    async for piece in pieces:
        size += len(piece)
        if size > MAX_BYTES:
            raise FileTooLarge(TOO_LARGE)
        watch.feed(piece)
        if len(head) < HEAD_BYTES:
            head = (head + piece)[:HEAD_BYTES]
        waiting += piece
        while len(waiting) >= chunks.PART_BYTES:
            part, waiting = bytes(waiting[: chunks.PART_BYTES]), waiting[chunks.PART_BYTES :]
            await database.write(chunks.add_part, import_id, number, part)
            number += 1
    if waiting:
        await database.write(chunks.add_part, import_id, number, bytes(waiting))
    return size, head, watch.result()


def _begin(session: Session, job: ImportJob) -> None:
    session.add(job)


def _forget(session: Session, import_id: str) -> None:
    session.connection().execute(delete(JOB).where(JOB.c.id == import_id))


def _finish(
    session: Session,
    actor: Actor,
    import_id: str,
    *,
    size: int,
    encoding: Encoding,
    layout: Layout,
    now: datetime,
) -> ImportRow:
    job = session.get(ImportJob, import_id)
    if job is None:
        raise UnreadableFile("This file was removed while it came in. Upload it again.")
    job.size, job.encoding, job.layout = size, encoding.value, layout.as_json()
    job.columns_key = columns_key(job.kind, layout.columns)
    job.options = first_options(session, job.kind, layout, job.columns_key).model_dump(mode="json")
    job.status, job.updated_at = ImportStatus.DRAFT, now
    audit.record(
        session,
        actor,
        AuditAction.CREATED,
        AuditSubject.IMPORT,
        key=import_id,
        name=job.file_name,
        after={"kind": job.kind, "bytes": size},
        now=now,
    )
    return import_row(job)


def first_options(session: Session, kind: ImportKind, layout: Layout, key: str) -> ImportOptions:
    """Return how the last file with these columns was read, else what their names suggest."""
    last = session.exec(
        select(ImportJob)
        .where(col(ImportJob.columns_key) == key, col(ImportJob.status).in_(_USED))
        .order_by(col(ImportJob.id).desc())
        .limit(1)
    ).first()
    if last is not None:
        options = validate(ImportOptions, last.options)
        if not problems_of(kind, layout.columns, options):
            return options.model_copy(
                update={"delimiter": Delimiter(layout.delimiter), "encoding": None}
            )
    custom = {
        each.name for fields in cache.definitions(session).custom_fields.values() for each in fields
    }
    return ImportOptions(columns=dict(suggest(kind, layout.columns, custom)))


def columns_key(kind: ImportKind, columns: Sequence[str]) -> str:
    """Return what two files of one form share."""
    return hashlib.sha256(json.dumps([kind.value, *columns]).encode()).hexdigest()


def _kind(text: str) -> ImportKind:
    try:
        return ImportKind(text)
    except ValueError:
        names = ", ".join(ImportKind)
        raise InvalidInput({"kind": f"Give one of these: {names}."}) from None


def _name(text: str) -> str:
    name = text.replace("\\", "/").rpartition("/")[2].strip()[:255]
    return name if name and is_storable(name) and name.isprintable() else "rows.csv"
