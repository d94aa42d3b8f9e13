"""`/events/{event_id}/conversion-status`: what became of a conversion afterwards."""

from fastapi import Response

from dashboard.api.answer import answer
from dashboard.api.does import does
from dashboard.api.repeats import answered
from dashboard.api.request import Caller, JsonObject
from dashboard.api.routing import resource
from dashboard.api.shapes.facts import ConversionStatusChanged
from models.words import Source
from services.actor import Right
from services.intake import status_changes
from services.intake.status_changes import ChangedStatus, StatusChangeInput
from services.validation import validate

router = resource("Events")


@router.post("/events/{event_id}/conversion-status")
@does(Right.RECORD_EVENTS, ConversionStatusChanged, body=StatusChangeInput)
async def change_conversion_status(actor: Caller, event_id: str, data: JsonObject) -> Response:
    """Give an event another conversion status and fire the postbacks that ask for it."""
    actor.require(Right.RECORD_EVENTS, limited=True)
    given = validate(StatusChangeInput, data)
    change = status_changes.change(
        actor, event_id, to=given.to, reason=given.reason, source=Source.API
    )
    return await answered(change, _changed)


def _changed(changed: ChangedStatus) -> Response:
    return answer(
        {
            "event_id": changed.event_id,
            "from": changed.from_status,
            "to": changed.to_status,
            "deliveries": changed.deliveries,
        }
    )
