"""Many deliveries made due again in one unit of work, as one person's command."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Table, case, literal, select, update
from sqlmodel import Session

from models import Postback
from models.words import DeliveryReason, DeliveryStatus, Method
from services.commit_hooks import after_commit
from services.delivery.outbox import DELIVERY, EVENT, LEAD, refresh_events, wake
from services.delivery.retry import DEADLINE

POSTBACK: Table = Postback.__table__  # type: ignore[attr-defined]

# Unlike a resend by hand, these queue behind first tries: a mass of old ones must not stand in
# front of what fires now.
_BEHIND = case(
    (DELIVERY.c.attempts > 0, literal(DeliveryStatus.RETRYING, DELIVERY.c.status.type)),
    else_=literal(DeliveryStatus.PENDING, DELIVERY.c.status.type),
)


def resend_many(
    session: Session,
    delivery_ids: Sequence[str],
    *,
    statuses: Collection[DeliveryStatus],
    reasons: Collection[DeliveryReason],
    now: datetime,
) -> int:
    """Make those of the deliveries due now that may be sent again, and return how many.

    They must still have one of the statuses, no reason or one of these, their body, and a
    postback that is not paused. Each gets a fresh schedule, as by `outbox.resend`.
    """
    connection = session.connection()
    found = connection.execute(
        select(
            DELIVERY.c.id,
            DELIVERY.c.event_id,
            DELIVERY.c.status,
            DELIVERY.c.reason,
            DELIVERY.c.method,
            DELIVERY.c.emptied_at,
            DELIVERY.c.created_at,
            LEAD.c.erased_at,
        )
        .join(POSTBACK, POSTBACK.c.id == DELIVERY.c.postback_id)
        .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .join(LEAD, LEAD.c.id == EVENT.c.lead_id)
        .where(DELIVERY.c.id.in_(delivery_ids), POSTBACK.c.paused_at.is_(None))
        .order_by(DELIVERY.c.id)
        # Whoever holds one is about to send or to settle it.
        .with_for_update(of=DELIVERY, skip_locked=True)
    )
    # Judged here: SQLite would rather read all of a status than these by their keys.
    rows = [
        row
        for row in found
        if row.status in statuses
        and (row.reason is None or row.reason in reasons)
        # Where retention has emptied the body, half a request is left, which is none.
        and (row.emptied_at is None or row.method is not Method.POST)
        # Of what was made before the lead was erased nothing is left.
        and (row.erased_at is None or row.created_at > row.erased_at)
    ]
    if not rows:
        return 0
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_([row.id for row in rows]))
        .values(
            status=_BEHIND,
            reason=None,
            reason_text=None,
            due_at=now,
            deadline_at=now + DEADLINE,
            tries=0,
            reclaims=0,
            resent_at=now,
            held_at=None,
            started_at=None,
        )
    )
    refresh_events(session, sorted({row.event_id for row in rows}))
    after_commit(session, wake)
    return len(rows)
