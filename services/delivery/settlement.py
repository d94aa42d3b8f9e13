"""How an attempt ended goes to disk: the attempt, the delivery's new state, the event's status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, select, update
from sqlmodel import Session

from models import Attempt, Postback
from models.words import DeliveryReason, FailureKind, Outcome
from services.bulk import fetch_rows, insert_rows, update_rows
from services.definition_version import touch
from services.delivery.claims import Claim
from services.delivery.outbox import DELIVERY, refresh_events
from services.delivery.retry import Decision
from services.identifiers import new_id

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]
POSTBACK: Table = Postback.__table__  # type: ignore[attr-defined]


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


def settle(session: Session, settlements: Sequence[Settlement]) -> list[str]:
    """Record attempts and the deliveries' new state; return the ids that were fenced.

    A fenced delivery belongs to somebody else by now: its result is kept as a late attempt and
    changes nothing. A postback whose address is gone for good is switched off with it.
    """
    connection = session.connection()
    ids = [item.claim.id for item in settlements]
    held = {row[0]: row for row in fetch_rows(connection, _HELD, {"ids": ids})}
    own: list[Settlement] = []
    late: list[Settlement] = []
    for item in settlements:
        if item.claim.id in held:
            mine = held[item.claim.id][1] == item.claim.token
            (own if mine else late).append(item)
    # As stored now, not as claimed: a late result may have been written in between.
    made = {key: row[2] for key, row in held.items()}
    if own:
        changes = [_settled(item, made[item.claim.id]) for item in own]
        update_rows(connection, DELIVERY, _SETTLED, changes)
        tried = [item for item in own if item.has_attempt]
        if tried:
            insert_rows(
                connection,
                ATTEMPT,
                [_attempt(item, number=made[item.claim.id] + 1) for item in tried],
            )
        refresh_events(session, sorted({item.claim.event_id for item in own}))
        _switch_off(session, [item for item in own if item.decision.reason is DeliveryReason.GONE])
    for item in late:
        if item.has_attempt:
            _insert_late_attempt(session, item)
    return [item.claim.id for item in late]


def _switch_off(session: Session, gone: Sequence[Settlement]) -> None:
    # In order, so that two workers never wait for each other.
    switched = [
        session.connection()
        .execute(
            _SWITCH_OFF,
            {
                "b_postback": item.claim.postback_id,
                "b_delivery": item.claim.id,
                "b_now": item.started_at + timedelta(milliseconds=item.duration_ms),
            },
        )
        .rowcount
        for item in sorted(gone, key=lambda item: item.claim.postback_id)
    ]
    if any(switched):
        touch(session)


def _settled(item: Settlement, attempts: int) -> tuple[object, ...]:
    return (
        item.claim.id,
        item.decision.status,
        item.decision.reason,
        None if item.has_attempt else item.message,
        item.decision.due_at,
        item.claim.tries + item.has_attempt,
        attempts + item.has_attempt,
        item.status_code,
        None,
        None,
        None,
    )


def _attempt(item: Settlement, *, number: int, late: bool = False) -> dict[str, object]:
    return {
        "id": new_id("att"),
        "delivery_id": item.claim.id,
        "number": number,
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
        "late": late,
    }


def _insert_late_attempt(session: Session, item: Settlement) -> None:
    connection = session.connection()
    connection.execute(
        select(DELIVERY.c.id).where(DELIVERY.c.id == item.claim.id).with_for_update()
    )
    last = connection.execute(
        select(func.max(ATTEMPT.c.number)).where(ATTEMPT.c.delivery_id == item.claim.id)
    ).scalar()
    insert_rows(connection, ATTEMPT, [_attempt(item, number=(last or 0) + 1, late=True)])
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id == item.claim.id)
        .values(attempts=DELIVERY.c.attempts + 1)
    )


_HELD = (
    select(DELIVERY.c.id, DELIVERY.c.claim_token, DELIVERY.c.attempts)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .with_for_update()
)
# The answer is about the request as it was rendered: a postback that was changed since then may
# have its new address already, and its next delivery tells.
_SWITCH_OFF = (
    update(POSTBACK)
    .where(
        POSTBACK.c.id == bindparam("b_postback"),
        POSTBACK.c.enabled.is_(True),
        POSTBACK.c.updated_at
        <= select(DELIVERY.c.created_at)
        .where(DELIVERY.c.id == bindparam("b_delivery"))
        .scalar_subquery(),
    )
    .values(enabled=False, version=POSTBACK.c.version + 1, updated_at=bindparam("b_now"))
)
_SETTLED = (
    "status",
    "reason",
    "reason_text",
    "due_at",
    "tries",
    "attempts",
    "response_code",
    "claim_token",
    "lease_until",
    "worker_id",
)
