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
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import Session

from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    Method,
)
from services import database
from services.bulk import fetch_rows
from services.delivery.outbox import DELIVERY, refresh_events, wake
from services.delivery.rendering import FrozenHeaders

# After so many workers died while they sent it, a delivery is taken for their killer.
POISON_RECLAIMS = 7


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker owns until `lease_until`."""

    id: str
    event_id: str
    postback_id: str
    method: Method
    url: str
    destination: str
    headers: FrozenHeaders
    body: str | None
    attempts: int
    deadline_at: datetime
    tries: int
    token: str
    lease_until: datetime
    trigger: AttemptTrigger
    # How the postback wants it sent, frozen with the request; see `models.Delivery.policy`.
    policy: Mapping[str, Any] | None = None


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
    connection = session.connection()
    picked = _pick(connection, limit, now, Counter(in_flight or {}), per_destination)
    if not picked:
        return []
    token = secrets.token_hex(16)
    lease_until = now + timedelta(seconds=lease_seconds)
    connection.execute(
        _CLAIM,
        {
            "ids": [row[0] for row in picked],
            "b_token": token,
            "b_until": lease_until,
            "b_worker": worker_id,
        },
    )
    return [_claim_of(row, token, lease_until) for row in picked]


def _pick(
    connection: Connection, limit: int, now: datetime, busy: Counter[str], per_destination: int
) -> list[tuple[Any, ...]]:
    full = [name for name, count in busy.items() if count >= per_destination]
    picked: list[tuple[Any, ...]] = []
    while len(picked) < limit:
        wanted = limit - len(picked)
        rows = fetch_rows(
            connection,
            _DUE,
            {
                "b_now": now,
                "b_limit": wanted,
                "full": full,
                "picked": [row[0] for row in picked],
            },
        )
        for row in rows:
            destination = row[_DESTINATION]
            if busy[destination] < per_destination:
                picked.append(row)
                busy[destination] += 1
        full = [name for name, count in busy.items() if count >= per_destination]
        if len(rows) < wanted:
            break
    return picked


def _claim_of(row: tuple[Any, ...], token: str, lease_until: datetime) -> Claim:
    found = dict(zip(_DUE_NAMES, row, strict=True))
    resent = found.pop("resent_at") is not None
    first = found["tries"] == 0
    return Claim(
        **found,
        token=token,
        lease_until=lease_until,
        trigger=AttemptTrigger.MANUAL if resent and first else AttemptTrigger.AUTOMATIC,
    )


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


# A literal word, as in the partial index: a bound parameter would hide it from the planner.
_LEASED = DELIVERY.c.status == bindparam(None, "sending", literal_execute=True)
_DUE_NAMES = (
    "id",
    "event_id",
    "postback_id",
    "method",
    "url",
    "destination",
    "headers",
    "body",
    "tries",
    "attempts",
    "deadline_at",
    "resent_at",
    "policy",
)
_DESTINATION = _DUE_NAMES.index("destination")
# `due_at` is empty unless a delivery waits, so this reads nothing but the index of what waits.
_DUE = (
    select(*(DELIVERY.c[name] for name in _DUE_NAMES))
    .where(
        DELIVERY.c.due_at <= bindparam("b_now"),
        DELIVERY.c.destination.not_in(bindparam("full", expanding=True)),
        DELIVERY.c.id.not_in(bindparam("picked", expanding=True)),
    )
    .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status=DeliveryStatus.SENDING,
        due_at=None,
        claim_token=bindparam("b_token"),
        lease_until=bindparam("b_until"),
        worker_id=bindparam("b_worker"),
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
