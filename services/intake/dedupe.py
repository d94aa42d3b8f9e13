"""When a firing is the same fact again: one rule per dedupe mode. Tests never count."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, false, func, select
from sqlmodel import Session

from models import Event
from models.words import DedupeMode
from services.bulk import fetch_few
from services.catalog.rows import EventTypeRow

EVENT: Table = Event.__table__  # type: ignore[attr-defined]


def dedupe_key(
    event_type: EventTypeRow, *, lead_id: str, order_id: str | None = None
) -> str | None:
    """Return what two firings share when the unique index must let only one of them in.

    `None` where nothing is shared: all are allowed, or a window decides.
    """
    if event_type.dedupe is DedupeMode.ONCE_PER_LEAD:
        return f"{event_type.id}:{lead_id}"
    if event_type.dedupe is DedupeMode.ONCE_PER_ORDER:
        # The second colon keeps a firing without an order apart from one of the mode above.
        return f"{event_type.id}:{lead_id}:{order_id or ''}"
    return None


def find_first(
    session: Session,
    event_type: EventTypeRow,
    *,
    lead_id: str,
    order_id: str | None,
    occurred_at: datetime,
) -> str | None:
    """Return the firing that makes this one a duplicate, if there is one already.

    Looks at what happened, not at keys: a firing counts whatever the mode was at its time. What
    two transactions do at once is decided by the unique key, and for a window by a lock.
    """
    values: dict[str, object] = {"b_type": event_type.id, "b_lead": lead_id}
    if event_type.dedupe is DedupeMode.ALLOW_ALL:
        return None
    if event_type.dedupe is DedupeMode.ONCE_PER_LEAD:
        statement = _OF_LEAD
    elif event_type.dedupe is DedupeMode.WINDOW:
        _wait_for_others(session, event_type, lead_id)
        width = window_of(event_type)
        values |= {"b_after": occurred_at - width, "b_before": occurred_at + width}
        statement = _IN_WINDOW
    elif order_id is None:
        statement = _WITHOUT_ORDER
    else:
        values["b_order"] = order_id
        statement = _OF_ORDER
    connection = session.connection()
    if statement is _IN_WINDOW:  # times are bound in SQLAlchemy's way alone
        found: str | None = connection.execute(statement, values).scalar()
        return found
    rows = fetch_few(connection, statement, cast("dict[str, str | None]", values))
    return rows[0].id if rows else None


def find_by_key(session: Session, key: str) -> str:
    """Return the event that holds a dedupe key."""
    found: str = session.connection().execute(_BY_KEY, {"b_key": key}).scalar_one()
    return found


def window_of(event_type: EventTypeRow) -> timedelta:
    """Return how far apart two firings must have occurred to be two facts."""
    return timedelta(minutes=event_type.dedupe_window_minutes or 0)


def _wait_for_others(session: Session, event_type: EventTypeRow, lead_id: str) -> None:
    # SQLite has one writer. On PostgreSQL two firings at once would not see each other, and a
    # window has no key that a unique index could hold.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK, {"b_key": f"{event_type.id}:{lead_id}"})


_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("b_key"), 0)))
_BY_KEY = select(EVENT.c.id).where(EVENT.c.dedupe_key == bindparam("b_key"))
_OF_LEAD: Select[Any] = (
    select(EVENT.c.id)
    .where(
        EVENT.c.lead_id == bindparam("b_lead"),
        EVENT.c.event_type_id == bindparam("b_type"),
        EVENT.c.is_test == false(),
    )
    .order_by(EVENT.c.received_at, EVENT.c.id)
    .limit(1)
)
_OF_ORDER = _OF_LEAD.where(EVENT.c.order_id == bindparam("b_order"))
_WITHOUT_ORDER = _OF_LEAD.where(EVENT.c.order_id.is_(None))
_IN_WINDOW = _OF_LEAD.where(
    EVENT.c.occurred_at > bindparam("b_after"), EVENT.c.occurred_at < bindparam("b_before")
)
