"""Resuming a postback: what it holds is sent, or cancelled, as the person chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlmodel import Session

from models import Postback, PostbackRelease
from models.words import AuditAction, AuditSubject, DeliveryReason, DeliveryStatus, ReleaseChoice
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.bulk import fetch_rows, update_rows
from services.clock import Clock, utc_now
from services.commit_hooks import after_commit
from services.database import Database
from services.definition_version import touch
from services.delivery import holding
from services.delivery.failing import forget_failures
from services.delivery.holding import BATCH, POSTBACK, RELEASE, find_postback
from services.delivery.outbox import DELIVERY, refresh_events
from services.delivery.outbox import wake as wake_drain
from services.delivery.resume_input import ResumeInput
from services.errors import Conflict
from services.notices.outcomes import record_resumed
from services.validation import validate

_BEGIN_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resumption:
    """How many held deliveries are sent and how many are cancelled; `is_dry` when none was yet."""

    send: int
    cancel: int
    is_dry: bool


async def resume(
    actor: Actor, postback_id: str, given: Mapping[str, object], *, clock: Clock = utc_now
) -> Resumption:
    """Let a paused postback send again, and say what becomes of what it holds.

    `given` are the fields of `ResumeInput`; with `dry_run` nothing changes. New deliveries are
    sent from now on; the held ones follow in batches, and the deadline of each moves by the time
    that it was held. The failures that were counted are forgotten. Raises NotFound, InvalidInput,
    and Conflict for a postback that is not paused, or archived.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    wanted = validate(ResumeInput, given)
    now = clock()
    cancel_before = wanted.held.cancel_before(now)
    if wanted.dry_run:
        send, cancel = await database.read(_preview, postback_id, cancel_before)
        return Resumption(send, cancel, is_dry=True)
    # What waited when it was paused is meant as well, however short the pause was.
    await holding.hold_waiting(database.current(), clock, only=postback_id)
    # Counted outside of the unit of work, which must be short.
    send, cancel = await database.read(_preview, postback_id, cancel_before)
    release = PostbackRelease(
        postback_id=postback_id,
        choice=wanted.held.kind,
        cancel_before=cancel_before,
        actor_name=actor.name,
        started_at=now,
        total=send + cancel,
    )
    await database.write(_resume, actor, release, send)
    return Resumption(send, cancel, is_dry=False)


def discard_held(session: Session, postback_id: str, *, actor_name: str, now: datetime) -> int:
    """Have everything cancelled that an archived postback holds; return how many that is now."""
    _, total = _count(session, postback_id, _END_OF_TIME)
    _begin(
        session,
        PostbackRelease(
            postback_id=postback_id,
            choice=ReleaseChoice.DISCARD,
            cancel_before=_END_OF_TIME,
            actor_name=actor_name,
            started_at=now,
            total=total,
        ),
    )
    return total


async def release_held(database: Database, clock: Clock = utc_now) -> int:
    """Send or cancel what resumed postbacks still hold; return how many deliveries moved.

    A job: it runs right after a postback is resumed and every few seconds, and goes on where
    another process stopped. At most 500 rows a unit of work; of several postbacks one batch each
    in turn.
    """
    released = 0
    while postbacks := await database.read(_to_release):
        moved = 0
        for postback_id in postbacks:
            moved += await database.write(_release_some, postback_id, clock())
        if not moved:
            break
        released += moved
    return released


def _preview(session: Session, postback_id: str, cancel_before: datetime | None) -> tuple[int, int]:
    _require_paused(find_postback(session, postback_id, for_change=False))
    return _count(session, postback_id, cancel_before)


def _require_paused(postback: Postback) -> None:
    if postback.archived_at is not None:
        raise Conflict("This postback is archived and cannot be resumed.", code="archived")
    if postback.paused_at is None:
        raise Conflict("This postback is not paused, so it holds nothing.", code="not_paused")


def _count(session: Session, postback_id: str, cancel_before: datetime | None) -> tuple[int, int]:
    row = session.execute(
        _COUNT, {"b_postback": postback_id, "b_before": cancel_before or _BEGIN_OF_TIME}
    ).one()
    return row.whole - row.early, row.early


def _resume(session: Session, actor: Actor, release: PostbackRelease, send: int) -> None:
    postback = find_postback(session, release.postback_id)
    _require_paused(postback)
    session.execute(
        update(POSTBACK)
        .where(POSTBACK.c.id == postback.id)
        .values(paused_at=None, pause_reason=None)
    )
    forget_failures(session, [postback.id])
    record_resumed(session, postback_id=postback.id, now=release.started_at)
    since = release.cancel_before if release.choice is ReleaseChoice.SINCE else None
    audit.record(
        session,
        actor,
        AuditAction.RESUMED,
        AuditSubject.POSTBACK,
        key=postback.id,
        after={
            "held": release.choice,
            **({"since": since} if since else {}),
            "send": send,
            "cancel": release.total - send,
        },
        now=release.started_at,
    )
    _begin(session, release)
    touch(session)


def _begin(session: Session, release: PostbackRelease) -> None:
    session.merge(release)
    after_commit(session, holding.wake)


def _to_release(session: Session) -> list[str]:
    return list(session.connection().execute(_TO_RELEASE).scalars())


def _release_some(session: Session, postback_id: str, now: datetime) -> int:
    connection = session.connection()
    # Locked: of two workers one at a time, and no pause in between.
    release = connection.execute(_RELEASE, {"b_postback": postback_id}).one_or_none()
    if release is None:
        return 0
    rows = fetch_rows(connection, _HELD, {"b_postback": postback_id, "b_limit": BATCH})
    cancelled = 0
    if rows:
        changes = [_released(row, release, now) for row in rows]
        update_rows(connection, DELIVERY, _RELEASED, changes)
        refresh_events(session, sorted({row[_EVENT_ID] for row in rows}))
        cancelled = sum(change[1] is DeliveryStatus.CANCELLED for change in changes)
        if cancelled < len(rows):
            after_commit(session, wake_drain)
    connection.execute(
        _PROGRESS,
        {
            "b_postback": postback_id,
            "b_sent": len(rows) - cancelled,
            "b_cancelled": cancelled,
            "b_finished": now if len(rows) < BATCH else None,
        },
    )
    return len(rows)


def _released(row: Sequence[Any], release: Any, now: datetime) -> tuple[object, ...]:
    delivery_id, _, created_at, held_at, deadline_at, attempts = row
    if release.cancel_before is not None and created_at < release.cancel_before:
        act = "archived" if release.archived_at is not None else "resumed"
        text = f"Discarded when {release.actor_name} {act} the postback."
        reason = DeliveryReason.DISCARDED
        return (delivery_id, DeliveryStatus.CANCELLED, reason, text, None, deadline_at, None)
    status = DeliveryStatus.RETRYING if attempts else DeliveryStatus.PENDING
    stood_still = max(now - (held_at or now), timedelta(0))
    return (delivery_id, status, None, None, now, deadline_at + stood_still, None)


# A literal word, as in the partial index: a bound parameter would hide it from the planner.
_IS_HELD = DELIVERY.c.status == bindparam(None, "held", literal_execute=True)
_OF_POSTBACK = DELIVERY.c.postback_id == bindparam("b_postback")
_COUNT = select(
    func.count().label("whole"),
    func.count(case((DELIVERY.c.created_at < bindparam("b_before"), 1))).label("early"),
).where(_OF_POSTBACK, _IS_HELD)
_MAY_RELEASE = POSTBACK.c.paused_at.is_(None) | POSTBACK.c.archived_at.is_not(None)
_TO_RELEASE = (
    select(RELEASE.c.postback_id)
    .join(POSTBACK, POSTBACK.c.id == RELEASE.c.postback_id)
    .where(
        _MAY_RELEASE,
        # A delivery may have been held beside the resumption, by one who did not know of it yet.
        RELEASE.c.finished_at.is_(None)
        | select(DELIVERY.c.id)
        .where(DELIVERY.c.postback_id == RELEASE.c.postback_id, _IS_HELD)
        .exists(),
    )
    .order_by(RELEASE.c.postback_id)
)
_RELEASE = (
    select(RELEASE, POSTBACK.c.archived_at)
    .join(POSTBACK, POSTBACK.c.id == RELEASE.c.postback_id)
    .where(RELEASE.c.postback_id == bindparam("b_postback"), _MAY_RELEASE)
    .with_for_update(of=RELEASE)
)
_HELD = (
    select(
        DELIVERY.c.id,
        DELIVERY.c.event_id,
        DELIVERY.c.created_at,
        DELIVERY.c.held_at,
        DELIVERY.c.deadline_at,
        DELIVERY.c.attempts,
    )
    .where(_OF_POSTBACK, _IS_HELD)
    .order_by(DELIVERY.c.created_at, DELIVERY.c.id)
    .limit(bindparam("b_limit"))
    .with_for_update()
)
_EVENT_ID = 1
_RELEASED = ("status", "reason", "reason_text", "due_at", "deadline_at", "held_at")
_PROGRESS = (
    update(RELEASE)
    .where(RELEASE.c.postback_id == bindparam("b_postback"))
    .values(
        sent=RELEASE.c.sent + bindparam("b_sent"),
        cancelled=RELEASE.c.cancelled + bindparam("b_cancelled"),
        finished_at=bindparam("b_finished"),
    )
)
