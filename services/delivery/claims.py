"""Which worker owns which delivery, and what it may write: claim, lease, settle.

A claim is a conditional update with a fresh token; whoever settles or keeps a lease alive must
still hold that token, so a worker that was stopped and went on can change nothing that is no
longer its own.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlmodel import Session

from models import Attempt
from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Method,
    Outcome,
)
from services import database
from services.delivery.outbox import DELIVERY, refresh_events, wake
from services.delivery.rendering import FrozenHeaders
from services.delivery.retry import Decision
from services.identifiers import new_id

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]

# After so many workers died while they sent it, a delivery is taken for their killer.
POISON_RECLAIMS = 7


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker owns until `lease_until`."""

    id: str
    token: str
    event_id: str
    postback_id: str
    method: Method
    url: str
    destination: str
    headers: FrozenHeaders
    body: str | None
    tries: int
    attempts: int
    deadline_at: datetime
    lease_until: datetime
    trigger: AttemptTrigger


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one attempt of a claimed delivery ended, and what follows."""

    claim: Claim
    decision: Decision
    outcome: Outcome
    started_at: datetime
    duration_ms: int
    status_code: int | None
    failure: FailureKind | None
    message: str
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    truncated: bool
    # False when no packet left: such a delivery fails without an attempt.
    has_attempt: bool = True


def claim(
    session: Session,
    *,
    limit: int,
    worker_id: str,
    lease_seconds: float,
    now: datetime,
    full_destinations: Sequence[str] = (),
) -> list[Claim]:
    """Take at most `limit` due deliveries for this worker, oldest due first.

    Deliveries to `full_destinations` are left: a partner that answers slowly must not fill every
    slot. On PostgreSQL rows that another worker is claiming are passed over.
    """
    due = (
        select(DELIVERY.c.id)
        .where(_WAITS, DELIVERY.c.due_at <= now)
        .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
        .limit(limit)
    )
    if full_destinations:
        due = due.where(DELIVERY.c.destination.not_in(full_destinations))
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    token = secrets.token_hex(16)
    lease_until = now + timedelta(seconds=lease_seconds)
    rows = session.connection().execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(due))
        .values(
            status=DeliveryStatus.SENDING,
            claim_token=token,
            lease_until=lease_until,
            worker_id=worker_id,
        )
        .returning(*_CLAIMED)
    )
    return [
        Claim(
            id=row.id,
            token=token,
            event_id=row.event_id,
            postback_id=row.postback_id,
            method=row.method,
            url=row.url,
            destination=row.destination,
            headers=row.headers,
            body=row.body,
            tries=row.tries,
            attempts=row.attempts,
            deadline_at=row.deadline_at,
            lease_until=lease_until,
            trigger=(
                AttemptTrigger.MANUAL
                if row.resent_at is not None and row.tries == 0
                else AttemptTrigger.AUTOMATIC
            ),
        )
        for row in rows
    ]


def settle(session: Session, settlements: Sequence[Settlement]) -> list[str]:
    """Record attempts and the deliveries' new state; return the ids that were fenced.

    A fenced delivery belongs to somebody else by now: its result is kept as a late attempt and
    changes nothing.
    """
    connection = session.connection()
    held: dict[str, str | None] = {
        row.id: row.claim_token
        for row in connection.execute(
            _TOKENS.with_for_update(), {"ids": [item.claim.id for item in settlements]}
        )
    }
    own = [item for item in settlements if held.get(item.claim.id) == item.claim.token]
    late = [item for item in settlements if item.claim.id in held and item not in own]
    if own:
        connection.execute(_SETTLE, [_settled(item) for item in own])
        tried = [item for item in own if item.has_attempt]
        if tried:
            connection.execute(_INSERT_ATTEMPT, [_attempt(item) for item in tried])
        refresh_events(session, sorted({item.claim.event_id for item in own}))
    for item in late:
        if item.has_attempt:
            _insert_late_attempt(session, item)
    return [item.claim.id for item in late]


def extend_leases(
    session: Session, *, claims: Sequence[Claim], lease_seconds: float, now: datetime
) -> None:
    """Push out the lease of every claim that is still ours."""
    session.connection().execute(
        _EXTEND,
        [
            {
                "b_id": item.id,
                "b_token": item.token,
                "b_until": now + timedelta(seconds=lease_seconds),
            }
            for item in claims
        ],
    )


def release(session: Session, *, claims: Sequence[Claim], now: datetime) -> None:
    """Give back claims that were never sent; they are due again at once."""
    session.connection().execute(
        _RELEASE,
        [
            {
                "b_id": item.id,
                "b_token": item.token,
                "b_status": (DeliveryStatus.RETRYING if item.attempts else DeliveryStatus.PENDING),
                "b_due": now,
            }
            for item in claims
        ],
    )


def reclaim(session: Session, *, now: datetime, every: bool = False) -> int:
    """Take back deliveries whose worker is gone and return how many.

    That is every expired lease, or with `every` all leases: a worker that starts on SQLite holds
    the only worker lock. Too many dead workers make a delivery `failed`, reason `poison`.
    """
    held = select(DELIVERY.c.id, DELIVERY.c.event_id, DELIVERY.c.reclaims, DELIVERY.c.attempts)
    held = held.where(_LEASED)
    if not every:
        held = held.where(DELIVERY.c.lease_until < now)
    if session.get_bind().dialect.name == "postgresql":
        held = held.with_for_update(skip_locked=True)
    connection = session.connection()
    rows = connection.execute(held.limit(1_000)).all()
    poisoned = [row for row in rows if row.reclaims + 1 >= POISON_RECLAIMS]
    for row in rows:
        poison = row.reclaims + 1 >= POISON_RECLAIMS
        again = DeliveryStatus.RETRYING if row.attempts else DeliveryStatus.PENDING
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == row.id)
            .values(
                status=DeliveryStatus.FAILED if poison else again,
                reason=DeliveryReason.POISON if poison else None,
                due_at=None if poison else now,
                reclaims=row.reclaims + 1,
                claim_token=None,
                lease_until=None,
                worker_id=None,
            )
        )
    if poisoned:
        refresh_events(session, sorted({row.event_id for row in poisoned}))
    if rows:
        database.after_commit(session, wake)
    return len(rows)


def _settled(item: Settlement) -> dict[str, object]:
    return {
        "b_id": item.claim.id,
        "b_status": item.decision.status,
        "b_reason": item.decision.reason,
        "b_text": None if item.has_attempt else item.message,
        "b_due": item.decision.due_at,
        "b_tries": item.claim.tries + item.has_attempt,
        "b_attempts": item.claim.attempts + item.has_attempt,
        "b_code": item.status_code,
    }


def _attempt(item: Settlement, *, number: int | None = None) -> dict[str, object]:
    return {
        "id": new_id("att"),
        "delivery_id": item.claim.id,
        "number": number or item.claim.attempts + 1,
        "trigger": item.claim.trigger,
        "started_at": item.started_at,
        "duration_ms": item.duration_ms,
        "outcome": item.outcome,
        "status_code": item.status_code,
        "failure": item.failure,
        "message": item.message[:500],
        "response_headers": item.response_headers,
        "response_body": item.response_body,
        "truncated": item.truncated,
        "late": number is not None,
    }


def _insert_late_attempt(session: Session, item: Settlement) -> None:
    connection = session.connection()
    connection.execute(
        select(DELIVERY.c.id).where(DELIVERY.c.id == item.claim.id).with_for_update()
    )
    last = connection.execute(
        select(func.max(ATTEMPT.c.number)).where(ATTEMPT.c.delivery_id == item.claim.id)
    ).scalar()
    connection.execute(_INSERT_ATTEMPT, [_attempt(item, number=(last or 0) + 1)])
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == item.claim.id)
        .values(attempts=DELIVERY.c.attempts + 1)
    )


# Literal words, as in the partial indexes: a bound parameter would hide them from the planner.
_WAITS = DELIVERY.c.status.in_(
    [bindparam(None, status, literal_execute=True) for status in ("pending", "retrying")]
)
_LEASED = DELIVERY.c.status == bindparam(None, "sending", literal_execute=True)
_CLAIMED = (
    DELIVERY.c.id,
    DELIVERY.c.event_id,
    DELIVERY.c.postback_id,
    DELIVERY.c.method,
    DELIVERY.c.url,
    DELIVERY.c.destination,
    DELIVERY.c.headers,
    DELIVERY.c.body,
    DELIVERY.c.tries,
    DELIVERY.c.attempts,
    DELIVERY.c.deadline_at,
    DELIVERY.c.resent_at,
)
_INSERT_ATTEMPT = insert(ATTEMPT)
_TOKENS = select(DELIVERY.c.id, DELIVERY.c.claim_token).where(
    DELIVERY.c.id.in_(bindparam("ids", expanding=True))
)
_SETTLE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("b_id"))
    .values(
        status=bindparam("b_status"),
        reason=bindparam("b_reason"),
        reason_text=bindparam("b_text"),
        due_at=bindparam("b_due"),
        tries=bindparam("b_tries"),
        attempts=bindparam("b_attempts"),
        response_code=bindparam("b_code"),
        claim_token=None,
        lease_until=None,
        worker_id=None,
    )
)
_EXTEND = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("b_id"), DELIVERY.c.claim_token == bindparam("b_token"))
    .values(lease_until=bindparam("b_until"))
)
_RELEASE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("b_id"), DELIVERY.c.claim_token == bindparam("b_token"))
    .values(
        status=bindparam("b_status"),
        due_at=bindparam("b_due"),
        claim_token=None,
        lease_until=None,
        worker_id=None,
    )
)
