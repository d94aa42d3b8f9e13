"""Pausing a postback: what it owes is held from then on, not sent and not lost.

Paused is a fact about the partner, no change of the definition: the version stays, and so does the
moment of the last change, by which a 410 tells whether it still concerns the postback.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Table, and_, bindparam, func, not_, select, update
from sqlmodel import Session

from models import Postback, PostbackRelease
from models.words import WAITING, AuditAction, AuditSubject, DeliveryStatus, PauseReason
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.any_of import any_of
from services.bulk import fetch_rows
from services.clock import Clock, utc_now
from services.commit_hooks import after_commit
from services.database import Database
from services.definition_version import touch
from services.delivery.outbox import DELIVERY, refresh_events
from services.errors import Conflict, NotFound
from services.identifiers import is_id
from services.notices.outcomes import Pause, record_paused

POSTBACK: Table = Postback.__table__  # type: ignore[attr-defined]
RELEASE: Table = PostbackRelease.__table__  # type: ignore[attr-defined]

# Rows per unit of work: others write in between.
BATCH = 500
# Ids per look: the look walks over all that waits, so one must serve many batches.
_LOOK = 10_000

_on_wake: Callable[[], None] | None = None


def set_waker(waker: Callable[[], None] | None) -> None:
    """Name the function that starts the sweeps; the jobs of this process set it."""
    global _on_wake  # noqa: PLW0603 - one set of jobs per process
    _on_wake = waker


def wake() -> None:
    """Have the sweeps run now; from any thread, harmless without a worker here."""
    if _on_wake is not None:
        _on_wake()


async def pause(actor: Actor, postback_id: str, *, clock: Clock = utc_now) -> None:
    """Hold what a postback owes, now and later; one that is paused already stays as it is.

    What is being sent is finished. Raises NotFound, and Conflict for an archived postback.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    await database.write(_pause, actor, postback_id, clock())


def find_postback(session: Session, postback_id: str, *, for_change: bool = True) -> Postback:
    """Return a stored postback, locked where it is about to change; raise NotFound."""
    found = None
    if is_id(postback_id):
        lock = {"key_share": True} if for_change else None
        found = session.get(Postback, postback_id, with_for_update=lock)
    if found is None:
        raise NotFound("postback", postback_id)
    return found


def mark_paused(
    session: Session,
    postback_id: str,
    *,
    actor: Actor,
    why: Pause,
    now: datetime,
    found_by: str | None = None,
) -> bool:
    """Pause a postback within the caller's unit of work, and tell whether it is so only now.

    Every pause goes this way, whoever or whatever causes it. One that is paused or archived
    already stays as it is. `found_by` is the id of the delivery that found the reason: then a
    postback that was changed since that delivery was made stays as it is, too.
    """
    statement = _PAUSE if found_by is None else _PAUSE_UNCHANGED
    values = {"b_postback": postback_id, "b_reason": why.reason, "b_now": now}
    if found_by is not None:
        values["b_delivery"] = found_by
    if not session.connection().execute(statement, values).rowcount:
        return False
    # What an unfinished resumption has not reached yet stays held.
    session.connection().execute(_END_RELEASE, {"b_postback": postback_id, "b_now": now})
    record_paused(session, postback_id=postback_id, why=why, now=now)
    audit.record(
        session,
        actor,
        AuditAction.PAUSED,
        AuditSubject.POSTBACK,
        key=postback_id,
        after={"reason": why.reason, **({"message": why.message} if why.message else {})},
        now=now,
    )
    touch(session)
    after_commit(session, wake)
    return True


def paused_among(session: Session, postback_ids: Collection[str]) -> set[str]:
    """Return those of the postbacks that are paused."""
    if not postback_ids:
        return set()
    rows = fetch_rows(session.connection(), _PAUSED_AMONG, {"ids": sorted(postback_ids)})
    return {row[0] for row in rows}


async def hold_waiting(
    database: Database, clock: Clock = utc_now, *, only: str | None = None
) -> int:
    """Hold everything that waits for a paused postback, `only` for one; return how many.

    A job: it runs right after a pause and every few seconds, since a delivery may be made, given
    back or planned again beside the pause. At most 500 rows a unit of work. What a person resent
    goes out all the same.
    """
    paused = await database.read(_paused)
    if only is not None:
        paused = [each for each in paused if each == only]
    held = 0
    while paused:
        waiting = await database.read(_waiting, paused)
        moved = 0
        for start in range(0, len(waiting), BATCH):
            moved += await database.write(_hold, waiting[start : start + BATCH], clock())
        held += moved
        if not moved or len(waiting) < _LOOK:
            break
    return held


def _pause(session: Session, actor: Actor, postback_id: str, now: datetime) -> None:
    if find_postback(session, postback_id).archived_at is not None:
        raise Conflict("This postback is archived and sends nothing new.", code="archived")
    why = Pause(PauseReason.BY_HAND, paused_by=actor.name)
    mark_paused(session, postback_id, actor=actor, why=why, now=now)


def _paused(session: Session) -> list[str]:
    return list(session.connection().execute(_ALL_PAUSED).scalars())


def _waiting(session: Session, paused: Sequence[str]) -> list[str]:
    rows = fetch_rows(session.connection(), _WAITING, {"paused": paused, "b_limit": _LOOK})
    return [row[0] for row in rows]


def _hold(session: Session, ids: Sequence[str], now: datetime) -> int:
    connection = session.connection()
    rows = fetch_rows(connection, _STILL_WAITING, {"ids": ids})
    if rows:
        connection.execute(_HOLD, {"ids": [row[0] for row in rows], "b_now": now})
        refresh_events(session, sorted({row[1] for row in rows}))
    return len(rows)


_PAUSE = (
    update(POSTBACK)
    .where(
        POSTBACK.c.id == bindparam("b_postback"),
        POSTBACK.c.paused_at.is_(None),
        POSTBACK.c.archived_at.is_(None),
    )
    .values(paused_at=bindparam("b_now"), pause_reason=bindparam("b_reason"))
)
# The answer is about the request as it was rendered: a postback that was changed since then may
# have its new address already, and its next delivery tells.
_PAUSE_UNCHANGED = _PAUSE.where(
    POSTBACK.c.updated_at
    <= select(DELIVERY.c.created_at)
    .where(DELIVERY.c.id == bindparam("b_delivery"))
    .scalar_subquery()
)
_END_RELEASE = (
    update(RELEASE)
    .where(RELEASE.c.postback_id == bindparam("b_postback"), RELEASE.c.finished_at.is_(None))
    .values(finished_at=bindparam("b_now"))
)
_ALL_PAUSED = select(POSTBACK.c.id).where(POSTBACK.c.paused_at.is_not(None))
_PAUSED_AMONG = _ALL_PAUSED.where(any_of(POSTBACK.c.id, "ids"))

_IS_WAITING = and_(
    DELIVERY.c.status.in_(WAITING),
    DELIVERY.c.due_at.is_not(None),
    # A person wants this one sent now, paused or not.
    not_(and_(DELIVERY.c.resent_at.is_not(None), DELIVERY.c.tries == 0)),
)
_WAITING = (
    select(DELIVERY.c.id)
    .where(
        _IS_WAITING,
        # Wrapped, so that no planner walks over all that a postback ever sent: what waits is less.
        any_of(func.coalesce(DELIVERY.c.postback_id, ""), "paused"),
    )
    .limit(bindparam("b_limit"))
)
# Looked at again under the lock: meanwhile a worker may have claimed it, or the pause be over.
_STILL_WAITING = (
    select(DELIVERY.c.id, DELIVERY.c.event_id)
    .join(POSTBACK, POSTBACK.c.id == DELIVERY.c.postback_id)
    .where(
        any_of(DELIVERY.c.id, "ids"),
        _IS_WAITING,
        POSTBACK.c.paused_at.is_not(None),
    )
    .order_by(DELIVERY.c.id)
    .with_for_update(of=DELIVERY, skip_locked=True)
)
_HOLD = (
    update(DELIVERY)
    .where(any_of(DELIVERY.c.id, "ids"))
    .values(status=DeliveryStatus.HELD, due_at=None, held_at=bindparam("b_now"))
)
