"""`/events`: facts come in, and are asked for again."""

import json
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request, Response

from dashboard.api.answer import answer, answer_list, json_bytes
from dashboard.api.deliveries import detail_json
from dashboard.api.does import does
from dashboard.api.repeats import REPLAYED, claim_for
from dashboard.api.request import (
    Caller,
    MomentText,
    PageOf,
    ThreeWay,
    caller,
    fits,
    moment,
    one_of,
    read_at_most,
    three_way,
    words,
)
from dashboard.api.routing import PlainRoute, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.facts import Batch, Duplicate, Event, EventInFull, Recorded
from dashboard.api.verdicts import refusal, verdict_json, verdict_status
from models.words import ConversionStatus, DeliveryStatus, Source
from services.actor import Actor, Right
from services.idempotency import HEADER, Claim
from services.intake import recording
from services.intake.contract import EventInput, Refused
from services.intake.incoming_call import MAX_BODY_BYTES
from services.reporting import event_log
from services.reporting.event_log import EventDetail, EventLogFilter, EventLogRow, StatusChangeRow
from services.reporting.filters import read_code
from services.validation import InputModel

router = resource("Events")

_REPLAYED: Final = {REPLAYED: "true"}


class BatchInput(InputModel):
    """Up to 1,000 events; described here, read by `recording`, which judges each by itself."""

    # One that is no event is answered in its place, and costs the others nothing.
    events: list[EventInput | Any]


@does(Right.RECORD_EVENTS, Recorded, also={200: Duplicate}, body=EventInput, problems=(404, 409))
async def record_event(request: Request) -> Response:
    """Record one event; refused calls are rows of the incoming log too."""
    actor = await caller(request)
    # The raw body, whatever it says it is: broken JSON is a fact for the incoming log as well.
    raw = await read_at_most(request, MAX_BODY_BYTES)
    wrong = _unknown_query(request)
    result = await recording.record_event(
        actor, raw, source=Source.API, wrong=wrong, once=_claim(request, actor, raw, wrong)
    )
    if isinstance(result, Refused):
        return refusal(result)
    headers = _REPLAYED if result.is_repeated else None
    return answer(verdict_json(result), status=verdict_status(result), headers=headers)


router.add_api_route(
    "/events",
    record_event,
    methods=["POST"],
    status_code=201,
    route_class_override=PlainRoute,
)


@does(Right.RECORD_EVENTS, Batch, body=BatchInput)
async def record_batch(request: Request) -> Response:
    """Record up to 1,000 events of the body's `events`, each on its own."""
    actor = await caller(request)
    raw = await read_at_most(request, recording.MAX_BATCH_BYTES)
    wrong = _unknown_query(request)
    results = await recording.record_batch(
        actor, raw, source=Source.API, wrong=wrong, once=_claim(request, actor, raw, wrong)
    )
    if isinstance(results, Refused):
        return refusal(results)
    return answer(
        {"results": [{"index": i, **verdict_json(each)} for i, each in enumerate(results)]},
        headers=_REPLAYED if all(each.is_repeated for each in results) else None,
    )


router.add_api_route(
    "/events/batch",
    record_batch,
    methods=["POST"],
    route_class_override=PlainRoute,
)


def _unknown_query(request: Request) -> dict[str, str]:
    if not request.scope["query_string"]:
        return {}
    return dict.fromkeys(request.query_params, "There is no query parameter of this name.")


def _claim(request: Request, actor: Actor, raw: bytes, wrong: dict[str, str]) -> Claim | None:
    """Return the claim of a call; a key that cannot be one is wrong with the call as well."""
    try:
        return claim_for(request, actor, raw)
    except ValueError as error:
        wrong[HEADER] = str(error)
        return None


def event_filter(
    *,
    event: str = "",
    campaign: str = "",
    affiliate: Annotated[str, Query(description="a key, or - for none")] = "",
    status: Annotated[list[DeliveryStatus], Query(description="may be repeated")] = [],  # noqa: B006 - FastAPI copies it
    code: Annotated[str, fits(read_code), Query(description="404, 2xx or none")] = "",
    conversion: Annotated[ThreeWay, Query(description="true, false or any")] = "any",
    conversion_status: Annotated[
        list[str],
        one_of(ConversionStatus),
        Query(description="separated by commas, or repeated"),
    ] = [],  # noqa: B006 - FastAPI copies it
    transaction_id: str = "",
    lead_id: str = "",
    source: Annotated[str, one_of(Source)] = "",
    test: Annotated[ThreeWay, Query(description="true, false or any")] = "false",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
    time: Literal["received", "occurred"] = "received",
) -> EventLogFilter:
    """Return which events are asked for."""
    return EventLogFilter(
        event=event,
        campaign=campaign,
        affiliate=affiliate,
        status=tuple(status),
        code=code,
        conversion=three_way(conversion),
        conversion_status=words(conversion_status),
        transaction_id=transaction_id,
        lead_id=lead_id,
        source=source,
        test=three_way(test),
        since=moment(from_),
        until=moment(to),
        time=time,
    )


@router.get("/events")
@does(Right.READ, Listed[Event])
async def list_events(
    actor: Caller, page: PageOf, wanted: Annotated[EventLogFilter, Depends(event_filter)]
) -> Response:
    """List events, newest first; everything that is given must match."""
    return answer_list(await event_log.list_page(actor, wanted, page), event_row_json)


@router.get("/events/{event_id}")
@does(Right.READ, EventInFull)
async def get_event(actor: Caller, event_id: str) -> Response:
    """Return one event with its payload, its deliveries and their attempts."""
    detail = await event_log.get(actor, event_id)
    return answer(_detail_json(detail), raw={"payload": _payload(detail.payload)})


def event_row_json(row: EventLogRow) -> dict[str, object]:
    """Return an event as lists show it; the file of them has the same columns."""
    return {
        "event_id": row.event_id,
        "event": row.event,
        "occurred_at": row.occurred_at,
        "received_at": row.received_at,
        "lead_id": row.lead_id,
        "transaction_id": row.transaction_id,
        "campaign": row.campaign,
        "affiliate": row.affiliate,
        "status": row.status,
        "response_code": row.response_code,
        "conversion_status": row.conversion_status,
        "amount": row.amount,
        "currency": row.currency,
        "deliveries": row.deliveries,
        "source": row.source,
        "is_conversion": row.is_conversion,
        "test": row.is_test,
    }


def _detail_json(detail: EventDetail) -> dict[str, object]:
    return {
        **event_row_json(detail.row),
        "is_affiliate_conversion": detail.is_affiliate_conversion,
        "order_id": detail.order_id,
        "fields": dict(detail.fields),
        "status_changes": [_change_json(change) for change in detail.status_changes],
        "actor": detail.actor_name,
        "import_id": detail.import_id,
        "deliveries": [detail_json(delivery) for delivery in detail.deliveries],
        "deliveries_removed": detail.removed,
    }


def _change_json(change: StatusChangeRow) -> dict[str, object]:
    return {
        "changed_at": change.changed_at,
        "from": change.from_status,
        "to": change.to_status,
        "reason": change.reason,
        "actor": change.actor_name,
        "source": change.source,
    }


def _payload(text: str) -> bytes:
    """Return the payload as it came in, so that `49.90` keeps its digits.

    One that is no JSON, or is nested beyond measure, becomes a JSON string.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return json_bytes(text)
    return text.encode()
