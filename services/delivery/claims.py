"""Which worker owns which delivery: claim, lease, release, reclaim.

A claim is a conditional update with a fresh token; whoever settles or keeps a lease alive must
still hold that token, so a worker that was stopped and went on can change nothing that is no
longer its own.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session

from models import Attempt
from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    Method,
)
from services import database
from services.delivery.outbox import DELIVERY, refresh_events, wake
from services.delivery.rendering import FrozenHeaders

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


def claim(
    session: Session,
    *,
    limit: int,
    worker_id: str,
    lease_seconds: float,
    now: datetime,
    in_flight: Mapping[str, int] | None = None,
    per_destination: int = 32,
) -> list[Claim]:
    """Take at most `limit` due deliveries for this worker, oldest due first.

    No destination gets more than `per_destination` at a time, those `in_flight` counted: a partner
    that hangs must not fill every slot. On PostgreSQL rows that another worker is claiming are
    passed over.
    """
    ids = _pick(session, limit, now, Counter(in_flight or {}), per_destination)
    if not ids:
        return []
    token = secrets.token_hex(16)
    lease_until = now + timedelta(seconds=lease_seconds)
    taken = session.connection().execute(
        _CLAIM,
        {"ids": ids, "b_token": token, "b_until": lease_until, "b_worker": worker_id},
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
        for row in taken
    ]


def _pick(
    session: Session, limit: int, now: datetime, busy: Counter[str], per_destination: int
) -> list[str]:
    full = [name for name, count in busy.items() if count >= per_destination]
    picked: list[str] = []
    while len(picked) < limit:
        wanted = limit - len(picked)
        due = (
            select(DELIVERY.c.id, DELIVERY.c.destination)
            .where(_WAITS, DELIVERY.c.due_at <= now)
            .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
            .limit(wanted)
            .with_for_update(skip_locked=True)
        )
        if full:
            due = due.where(DELIVERY.c.destination.not_in(full))
        if picked:
            due = due.where(DELIVERY.c.id.not_in(picked))
        rows = session.connection().execute(due).all()
        for row in rows:
            if busy[row.destination] < per_destination:
                picked.append(row.id)
                busy[row.destination] += 1
        full = [name for name, count in busy.items() if count >= per_destination]
        if len(rows) < wanted:
            break
    return picked


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
_CLAIM = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status=DeliveryStatus.SENDING,
        claim_token=bindparam("b_token"),
        lease_until=bindparam("b_until"),
        worker_id=bindparam("b_worker"),
    )
    .returning(*_CLAIMED)
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
