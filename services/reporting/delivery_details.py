"""One delivery with its frozen request and every attempt, as the log entry shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models import Attempt, Delivery
from models.words import (
    WAITING,
    AttemptTrigger,
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Method,
    Outcome,
    PostbackLevel,
)
from services.contacts import Contact, Mask
from services.reporting import next_try
from services.reporting.explanations import explain
from services.reporting.next_try import NextTry
from services.retry_schedule import tries_planned
from services.secret_box import MASK
from services.sig_places import BODY, HEADER_PART, SHOWN, URL, insert_sig, sig_places


@dataclass(frozen=True, slots=True)
class RequestView:
    """The request as it was frozen: secrets in headers are masked, a signature is `{sig}`."""

    method: Method
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One HTTP try; `late` when its worker had lost the delivery to another one."""

    number: int
    trigger: AttemptTrigger
    started_at: datetime
    duration_ms: int
    outcome: Outcome
    status_code: int | None
    failure: FailureKind | None
    message: str
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    truncated: bool
    late: bool


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A delivery, its request and its attempts in order; `explanation` is for a manager.

    `on_conversion_status` is set when a change to this status caused it, not the recording.
    `tries` were made since the event or the last resend, of `tries_planned` at most. `next_try`
    is set when it waits for a time, `next_attempt_at` also when it is due already.
    `emptied_at` is when retention emptied the bodies of the request and of the attempts till then.
    """

    id: str
    event_id: str
    postback_id: str
    level: PostbackLevel
    on_conversion_status: ConversionStatus | None
    status: DeliveryStatus
    reason: DeliveryReason | None
    reason_text: str | None
    explanation: str
    created_at: datetime
    next_attempt_at: datetime | None
    next_try: NextTry | None
    tries: int
    tries_planned: int
    attempts_made: int
    response_code: int | None
    emptied_at: datetime | None
    request: RequestView
    attempts: tuple[AttemptRow, ...]


def of_event(session: Session, event_id: str) -> tuple[DeliveryDetail, ...]:
    """Return the deliveries that an event owes, in the order in which they were made."""
    query = select(Delivery).where(Delivery.event_id == event_id)
    return _details(session, sorted(session.exec(query), key=lambda delivery: delivery.id))


def of_id(session: Session, delivery_id: str) -> DeliveryDetail | None:
    """Return one delivery, or `None` when there is none of this id."""
    delivery = session.get(Delivery, delivery_id)
    return _details(session, [delivery])[0] if delivery is not None else None


def seen_through(mask: Mask, detail: DeliveryDetail, contact: Contact) -> DeliveryDetail:
    """Return a delivery as some eyes may see it: the contact masked in request and answers."""
    if not mask.is_on:
        return detail
    request = detail.request
    return replace(
        detail,
        reason_text=None if detail.reason_text is None else mask.text(detail.reason_text, contact),
        explanation=mask.text(detail.explanation, contact),
        request=replace(
            request,
            url=mask.text(request.url, contact),
            headers=mask.pairs(request.headers, contact),
            body=None if request.body is None else mask.text(request.body, contact),
        ),
        attempts=tuple(
            replace(
                each,
                message=mask.text(each.message, contact),
                response_headers=mask.pairs(each.response_headers, contact),
                response_body=mask.text(each.response_body, contact),
            )
            for each in detail.attempts
        ),
    )


def next_attempt_at(status: DeliveryStatus, due_at: datetime | None) -> datetime | None:
    """Return when a delivery is sent next; `None` when no try is planned."""
    return due_at if status in WAITING else None


def host_of(url: str) -> str:
    """Return the host and port in a URL, or nothing for a URL that is broken."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _details(session: Session, deliveries: Sequence[Delivery]) -> tuple[DeliveryDetail, ...]:
    attempts: dict[str, list[AttemptRow]] = {delivery.id: [] for delivery in deliveries}
    query = (
        select(Attempt)
        .where(col(Attempt.delivery_id).in_(list(attempts)))
        .order_by(col(Attempt.delivery_id), col(Attempt.number))
    )
    for attempt in session.exec(query):
        attempts[attempt.delivery_id].append(_attempt_row(attempt))
    return tuple(_detail(delivery, tuple(attempts[delivery.id])) for delivery in deliveries)


def _detail(delivery: Delivery, attempts: tuple[AttemptRow, ...]) -> DeliveryDetail:
    places = sig_places(delivery.policy)
    body = delivery.body
    return DeliveryDetail(
        id=delivery.id,
        event_id=delivery.event_id,
        postback_id=delivery.postback_id,
        level=delivery.level,
        on_conversion_status=delivery.on_conversion_status,
        status=delivery.status,
        reason=delivery.reason,
        reason_text=delivery.reason_text,
        explanation=explain(
            status=delivery.status,
            reason=delivery.reason,
            attempts=delivery.attempts,
            last_message=attempts[-1].message if attempts else "",
        ),
        created_at=delivery.created_at,
        next_attempt_at=next_attempt_at(delivery.status, delivery.due_at),
        next_try=next_try.of_row(delivery),
        tries=delivery.tries,
        tries_planned=tries_planned(
            delivery.policy, tries=delivery.tries, status_code=delivery.response_code
        ),
        attempts_made=delivery.attempts,
        response_code=delivery.response_code,
        emptied_at=delivery.emptied_at,
        request=RequestView(
            method=delivery.method,
            url=insert_sig(delivery.url, places, URL, sig=SHOWN),
            headers=tuple((name, _masked(parts)) for name, parts in delivery.headers),
            body=None if body is None else insert_sig(body, places, BODY, sig=SHOWN),
        ),
        attempts=attempts,
    )


def _masked(parts: Iterable[Any]) -> str:
    return "".join(
        part if isinstance(part, str) else SHOWN if part == HEADER_PART else MASK for part in parts
    )


def _attempt_row(attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        number=attempt.number,
        trigger=attempt.trigger,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        outcome=attempt.outcome,
        status_code=attempt.status_code,
        failure=attempt.failure,
        message=attempt.message,
        response_headers=tuple((str(name), str(value)) for name, value in attempt.response_headers),
        response_body=attempt.response_body,
        truncated=attempt.truncated,
        late=attempt.late,
    )
