"""The traces of a person in everything that was recorded about a lead, emptied batch by batch.

Ids, amounts, times and statuses stay, and with them every figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, bindparam, func, select, tuple_, update
from sqlmodel import Session

from models import Attempt, Event, StatusChange, Submission
from models.words import WAITING, DeliveryReason, DeliveryStatus
from services.any_of import any_of
from services.bulk import fetch_rows
from services.delivery.outbox import DELIVERY, refresh_events
from services.delivery.values import SUBS
from services.intake.lead_rows import LEAD
from services.sig_places import POLICY_KEY

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]
EVENT: Table = Event.__table__  # type: ignore[attr-defined]
STATUS_CHANGE: Table = StatusChange.__table__  # type: ignore[attr-defined]
SUBMISSION: Table = Submission.__table__  # type: ignore[attr-defined]

EMPTY_PAYLOAD: Final = "{}"
# Rows per unit of work: on SQLite everybody else's writes wait that long.
EVENTS: Final = 100
BATCH: Final = 500

CANCELLED: Final = "Not sent: the lead was erased."
_WAITING: Final = (*WAITING, DeliveryStatus.HELD)

Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many deliveries of a lead are not over: those that wait or are held, those under way."""

    waiting: int
    sending: int


def count_unsent(session: Session, lead_id: str, *, until: datetime) -> Unsent:
    """Count the deliveries of a lead, made until then, that are still to be sent."""
    rows = session.connection().execute(_UNSENT, {"b_lead": lead_id, "b_until": until})
    found = {row.status: row.number for row in rows}
    return Unsent(
        waiting=sum(found.get(status, 0) for status in _WAITING),
        sending=found.get(DeliveryStatus.SENDING, 0),
    )


def cancel_waiting(session: Session, lead_id: str, *, until: datetime) -> int:
    """Cancel the deliveries of a lead, made until then, that wait or are held; return how many.

    One that a worker has in its hands this moment is left alone.
    """
    connection = session.connection()
    cancelled = 0
    while rows := fetch_rows(connection, _SOME_WAITING, {"b_lead": lead_id, "b_until": until}):
        connection.execute(_CANCEL, {"ids": [row[0] for row in rows]})
        refresh_events(session, sorted({row[1] for row in rows}))
        cancelled += len(rows)
    return cancelled


def empty_lead(session: Session, lead_id: str, *, version: int, now: datetime) -> None:
    """Empty what the lead itself holds: contact, names, click id, subs, free-form fields."""
    personal = ("external_click_id", "email", "phone", "first_name", "last_name", *SUBS)
    searched = ("search_email", "search_phone", "search_name")
    session.connection().execute(
        update(LEAD)
        .where(LEAD.c.id == lead_id)
        .values(
            **dict.fromkeys((*personal, *searched)),
            fields={},
            erased_at=now,
            updated_at=now,
            version=version + 1,
        )
    )


def has_later_events(session: Session, lead_id: str, *, since: datetime) -> bool:
    """Tell whether anything was recorded for a lead since it was erased."""
    later = select(EVENT.c.id).where(EVENT.c.lead_id == lead_id, EVENT.c.received_at > since)
    return session.scalar(later.limit(1)) is not None


def next_events(
    session: Session, lead_id: str, *, after: Place | None, until: datetime
) -> list[Place]:
    """Return time and id of the next 100 events that a lead had until then, the oldest first."""
    query = (
        select(EVENT.c.received_at, EVENT.c.id)
        .where(EVENT.c.lead_id == lead_id, EVENT.c.received_at <= until)
        .order_by(EVENT.c.received_at, EVENT.c.id)
        .limit(EVENTS)
    )
    if after is not None:
        at = bindparam(None, after[0], type_=EVENT.c.received_at.type)
        query = query.where(tuple_(EVENT.c.received_at, EVENT.c.id) > tuple_(at, after[1]))
    return [(row.received_at, row.id) for row in session.execute(query)]


def empty_events(session: Session, event_ids: Sequence[str], *, until: datetime) -> None:
    """Empty these events, with their calls, changes of status, requests and answers until then.

    What is still to be sent, or in somebody's hands this moment, keeps its request; whoever empties
    comes by once more.
    """
    connection = session.connection()
    ids = {"ids": list(event_ids), "b_until": until}
    if connection.dialect.name == "postgresql":
        # In one order: a worker that settles deliveries of several of them locks them, too.
        connection.execute(_LOCK_EVENTS, {"ids": ids["ids"]})
    connection.execute(_EMPTY_EVENTS, {"ids": ids["ids"]})
    connection.execute(_EMPTY_CHANGES, ids)
    connection.execute(_EMPTY_CALLS, {"ids": ids["ids"]})
    rows = connection.execute(_DELIVERIES, ids).all()
    unsent = {*_WAITING, DeliveryStatus.SENDING}
    done = [row for row in rows if row.status not in unsent]
    for start in range(0, len(done), BATCH):
        some = done[start : start + BATCH]
        delivery_ids = {"ids": [row.id for row in some]}
        connection.execute(_EMPTY_ATTEMPTS, delivery_ids)
        connection.execute(_EMPTY_DELIVERIES, {**delivery_ids, "b_now": until})
        for row in some:
            if row.policy and POLICY_KEY in row.policy:
                _forget_places(session, row.id, row.policy)


def empty_refused_calls(session: Session, lead_id: str) -> int:
    """Empty up to 500 calls about a lead that recorded nothing; return how many."""
    connection = session.connection()
    found = [row[0] for row in fetch_rows(connection, _REFUSED_CALLS, {"b_lead": lead_id})]
    if found:
        connection.execute(_EMPTY_REFUSED, {"ids": found})
    return len(found)


def _forget_places(session: Session, delivery_id: str, policy: dict[str, Any]) -> None:
    # Where a signature would stand in a request that is no more.
    rest = {name: value for name, value in policy.items() if name != POLICY_KEY}
    session.connection().execute(
        update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(policy=rest or None)
    )


_OF_LEAD = select(EVENT.c.id).where(EVENT.c.lead_id == bindparam("b_lead"))
_UNSENT = (
    select(DELIVERY.c.status, func.count().label("number"))
    .join_from(EVENT, DELIVERY, DELIVERY.c.event_id == EVENT.c.id)
    .where(
        EVENT.c.lead_id == bindparam("b_lead"),
        DELIVERY.c.created_at <= bindparam("b_until"),
        DELIVERY.c.status.in_((*_WAITING, DeliveryStatus.SENDING)),
    )
    .group_by(DELIVERY.c.status)
)
_SOME_WAITING = (
    select(DELIVERY.c.id, DELIVERY.c.event_id)
    .where(
        DELIVERY.c.event_id.in_(_OF_LEAD),
        DELIVERY.c.created_at <= bindparam("b_until"),
        DELIVERY.c.status.in_(_WAITING),
    )
    .limit(BATCH)
    .with_for_update(of=DELIVERY, skip_locked=True)
)
_CANCEL = (
    update(DELIVERY)
    .where(any_of(DELIVERY.c.id, "ids"))
    .values(
        status=DeliveryStatus.CANCELLED,
        reason=DeliveryReason.ERASED,
        reason_text=CANCELLED,
        due_at=None,
        held_at=None,
    )
)
_LOCK_EVENTS = (
    select(EVENT.c.id).where(any_of(EVENT.c.id, "ids")).order_by(EVENT.c.id).with_for_update()
)
_EMPTY_EVENTS = (
    update(EVENT).where(any_of(EVENT.c.id, "ids")).values(payload=EMPTY_PAYLOAD, fields={})
)
_EMPTY_CHANGES = (
    update(STATUS_CHANGE)
    .where(
        any_of(STATUS_CHANGE.c.event_id, "ids"),
        STATUS_CHANGE.c.changed_at <= bindparam("b_until"),
    )
    .values(reason="")
)
# What else of a call a caller or a person has written.
_REST_OF_CALL: Final[dict[str, Any]] = {
    "body_rest": None,
    "request": None,
    "answer_more": None,
    "handled_note": "",
    "tried_reason": "",
    "tried_errors": None,
}
_EMPTY_CALLS = (
    update(SUBMISSION)
    .where(any_of(SUBMISSION.c.event_id, "ids"))
    .values(body="", body_truncated=False, reason="", errors=None, **_REST_OF_CALL)
)
_DELIVERIES = (
    select(DELIVERY.c.id, DELIVERY.c.status, DELIVERY.c.policy)
    .where(any_of(DELIVERY.c.event_id, "ids"), DELIVERY.c.created_at <= bindparam("b_until"))
    # Whoever has one in hand may wait for its event, which is ours now.
    .with_for_update(skip_locked=True)
)
_EMPTY_ATTEMPTS = (
    update(ATTEMPT)
    .where(any_of(ATTEMPT.c.delivery_id, "ids"))
    .values(response_body="", response_headers=[], message="", truncated=False)
)
_EMPTY_DELIVERIES = (
    update(DELIVERY)
    .where(any_of(DELIVERY.c.id, "ids"))
    .values(
        # Whom it went to is no secret of the person's, and figures are by it.
        url=DELIVERY.c.destination,
        headers=[],
        body=None,
        reason_text=None,
        emptied_at=func.coalesce(
            DELIVERY.c.emptied_at, bindparam("b_now", type_=DELIVERY.c.emptied_at.type)
        ),
    )
)
_REFUSED_CALLS = (
    select(SUBMISSION.c.id)
    .where(
        SUBMISSION.c.lead_id == bindparam("b_lead"),
        SUBMISSION.c.event_id.is_(None),
        SUBMISSION.c.body != "",
    )
    .limit(BATCH)
)
_EMPTY_REFUSED = (
    update(SUBMISSION)
    .where(any_of(SUBMISSION.c.id, "ids"))
    .values(body="", body_truncated=False, errors=None, **_REST_OF_CALL)
)
