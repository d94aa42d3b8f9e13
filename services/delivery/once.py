"""At most once: that a send began is on disk before it begins, so a crash leaves no doubt.

For deliveries of postbacks that must not be called twice, and for no others: the mark costs a
commit of its own. A delivery that carries the mark and lost its worker may have reached the
partner; nobody knows, so nobody sends it again but a person.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, tuple_, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session

from models.words import DeliveryReason, DeliveryStatus
from services.any_of import any_of
from services.delivery.outbox import DELIVERY, refresh_events
from services.notices.outcomes import record_given_up


class Held(Protocol):
    """A claim: a delivery and the token that owns it."""

    @property
    def id(self) -> str:
        """The delivery's id."""

    @property
    def token(self) -> str:
        """What must be stored on the delivery still."""


INTERRUPTED = (
    "The sender was stopped while it sent this, so nobody knows whether the partner received it."
)


def mark_started(session: Session, *, claims: Sequence[Held], now: datetime) -> frozenset[str]:
    """Note that these are about to be sent; return the ids of those that are still ours.

    Only these may be sent, and only after this unit of work is committed. A claim whose token is
    no longer the stored one belongs to somebody else and is left alone.
    """
    if not claims:
        return frozenset()
    held = [(claim.id, claim.token) for claim in claims]
    marked = session.connection().execute(_MARK, {"held": held, "b_now": now})
    return frozenset(marked.scalars())


def fail_started(session: Session, *, delivery_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """Give up, of these deliveries, those whose send had begun; return their ids.

    They become `failed` with reason `unknown`, lose their claim, and their events show it. For
    leases that are taken away, whoever's they are: the caller holds the rows, or is the only
    writer.
    """
    if not delivery_ids:
        return frozenset()
    return _fail(session, _FAIL, {"ids": list(delivery_ids)}, now)


def fail_begun(session: Session, *, claims: Sequence[Held], now: datetime) -> frozenset[str]:
    """Give up, of one's own claims, those whose send had begun; as `fail_started`.

    A claim whose token is no longer the stored one is left alone: somebody else may be sending.
    """
    held = [(claim.id, claim.token) for claim in claims]
    return _fail(session, _FAIL_HELD, {"held": held}, now) if held else frozenset()


def _fail(
    session: Session, statement: ReturningUpdate[Any], values: Any, now: datetime
) -> frozenset[str]:
    failed = session.connection().execute(statement, values).all()
    if failed:
        refresh_events(session, sorted({row.event_id for row in failed}))
        tell_given_up(session, failed, reason=DeliveryReason.UNKNOWN, now=now)
    return frozenset(row.id for row in failed)


def tell_given_up(
    session: Session, rows: Sequence[Row[Any]], *, reason: DeliveryReason, now: datetime
) -> None:
    """Tell operators of deliveries that ended without a result: rows with the ids of each."""
    counts = Counter(row.postback_id for row in rows)
    last = {row.postback_id: row for row in rows}
    # In order, so that two workers never wait for each other.
    for postback_id, row in sorted(last.items()):
        record_given_up(
            session,
            postback_id=postback_id,
            reason=reason,
            now=now,
            count=counts[postback_id],
            delivery_id=row.id,
            event_id=row.event_id,
        )


_STILL_HELD = tuple_(DELIVERY.c.id, DELIVERY.c.claim_token).in_(bindparam("held", expanding=True))
_MARK = (
    update(DELIVERY)
    .where(_STILL_HELD)
    .values(started_at=bindparam("b_now"))
    .returning(DELIVERY.c.id)
)
# Each claim empties `started_at`, so the mark is always one of the present claim.
_GIVE_UP = (
    update(DELIVERY)
    .where(DELIVERY.c.status == DeliveryStatus.SENDING, DELIVERY.c.started_at.is_not(None))
    .values(
        status=DeliveryStatus.FAILED,
        reason=DeliveryReason.UNKNOWN,
        reason_text=INTERRUPTED,
        due_at=None,
        claim_token=None,
        lease_until=None,
        worker_id=None,
    )
    .returning(DELIVERY.c.id, DELIVERY.c.event_id, DELIVERY.c.postback_id)
)
_FAIL = _GIVE_UP.where(any_of(DELIVERY.c.id, "ids"))
_FAIL_HELD = _GIVE_UP.where(_STILL_HELD)
