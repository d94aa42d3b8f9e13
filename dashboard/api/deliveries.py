"""`/deliveries`: what is owed to partners, and how each try went."""

from typing import Annotated

from fastapi import Depends, Query, Response

from dashboard.api.answer import answer, answer_list, header_object
from dashboard.api.does import does
from dashboard.api.request import Caller, MomentText, PageOf, fits, moment
from dashboard.api.routing import resource
from dashboard.api.shapes.deliveries import Delivery, DeliveryLine
from dashboard.api.shapes.envelopes import Listed
from models.words import DeliveryStatus
from services.actor import Right
from services.delivery import outbox
from services.reporting import delivery_log
from services.reporting.delivery_filter import read_cause
from services.reporting.delivery_log import (
    AttemptRow,
    DeliveryDetail,
    DeliveryFilter,
    DeliveryRow,
)

router = resource("Deliveries")


def delivery_filter(
    *,
    status: Annotated[list[DeliveryStatus], Query(description="may be repeated")] = [],  # noqa: B006 - FastAPI copies it
    postback: Annotated[str, Query(description="id of a postback")] = "",
    destination: Annotated[
        str, Query(description="host, host:port or scheme://host:port that is called")
    ] = "",
    campaign: str = "",
    affiliate: Annotated[str, Query(description="a key, or - for none")] = "",
    cause: Annotated[
        str,
        fits(read_cause),
        Query(description="why it failed: 500, timeout, blocked, …; only failed and retrying ones"),
    ] = "",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
) -> DeliveryFilter:
    """Return which deliveries are asked for."""
    return DeliveryFilter(
        status=tuple(status),
        postback=postback,
        destination=destination,
        campaign=campaign,
        affiliate=affiliate,
        cause=cause,
        since=moment(from_),
        until=moment(to),
    )


@router.get("/deliveries")
@does(Right.READ, Listed[DeliveryLine])
async def list_deliveries(
    actor: Caller, page: PageOf, wanted: Annotated[DeliveryFilter, Depends(delivery_filter)]
) -> Response:
    """List deliveries, newest first."""
    return answer_list(await delivery_log.list_page(actor, wanted, page), _row_json)


@router.get("/deliveries/{delivery_id}")
@does(Right.READ, Delivery)
async def get_delivery(actor: Caller, delivery_id: str) -> Response:
    """Return one delivery with its request and its attempts."""
    return answer(detail_json(await delivery_log.get(actor, delivery_id)))


@router.post("/deliveries/{delivery_id}/resend")
@does(Right.RESEND, Delivery)
async def resend_delivery(actor: Caller, delivery_id: str) -> Response:
    """Send a delivery again, now, with a fresh schedule."""
    await outbox.resend(actor, delivery_id)
    return answer(detail_json(await delivery_log.get(actor, delivery_id)))


def detail_json(delivery: DeliveryDetail) -> dict[str, object]:
    """Return a delivery as the log entry of its event shows it too."""
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "postback_id": delivery.postback_id,
        "level": delivery.level,
        "on_conversion_status": delivery.on_conversion_status,
        "status": delivery.status,
        "reason": delivery.reason,
        "reason_text": delivery.reason_text,
        "explanation": delivery.explanation,
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.next_attempt_at,
        "tries": delivery.tries,
        "tries_planned": delivery.tries_planned,
        "response_code": delivery.response_code,
        "bodies_removed_at": delivery.emptied_at,
        "request": {
            "method": delivery.request.method,
            "url": delivery.request.url,
            "headers": header_object(delivery.request.headers),
            "body": delivery.request.body,
        },
        "attempts": [_attempt_json(attempt) for attempt in delivery.attempts],
    }


def _attempt_json(attempt: AttemptRow) -> dict[str, object]:
    return {
        "number": attempt.number,
        "trigger": attempt.trigger,
        "started_at": attempt.started_at,
        "duration_ms": attempt.duration_ms,
        "outcome": attempt.outcome,
        "status_code": attempt.status_code,
        "failure": attempt.failure,
        "message": attempt.message,
        "response_headers": header_object(attempt.response_headers),
        "response_body": attempt.response_body,
        "truncated": attempt.truncated,
        "late": attempt.late,
    }


def _row_json(row: DeliveryRow) -> dict[str, object]:
    return {
        "id": row.id,
        "event_id": row.event_id,
        "event": row.event,
        "lead_id": row.lead_id,
        "transaction_id": row.transaction_id,
        "campaign": row.campaign,
        "postback_id": row.postback_id,
        "level": row.level,
        "status": row.status,
        "reason": row.reason,
        "reason_text": row.reason_text,
        "method": row.method,
        "url": row.url,
        "destination": row.destination,
        "created_at": row.created_at,
        "next_attempt_at": row.next_attempt_at,
        "tries": row.tries,
        "tries_planned": row.tries_planned,
        "attempts": row.attempts_made,
        "response_code": row.response_code,
        "failure": row.failure,
    }
