"""`/deliveries/resend`: many deliveries sent again by one command, counted first if asked."""

from typing import Annotated, Any

from fastapi import Response
from pydantic import Field

from dashboard.api.answer import answer
from dashboard.api.bulk_jobs import job_json, words_of
from dashboard.api.does import does
from dashboard.api.request import Caller, JsonObject
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.bulk_jobs import BulkResend, ResendCount
from models.words import DeliveryStatus
from services.actor import Right
from services.bulk_jobs import jobs
from services.moments import OptionalMoment
from services.reporting.delivery_log import DeliveryFilter
from services.resending import bulk_resends
from services.resending.bulk_resends import RESENDS, Preview
from services.resending.wish import ResendWish
from services.validation import InputModel, Text, validate

router = resource("Deliveries")

_STATUSES = ", ".join(status.value for status in DeliveryStatus)


class BulkResendInput(InputModel):
    """The filter of `GET /deliveries`, and what of it is wanted though it may count twice.

    Without a status: what failed and what is tried again.
    """

    status: Annotated[
        str | list[str] | None, Field(description=f"one or several of {_STATUSES}")
    ] = None
    postback: Annotated[str, Text(40)] | None = None
    destination: Annotated[str, Text(300)] | None = None
    campaign: Annotated[str, Text(64)] | None = None
    affiliate: Annotated[str, Text(64)] | None = None
    cause: Annotated[str, Text(32)] | None = None
    from_: Annotated[OptionalMoment, Field(alias="from", description="inclusive")] = None
    to: Annotated[OptionalMoment, Field(description="exclusive")] = None
    include_delivered: Annotated[
        bool, Field(description="those too that arrived: the partner may count them twice")
    ] = False
    include_unclear: Annotated[
        bool, Field(description="those too of at-most-once postbacks of which nobody knows")
    ] = False
    dry_run: Annotated[bool, Field(description="count only")] = False


@router.post("/deliveries/resend")
@does(Right.RESEND, ResendCount | BulkResend, body=BulkResendInput, partial=True)
async def resend_deliveries(actor: Caller, data: JsonObject) -> Response:
    """Send again what a filter covers now, in the background; with `dry_run` only count it."""
    actor.require(Right.RESEND)
    given = validate(BulkResendInput, data)
    wish = _wish(given)
    if given.dry_run:
        return answer(_preview_json(await bulk_resends.preview(actor, wish)))
    job = await jobs.start(actor, RESENDS, wish)
    return answer(job_json(job), headers={"Location": f"{BASE}/deliveries/resend/{job.id}"})


@router.get("/deliveries/resend/{bulk_resend_id}")
@does(Right.READ, BulkResend)
async def get_bulk_resend(actor: Caller, bulk_resend_id: str) -> Response:
    """Return how far a bulk resend is."""
    return answer(job_json(await jobs.get(actor, RESENDS, bulk_resend_id)))


@router.delete("/deliveries/resend/{bulk_resend_id}", status_code=204)
@does(Right.RESEND)
async def cancel_bulk_resend(actor: Caller, bulk_resend_id: str) -> Response:
    """End a bulk resend where it stands; what it has made due is sent all the same."""
    await jobs.cancel(actor, RESENDS, bulk_resend_id)
    return Response(status_code=204)


def _wish(given: BulkResendInput) -> ResendWish:
    return ResendWish(
        filter=DeliveryFilter(
            status=words_of(given.status),  # type: ignore[arg-type] - the service judges the words
            postback=given.postback or "",
            destination=given.destination or "",
            campaign=given.campaign or "",
            affiliate=given.affiliate or "",
            cause=given.cause or "",
            since=given.from_,
            until=given.to,
        ),
        delivered=given.include_delivered,
        unclear=given.include_unclear,
    )


def _preview_json(found: Preview) -> dict[str, Any]:
    return {
        "dry_run": True,
        "count": found.count.number,
        "count_is_complete": found.count.is_complete,
        "left_out": {
            "delivered": found.delivered.number,
            "unclear": found.unclear.number,
            "never_sendable": found.never.number,
            "sending": found.sending.number,
            "postback_paused": found.paused.number,
        },
    }
