"""Bulk resends as people see them: counted first, started, followed, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models import BulkResend
from models.words import AuditAction, AuditSubject, BulkStatus
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import is_id, new_id
from services.reporting import keyset
from services.reporting.keyset import Count
from services.resending.wish import ResendWish, to_json

COUNTED_AT_MOST: Final = 100_000
SECONDS_TO_COUNT: Final = 5.0
LEFT_OUT_COUNTED_AT_MOST: Final = 10_000
_NOTHING: Final = Count(0, is_complete=True)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many deliveries would be sent again, and how many of the filter would not, and why.

    `delivered` arrived and were not asked for; `unclear` are at-most-once ones of which nobody
    knows, likewise; `never` cannot be sent as they were rendered; `sending` are on their way;
    `paused` belong to a paused postback.
    """

    count: Count
    delivered: Count = _NOTHING
    unclear: Count = _NOTHING
    never: Count = _NOTHING
    sending: Count = _NOTHING
    paused: Count = _NOTHING


@dataclass(frozen=True, slots=True)
class BulkResendRow:
    """One bulk resend: `resent` were made due again, `left_out` had changed meanwhile.

    With `total_is_complete` false there were at least `total`.
    """

    id: str
    status: BulkStatus
    total: int
    total_is_complete: bool
    resent: int
    left_out: int
    actor_id: str
    actor_name: str
    created_at: datetime
    ended_at: datetime | None
    filter: Mapping[str, Any] = field(default_factory=dict)


async def preview(actor: Actor, wish: ResendWish, *, clock: Clock = utc_now) -> Preview:
    """Count what the wish covers, and change nothing.

    Raises `NotAllowed` without the right to resend, and `InvalidInput` for a wrong filter.
    """
    actor.require(Right.RESEND)
    return await database.read(_preview, wish.before(clock()))


async def start(actor: Actor, wish: ResendWish, *, clock: Clock = utc_now) -> BulkResendRow:
    """Begin to send again what the wish covers now; a worker does it, batch after batch.

    Raises as `preview`, and `Conflict` while another bulk resend runs.
    """
    actor.require(Right.RESEND)
    now = clock()
    fixed = wish.before(now)
    total = await database.read(_count, fixed)
    return await database.write(_start, actor, fixed, total, now)


async def get(actor: Actor, bulk_resend_id: str) -> BulkResendRow:
    """Return one bulk resend; raise `NotFound` and `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_get, bulk_resend_id)


async def latest(actor: Actor) -> BulkResendRow | None:
    """Return the bulk resend that was started last, `None` when there never was one."""
    actor.require(Right.READ)
    return await database.read(_latest)


async def cancel(actor: Actor, bulk_resend_id: str, *, clock: Clock = utc_now) -> BulkResendRow:
    """End a bulk resend where it stands; what it has made due is sent all the same.

    One that has ended stays as it is. Raises `NotFound` and `NotAllowed`.
    """
    actor.require(Right.RESEND)
    return await database.write(_cancel, actor, bulk_resend_id, clock())


def _preview(session: Session, wish: ResendWish) -> Preview:
    others = {
        name: keyset.count(session, search, at_most=LEFT_OUT_COUNTED_AT_MOST)
        for name, search in wish.left_out(session).items()
    }
    return Preview(_count(session, wish), **others)


def _count(session: Session, wish: ResendWish) -> Count:
    search = wish.search(session)
    if search is None:
        return _NOTHING
    return keyset.count(session, search, at_most=COUNTED_AT_MOST, seconds=SECONDS_TO_COUNT)


def _start(
    session: Session, actor: Actor, wish: ResendWish, total: Count, now: datetime
) -> BulkResendRow:
    has_any = total.number > 0 or not total.is_complete
    job = BulkResend(
        id=new_id("rsd"),
        status=BulkStatus.RUNNING if has_any else BulkStatus.FINISHED,
        filter=to_json(wish),
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
            "Another bulk resend is running. Wait until it has ended, or cancel it.",
            code="bulk_resend_running",
        ) from None
    _note(session, actor, AuditAction.RESENT, job, now)
    return _row(job)


def _get(session: Session, bulk_resend_id: str) -> BulkResendRow:
    job = session.get(BulkResend, bulk_resend_id) if is_id(bulk_resend_id) else None
    if job is None:
        raise NotFound("bulk resend", bulk_resend_id)
    return _row(job)


def _latest(session: Session) -> BulkResendRow | None:
    newest = select(BulkResend).order_by(col(BulkResend.created_at).desc()).limit(1)
    job = session.exec(newest).first()
    return _row(job) if job is not None else None


def _cancel(session: Session, actor: Actor, bulk_resend_id: str, now: datetime) -> BulkResendRow:
    if is_id(bulk_resend_id):
        cancelled = session.scalar(
            update(BulkResend)
            .where(
                col(BulkResend.id) == bulk_resend_id,
                col(BulkResend.status) == BulkStatus.RUNNING,
            )
            .values(status=BulkStatus.CANCELLED, ended_at=now)
            .returning(col(BulkResend.id))
        )
        if cancelled is not None:
            _note(
                session, actor, AuditAction.CANCELLED, session.get_one(BulkResend, cancelled), now
            )
    return _get(session, bulk_resend_id)


def _note(
    session: Session, actor: Actor, action: AuditAction, job: BulkResend, now: datetime
) -> None:
    """Write one entry for the whole job: what was asked for, and how far it came."""
    asked = {name: value for name, value in job.filter.items() if value}
    if action is AuditAction.RESENT:
        after = {**asked, "total": job.total, "total_is_complete": job.total_is_complete}
    else:
        after = {**asked, "total": job.total, "resent": job.resent}
    audit.record(session, actor, action, AuditSubject.DELIVERY, key=job.id, after=after, now=now)


def _row(job: BulkResend) -> BulkResendRow:
    return BulkResendRow(
        id=job.id,
        status=job.status,
        total=job.total,
        total_is_complete=job.total_is_complete,
        resent=job.resent,
        left_out=job.left_out,
        actor_id=job.actor_id,
        actor_name=job.actor_name,
        created_at=job.created_at,
        ended_at=job.ended_at,
        filter=dict(job.filter),
    )
