"""How an attempt ended goes to disk: the attempt, the delivery's new state, the event's status."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func, select, update
from sqlmodel import Session

from models import Attempt
from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Outcome,
    PauseReason,
)
from services import failpoints
from services.actor import SYSTEM
from services.any_of import any_of
from services.bulk import fetch_rows, insert_rows, update_rows
from services.delivery.claims import Claim
from services.delivery.failing import FAILURE, FailedTry, forget_failures, note_failures
from services.delivery.holding import mark_paused, paused_among
from services.delivery.outbox import DELIVERY, refresh_events
from services.delivery.retry import Decision
from services.identifiers import new_id
from services.notices.outcomes import Pause, record_outcomes

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]


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

    @property
    def ended_at(self) -> datetime:
        """Return when the answer was there, or when it was given up."""
        return self.started_at + timedelta(milliseconds=self.duration_ms)


def settle(session: Session, settlements: Sequence[Settlement]) -> list[str]:
    """Record attempts and the deliveries' new state; return the ids that were fenced.

    A fenced delivery belongs to somebody else by now: its result is kept as a late attempt and
    changes nothing. A postback whose address is gone for good, or by which nothing has arrived for
    too long, is paused with it; what would be tried again by a paused postback is held.
    """
    connection = session.connection()
    ids = [item.claim.id for item in settlements]
    claimed = {row[0]: row for row in fetch_rows(connection, _CLAIMED, {"ids": ids})}
    own: list[Settlement] = []
    late: list[Settlement] = []
    for item in settlements:
        if item.claim.id in claimed:
            mine = claimed[item.claim.id][1] == item.claim.token
            (own if mine else late).append(item)
    # As stored now, not as claimed: a late result may have been written in between.
    made = {key: row[2] for key, row in claimed.items()}
    if own:
        _learn(session, own, failing={row[3] for row in claimed.values()})
        held = _to_hold(session, own)
        changes = [_settled(item, made[item.claim.id]) for item in own]
        update_rows(connection, DELIVERY, _SETTLED, changes)
        if held:
            update_rows(connection, DELIVERY, _HELD, [_as_held(item) for item in held])
        failpoints.reached("mid_settle")
        tried = [item for item in own if item.has_attempt]
        if tried:
            insert_rows(
                connection,
                ATTEMPT,
                [_attempt(item, number=made[item.claim.id] + 1) for item in tried],
            )
        refresh_events(session, sorted({item.claim.event_id for item in own}))
        record_outcomes(session, own, now=max(item.ended_at for item in own))
    for item in late:
        if item.has_attempt:
            _insert_late_attempt(session, item)
    return [item.claim.id for item in late]


def _learn(session: Session, own: Sequence[Settlement], *, failing: Collection[str | None]) -> None:
    """Draw from results, those that ended for good among them, what they say of the postback.

    `failing` are the postbacks that have failed since their last success. Where nothing fails
    this asks the database nothing.
    """
    counted = [item for item in own if item.claim.trigger is AttemptTrigger.AUTOMATIC]
    arrived = {item.claim.postback_id for item in counted if item.outcome is Outcome.SUCCEEDED}
    if recovered := arrived.intersection(failing):
        forget_failures(session, recovered)
    # Of a success and failures that ended within the same few milliseconds the success counts.
    failed = [
        FailedTry(item.claim.postback_id, item.ended_at, item.message)
        for item in counted
        if item.outcome is Outcome.FAILED and item.claim.postback_id not in arrived
    ]
    if failed:
        note_failures(session, failed)
    gone = [item for item in own if item.decision.reason is DeliveryReason.GONE]
    # In order, so that two workers never wait for each other.
    for item in sorted(gone, key=lambda item: item.claim.postback_id):
        mark_paused(
            session,
            item.claim.postback_id,
            actor=SYSTEM,
            why=Pause(PauseReason.GONE, message=item.message),
            now=item.ended_at,
            found_by=item.claim.id,
        )


def _to_hold(session: Session, own: Sequence[Settlement]) -> list[Settlement]:
    again = [item for item in own if item.decision.status is DeliveryStatus.RETRYING]
    paused = paused_among(session, {item.claim.postback_id for item in again})
    return [item for item in again if item.claim.postback_id in paused]


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


def _as_held(item: Settlement) -> tuple[object, ...]:
    return (item.claim.id, DeliveryStatus.HELD, None, item.ended_at)


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


_CLAIMED = (
    select(
        DELIVERY.c.id,
        DELIVERY.c.claim_token,
        DELIVERY.c.attempts,
        # In the same statement: on the hot path one more would cost more than this look.
        select(FAILURE.c.postback_id)
        .where(FAILURE.c.postback_id == DELIVERY.c.postback_id)
        .scalar_subquery()
        .label("failing"),
    )
    .where(any_of(DELIVERY.c.id, "ids"))
    .with_for_update()
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
_HELD = ("status", "due_at", "held_at")
