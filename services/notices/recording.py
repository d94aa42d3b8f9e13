"""A notice is opened, counted, opened again and resolved; in the unit of work of its cause.

Nothing is sent here: `tell_at` says that the channels have something to hear, and `telling` looks
for it. What comes and goes within moments is so told once, or not at all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, case, insert, null, select, text, update
from sqlmodel import Session

from models import Notice
from models.words import NoticeKind, NoticeState
from services.identifiers import new_id

NOTICE: Table = Notice.__table__  # type: ignore[attr-defined]

# How long after the last telling the same subject is quiet, though it comes and goes: a partner
# that fails every other call would else fill every mailbox.
REST: Mapping[NoticeKind, timedelta] = {
    NoticeKind.DELIVERY_FAILING: timedelta(hours=1),
    NoticeKind.DELIVERY_FAILED: timedelta(hours=1),
    NoticeKind.QUEUE_LAGGING: timedelta(minutes=5),
}
# What goes on is told again so much later, while it still counts up.
REMINDER = timedelta(hours=24)
# Kinds whose end the channels are told; that of failing deliveries is a kind of its own.
_END_IS_TOLD = (NoticeKind.POSTBACK_PAUSED, NoticeKind.QUEUE_LAGGING)


def record(
    session: Session,
    kind: NoticeKind,
    *,
    subject_id: str = "",
    count: int = 1,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Count `count` more occurrences on the open notice of this kind and subject, or open one.

    While one is open this is a single update. `data` is about the latest occurrence.
    """
    connection = session.connection()
    if _count(connection, kind, subject_id, count, data, now):
        return
    if connection.dialect.name == "postgresql":
        # Two workers would both find none open; SQLite has one writer.
        connection.execute(_LOCK, {"name": f"notice {kind} {subject_id}"})
        if _count(connection, kind, subject_id, count, data, now):
            return
    rest = REST.get(kind)
    recent = (
        rest
        and connection.execute(
            _RECENT, {"b_kind": kind, "b_subject": subject_id, "b_since": now - rest}
        ).one_or_none()
    )
    if rest and recent:
        tell_at = max(now, recent.told_at + rest) if recent.told_at else now
        values = {"b_id": recent.id, "b_count": count, "b_data": dict(data), "b_now": now}
        connection.execute(_REOPEN, {**values, "b_tell": tell_at})
        return
    connection.execute(
        _INSERT,
        {
            "id": new_id("ntc"),
            "kind": kind,
            "subject_id": subject_id,
            "state": NoticeState.OPEN,
            "count": count,
            "data": dict(data),
            "opened_at": now,
            "last_at": now,
            "resolved_at": None,
            "tell_at": now,
            "told_at": None,
            "is_told": False,
        },
    )


def resolve(session: Session, kind: NoticeKind, *, subject_id: str = "", now: datetime) -> bool:
    """Resolve the open notice of this kind and subject; tell whether there was one.

    Channels that were not told of it yet are told nothing.
    """
    values = {"b_kind": kind, "b_subject": subject_id, "b_now": now}
    return bool(session.connection().execute(_RESOLVE[kind in _END_IS_TOLD], values).rowcount)


def note(
    session: Session,
    kind: NoticeKind,
    *,
    subject_id: str,
    data: Mapping[str, Any],
    is_told: bool,
    now: datetime,
) -> None:
    """Write down what is over as it happens, such as a recovery; within an hour as one row.

    The channels hear of it when `is_told`.
    """
    connection = session.connection()
    recent = connection.execute(
        _RECENT, {"b_kind": kind, "b_subject": subject_id, "b_since": now - timedelta(hours=1)}
    ).one_or_none()
    if recent is not None:
        values = {"b_id": recent.id, "b_data": dict(data), "b_now": now, "b_told": is_told}
        connection.execute(_AGAIN, values)
        return
    connection.execute(
        _INSERT,
        {
            "id": new_id("ntc"),
            "kind": kind,
            "subject_id": subject_id,
            "state": NoticeState.RESOLVED,
            "count": 1,
            "data": dict(data),
            "opened_at": now,
            "last_at": now,
            "resolved_at": now,
            "tell_at": now if is_told else None,
            "told_at": None,
            "is_told": False,
        },
    )


def _count(
    connection: Connection,
    kind: NoticeKind,
    subject_id: str,
    count: int,
    data: Mapping[str, Any],
    now: datetime,
) -> bool:
    return bool(
        connection.execute(
            _COUNT,
            {
                "b_kind": kind,
                "b_subject": subject_id,
                "b_count": count,
                "b_data": dict(data),
                "b_now": now,
                "b_remind": now - REMINDER,
            },
        ).rowcount
    )


# A literal word, as in the partial index: a bound parameter would hide it from the planner.
IS_OPEN = NOTICE.c.state == bindparam(None, "open", literal_execute=True)
_NOW = bindparam("b_now", type_=NOTICE.c.last_at.type)
_DATA = bindparam("b_data", type_=NOTICE.c.data.type)
_MORE = NOTICE.c.count + bindparam("b_count")
_THIS = (NOTICE.c.kind == bindparam("b_kind"), NOTICE.c.subject_id == bindparam("b_subject"))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_INSERT = insert(NOTICE)
_COUNT = (
    update(NOTICE)
    .where(*_THIS, IS_OPEN)
    .values(
        count=_MORE,
        last_at=_NOW,
        data=_DATA,
        tell_at=case(
            (
                and_(NOTICE.c.tell_at.is_(None), NOTICE.c.told_at < bindparam("b_remind")),
                _NOW,
            ),
            else_=NOTICE.c.tell_at,
        ),
    )
)
_RECENT = (
    select(NOTICE.c.id, NOTICE.c.told_at)
    .where(*_THIS, NOTICE.c.resolved_at > bindparam("b_since"))
    .order_by(NOTICE.c.opened_at.desc(), NOTICE.c.id.desc())
    .limit(1)
)
_REOPEN = (
    update(NOTICE)
    .where(NOTICE.c.id == bindparam("b_id"))
    .values(
        state=NoticeState.OPEN,
        resolved_at=None,
        count=_MORE,
        last_at=_NOW,
        data=_DATA,
        tell_at=bindparam("b_tell", type_=NOTICE.c.tell_at.type),
    )
)
_AGAIN = (
    update(NOTICE)
    .where(NOTICE.c.id == bindparam("b_id"))
    .values(
        count=NOTICE.c.count + 1,
        last_at=_NOW,
        resolved_at=_NOW,
        data=_DATA,
        tell_at=case((bindparam("b_told"), _NOW), else_=NOTICE.c.tell_at),
    )
)
_RESOLVE = {
    end_is_told: update(NOTICE)
    .where(*_THIS, IS_OPEN)
    .values(
        state=NoticeState.RESOLVED,
        resolved_at=_NOW,
        tell_at=case((NOTICE.c.is_told, _NOW), else_=null()) if end_is_told else null(),
        is_told=NOTICE.c.is_told if end_is_told else False,
    )
    for end_is_told in (True, False)
}
