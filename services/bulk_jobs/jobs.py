"""Bulk jobs as people see them: counted first, started, followed, cancelled."""

from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.bulk_job import BulkJob
from models.words import AuditAction, BulkStatus
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.bulk_jobs.kind import AnyRow, AnyWish, Kind, Wish
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import is_id, new_id
from services.reporting import keyset
from services.reporting.keyset import Count

COUNTED_AT_MOST: Final = 100_000
SECONDS_TO_COUNT: Final = 5.0


async def preview(
    actor: Actor, kind: Kind[AnyWish, AnyRow], wish: AnyWish, *, clock: Clock = utc_now
) -> Count:
    """Count what the wish covers now, and change nothing.

    Raises `NotAllowed` without the right of the kind, and `InvalidInput` for a wrong filter.
    """
    actor.require(kind.right)
    return await database.read(count, wish.before(clock()))


async def start(
    actor: Actor, kind: Kind[AnyWish, AnyRow], wish: AnyWish, *, clock: Clock = utc_now
) -> AnyRow:
    """Begin with what the wish covers now; a worker does it, batch after batch.

    What covers nothing has ended at once. Raises as `preview`, and `Conflict` while another job of
    the kind runs.
    """
    actor.require(kind.right)
    now = clock()
    fixed = wish.before(now)
    total = await database.read(count, fixed)
    return await database.write(_start, actor, kind, fixed, total, now)


async def get(actor: Actor, kind: Kind[AnyWish, AnyRow], job_id: str) -> AnyRow:
    """Return one job; raise `NotFound` and `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_get, kind, job_id)


async def latest(actor: Actor, kind: Kind[AnyWish, AnyRow]) -> AnyRow | None:
    """Return the job that was started last, `None` when there never was one."""
    actor.require(Right.READ)
    return await database.read(_latest, kind)


async def cancel(
    actor: Actor, kind: Kind[AnyWish, AnyRow], job_id: str, *, clock: Clock = utc_now
) -> AnyRow:
    """End a job where it stands; what it has done stays done.

    One that has ended stays as it is. Raises `NotFound` and `NotAllowed`.
    """
    actor.require(kind.right)
    return await database.write(_cancel, actor, kind, job_id, clock())


def count(session: Session, wish: Wish) -> Count:
    """Return how many rows the wish covers, counted to 100,000 and for at most 5 seconds."""
    search = wish.search(session)
    if search is None:
        return Count(0, is_complete=True)
    return keyset.count(session, search, at_most=COUNTED_AT_MOST, seconds=SECONDS_TO_COUNT)


def _start(
    session: Session,
    actor: Actor,
    kind: Kind[AnyWish, AnyRow],
    wish: AnyWish,
    total: Count,
    now: datetime,
) -> AnyRow:
    has_any = total.number > 0 or not total.is_complete
    job = kind.model(
        id=new_id(kind.id_prefix),
        status=BulkStatus.RUNNING if has_any else BulkStatus.FINISHED,
        filter=wish.to_json(),
        total=total.number,
        total_is_complete=total.is_complete,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=now,
        ended_at=None if has_any else now,
    )
    session.add(job)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(
            f"Another {kind.noun} is running. Wait until it has ended, or cancel it.",
            code=f"{kind.noun.replace(' ', '_')}_running",
        ) from None
    row = _row(kind, job)
    _note(session, actor, kind.begun, kind, row, now)
    return row


def _get(session: Session, kind: Kind[AnyWish, AnyRow], job_id: str) -> AnyRow:
    job = session.get(kind.model, job_id) if is_id(job_id) else None
    if job is None:
        raise NotFound(kind.noun, job_id)
    return _row(kind, job)


def _latest(session: Session, kind: Kind[AnyWish, AnyRow]) -> AnyRow | None:
    newest = select(kind.model).order_by(col(kind.model.created_at).desc()).limit(1)
    job = session.exec(newest).first()
    return _row(kind, job) if job is not None else None


def _cancel(
    session: Session, actor: Actor, kind: Kind[AnyWish, AnyRow], job_id: str, now: datetime
) -> AnyRow:
    cancelled = 0
    if is_id(job_id):
        ended = (
            update(kind.table)
            .where(kind.table.c.id == job_id, kind.table.c.status == BulkStatus.RUNNING)
            .values(status=BulkStatus.CANCELLED, ended_at=now)
        )
        cancelled = session.connection().execute(ended).rowcount
    row = _get(session, kind, job_id)
    if cancelled:
        _note(session, actor, AuditAction.CANCELLED, kind, row, now)
    return row


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    kind: Kind[AnyWish, AnyRow],
    row: AnyRow,
    now: datetime,
) -> None:
    """Write one entry for the whole job: what was asked for, and how far it came."""
    audit.record(
        session,
        actor,
        action,
        kind.subject,
        key=row.id,
        name=kind.subject_name,
        after=kind.told(row),
        now=now,
    )


def _row(kind: Kind[AnyWish, AnyRow], job: BulkJob) -> AnyRow:
    return kind.row(**{each.name: getattr(job, each.name) for each in fields(kind.row)})
