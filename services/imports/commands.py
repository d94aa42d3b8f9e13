"""What people have done to an import: verified, applied, cancelled, undone, discarded."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session

from models.words import AuditAction, ImportKind, ImportStatus
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput
from services.imports import chunks, undoing
from services.imports.plan import missing
from services.imports.rows import JOB, OPEN, UNDO_DAYS, ImportRow, import_row, undo_until
from services.imports.stored import find, note
from services.imports.undoing import UndoPreview


async def verify(actor: Actor, import_id: str, *, clock: Clock = utc_now) -> ImportRow:
    """Begin to judge every row in the background; nothing is recorded by it.

    Raises NotFound, InvalidInput for a field that must be chosen first, and Conflict.
    """
    actor.require(Right.IMPORT)
    return await database.write(_verify, import_id, clock())


async def apply(actor: Actor, import_id: str, *, clock: Clock = utc_now) -> ImportRow:
    """Begin to import a verified file in the background, or go on with a cancelled import.

    Each row is judged once more when its turn comes. Raises NotFound and Conflict.
    """
    actor.require(Right.IMPORT)
    return await database.write(_apply, actor, import_id, clock())


async def cancel(actor: Actor, import_id: str, *, clock: Clock = utc_now) -> ImportRow:
    """Stop verifying or importing where it stands; what is imported stays.

    An import that does neither stays as it is. Raises NotFound.
    """
    actor.require(Right.IMPORT)
    return await database.write(_cancel, actor, import_id, clock())


async def undo_preview(actor: Actor, import_id: str) -> UndoPreview:
    """Count what undoing would do, and change nothing. Raises NotFound."""
    actor.require(Right.IMPORT)
    return await database.read(_undo_preview, import_id)


async def undo(actor: Actor, import_id: str, *, clock: Clock = utc_now) -> ImportRow:
    """Begin to take an import back in the background; see `undoing` for what stays.

    Raises NotFound, and Conflict for one that imported nothing or is older than 30 days.
    """
    actor.require(Right.IMPORT)
    return await database.write(_undo, actor, import_id, clock())


async def discard(actor: Actor, import_id: str, *, clock: Clock = utc_now) -> None:
    """Remove a file of which nothing was imported. Raises NotFound and Conflict."""
    actor.require(Right.IMPORT)
    await database.write(_discard, actor, import_id, clock())


def _verify(session: Session, import_id: str, now: datetime) -> ImportRow:
    job = find(session, import_id, for_update=True)
    if job.status is ImportStatus.VERIFYING:
        return import_row(job)
    if job.status not in OPEN:
        raise Conflict("This file is imported already, or is being worked on.", code="import_fixed")
    row = import_row(job)
    if problems := missing(row.kind, row.options):
        raise InvalidInput(problems)
    job.status, job.problem, job.updated_at = ImportStatus.VERIFYING, "", now
    job.verified, job.reasons, job.position = {}, [], 0
    job.run, job.lease_until = "", None
    return import_row(job)


def _apply(session: Session, actor: Actor, import_id: str, now: datetime) -> ImportRow:
    job = find(session, import_id, for_update=True)
    if job.status is ImportStatus.APPLYING:
        return import_row(job)
    if job.status is ImportStatus.VERIFIED:
        job.position, job.reasons, job.applied = 0, [], {}
        job.applied_at = now
        chunks.remove_parts(session, import_id)
    elif job.status is not ImportStatus.CANCELLED:
        raise Conflict("Verify this file before it is imported.", code="import_not_verified")
    elif job.emptied_at is not None:
        raise Conflict(
            "The rows of this file are not here any more. Upload it again.", code="import_fixed"
        )
    job.status, job.updated_at, job.ended_at = ImportStatus.APPLYING, now, None
    job.problem = ""
    job.actor_kind, job.actor_id, job.actor_name = actor.kind, actor.id, actor.name
    after = {"kind": job.kind, "rows": job.rows, "send_postbacks": job.options["send_postbacks"]}
    note(session, actor, AuditAction.IMPORTED, job, now=now, after=after)
    return import_row(job)


def _cancel(session: Session, actor: Actor, import_id: str, now: datetime) -> ImportRow:
    job = find(session, import_id, for_update=True)
    if job.status is ImportStatus.VERIFYING:
        job.status, job.position, job.verified, job.reasons = ImportStatus.DRAFT, 0, {}, []
        job.updated_at = now
    elif job.status is ImportStatus.APPLYING:
        job.status, job.updated_at, job.ended_at = ImportStatus.CANCELLED, now, now
        note(session, actor, AuditAction.CANCELLED, job, now=now, after=dict(job.applied))
    return import_row(job)


def _undo_preview(session: Session, import_id: str) -> UndoPreview:
    job = find(session, import_id)
    return undoing.preview(session, job)


def _undo(session: Session, actor: Actor, import_id: str, now: datetime) -> ImportRow:
    job = find(session, import_id, for_update=True)
    if job.status is ImportStatus.UNDOING:
        return import_row(job)
    row = import_row(job)
    if not row.may_undo(now):
        until = undo_until(job)
        if until is not None and now >= until:
            text = f"An import can be undone for {UNDO_DAYS} days; this one is older."
        elif row.is_working:
            text = "Wait until this import has ended, or cancel it first."
        else:
            text = "There is nothing of this import to undo."
        raise Conflict(text, code="cannot_undo")
    job.status, job.updated_at = ImportStatus.UNDOING, now
    job.reasons, job.undone = [], {}
    # The changes that undoing makes are of the person who wants it.
    job.actor_kind, job.actor_id, job.actor_name = actor.kind, actor.id, actor.name
    note(session, actor, AuditAction.UNDONE, job, now=now, after={"rows": row.applied.imported})
    return import_row(job)


def _discard(session: Session, actor: Actor, import_id: str, now: datetime) -> None:
    job = find(session, import_id, for_update=True)
    if job.status not in OPEN:
        raise Conflict(
            "Only a file of which nothing was imported can be removed.", code="import_fixed"
        )
    note(session, actor, AuditAction.REMOVED, job, now=now, before={"kind": ImportKind(job.kind)})
    session.expunge(job)
    session.connection().execute(delete(JOB).where(JOB.c.id == import_id))
