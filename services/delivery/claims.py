"""Which worker owns which delivery: claim, lease, release, reclaim.

A claim is a conditional update with a fresh token; whoever settles or keeps a lease alive must
still hold that token, so a worker that was stopped and went on can change nothing that is no
longer its own.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, literal_column, or_, select, update
from sqlmodel import Session

from models.words import WAITING, AttemptTrigger, DeliveryReason, DeliveryStatus, Method
from services import failpoints
from services.any_of import any_of
from services.bulk import fetch_rows
from services.commit_hooks import after_commit
from services.delivery import once
from services.delivery.lanes import Room, unbounded
from services.delivery.outbox import DELIVERY, refresh_events, wake
from services.delivery.picking import DESTINATION, DUE_NAMES, SUSPECT_RECLAIMS, Turn, pick
from services.delivery.rendering import FrozenHeaders

# After so many workers died while they sent it, a delivery is taken for their killer. From
# SUSPECT_RECLAIMS on it is the only such one that its worker sends, so that no other is blamed.
POISON_RECLAIMS = 7
RECLAIM_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker owns until `lease_until`."""

    token: str
    lease_until: datetime
    # From here on in the order of DUE_NAMES.
    id: str
    event_id: str
    postback_id: str
    method: Method
    url: str
    destination: str
    headers: FrozenHeaders
    body: str | None
    # How the postback wants it sent, frozen with the request; see `models.Delivery.policy`.
    policy: Mapping[str, Any] | None
    tries: int
    attempts: int
    reclaims: int
    deadline_at: datetime
    # When a person resent it last.
    resent_at: datetime | None

    @property
    def trigger(self) -> AttemptTrigger:
        """Return what the next try is due to: a person, or the schedule."""
        by_hand = self.resent_at is not None and self.tries == 0
        return AttemptTrigger.MANUAL if by_hand else AttemptTrigger.AUTOMATIC


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim took.

    `more`: another one might take more right away. `blocked`: the lanes whose due deliveries had
    no room, so that it pays to claim when one of their calls has ended.
    """

    claims: list[Claim]
    more: bool
    blocked: frozenset[str]


def claim(
    session: Session,
    *,
    limit: int,
    worker_id: str,
    lease_seconds: float,
    now: datetime,
    room: Room | None = None,
    turns: Mapping[DeliveryStatus, Turn] | None = None,
    fresh: Collection[str] | None = None,
) -> Claimed:
    """Take at most `limit` due deliveries for this worker: all lanes alike, oldest due first.

    `room` says how many each lane may get, and how many retries there may be. What has killed
    several workers already is taken only while no other such is under way. With `fresh`, the
    destinations that something new waits for, only those and the lanes that `turns` remember are
    looked at; without, all. On PostgreSQL rows that another worker is claiming are passed over.
    """
    connection = session.connection()
    room = room or unbounded()
    turns = turns or {status: Turn() for status in WAITING}
    picked = _pick_suspect(connection, room, now) if fresh is None else []
    more, blocked = False, frozenset[str]()
    for status in WAITING:
        most = min(limit - len(picked), room.retries if status in _RETRIES else limit)
        if most > 0:
            found = pick(
                connection,
                status,
                most=most,
                now=now,
                room=room,
                turn=turns[status],
                # What is new is no retry.
                fresh=() if fresh is not None and status in _RETRIES else fresh,
            )
            picked += found.rows
            more = more or found.more
            blocked |= found.blocked
    if not picked:
        return Claimed([], more=more, blocked=blocked)
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
    failpoints.reached("before_claim_commit")
    claimed = [Claim(token, lease_until, *row) for row in picked]
    return Claimed(claimed, more=more, blocked=blocked)


def _pick_suspect(connection: Connection, room: Room, now: datetime) -> list[Sequence[Any]]:
    if room.has_suspect:
        return []
    waiting = [name for name, _ in fetch_rows(connection, _SUSPECT_LANES, {"b_now": now})]
    # Of the first lane that has room: one whose partner is down must hold up no other suspect.
    lane = next((name for name in waiting if room.share([name], 1)), None)
    if lane is None:
        return []
    rows = fetch_rows(connection, _DUE_SUSPECT, {"b_now": now, "b_lane": lane})
    room.taken.update(row[DESTINATION] for row in rows)
    return list(rows)


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
    """Give back claims that were never sent; they are due again at once.

    One that must be sent at most once and had begun ends `failed`, reason `unknown`.
    """
    begun = once.fail_begun(session, claims=claims, now=now)
    free = [item for item in claims if item.id not in begun]
    if not free:
        return
    session.connection().execute(
        _RELEASE,
        [
            {
                "b_id": item.id,
                "b_token": item.token,
                "b_status": (DeliveryStatus.RETRYING if item.attempts else DeliveryStatus.PENDING),
                "b_due": now,
            }
            for item in free
        ],
    )


def reclaim(
    session: Session,
    *,
    now: datetime,
    every: bool = False,
    dead: Collection[str] = (),
    keep: Collection[str] = (),
) -> int:
    """Take back deliveries whose worker is gone, at most 1,000 at a time; return how many.

    That is every expired lease and all of the workers in `dead`, or with `every` all leases: a
    worker that starts on SQLite holds the only worker lock. `keep` are deliveries that the caller
    is sending itself, whatever its clock says. Too many dead workers make a delivery `failed`,
    reason `poison`, and one that may be sent only once and had begun `failed`, reason `unknown`.
    """
    held = select(*(DELIVERY.c[name] for name in _LEASED_NAMES))
    held = held.where(_LEASED)
    if not every:
        gone = DELIVERY.c.lease_until < now
        held = held.where(or_(gone, DELIVERY.c.worker_id.in_(dead)) if dead else gone)
    if keep:
        held = held.where(DELIVERY.c.id.not_in(keep))
    if session.get_bind().dialect.name == "postgresql":
        held = held.with_for_update(skip_locked=True)
    connection = session.connection()
    found = connection.execute(held.limit(RECLAIM_BATCH)).all()
    begun = once.fail_started(session, delivery_ids=[row.id for row in found], now=now)
    rows = [row for row in found if row.id not in begun]
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
        once.tell_given_up(session, poisoned, reason=DeliveryReason.POISON, now=now)
    if rows:
        after_commit(session, wake)
    return len(found)


def owners(session: Session) -> list[str]:
    """Return the workers that hold a lease."""
    held = select(DELIVERY.c.worker_id).where(_LEASED).distinct()
    return [worker_id for worker_id in session.scalars(held) if worker_id]


_LEASED_NAMES = ("id", "event_id", "postback_id", "reclaims", "attempts")
# A literal word, so that the planner knows how few they are.
_LEASED = DELIVERY.c.status == bindparam(None, "sending", literal_execute=True)
_RETRIES = frozenset({DeliveryStatus.RETRYING})
_DUE_NOW = DELIVERY.c.due_at <= bindparam("b_now")
# In the very words of `ix_delivery_suspect`, and nothing that another index could serve: there are
# few, and what waits must not be read as a whole to find out that there is none.
_IS_SUSPECT = and_(
    DELIVERY.c.reclaims >= literal_column(str(SUSPECT_RECLAIMS)),
    DELIVERY.c.status.not_in([literal_column("'delivered'"), literal_column("'failed'")]),
)
_SUSPECT_LANES = (
    select(DELIVERY.c.destination, func.min(DELIVERY.c.due_at).label("due_at"))
    .where(_IS_SUSPECT)
    .group_by(DELIVERY.c.destination)
    .having(func.min(DELIVERY.c.due_at) <= bindparam("b_now"))
    .order_by(func.min(DELIVERY.c.due_at))
)
_DUE_SUSPECT = (
    select(*(DELIVERY.c[name] for name in DUE_NAMES))
    .where(_IS_SUSPECT, _DUE_NOW, DELIVERY.c.destination == bindparam("b_lane"))
    .order_by(DELIVERY.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(DELIVERY)
    .where(any_of(DELIVERY.c.id, "ids"))
    .values(
        status=DeliveryStatus.SENDING,
        due_at=None,
        started_at=None,
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
