"""What a call that brought an event is answered with, by whichever way it came."""

from fastapi import Response

from dashboard.api.problem import problem
from services.intake.contract import Answer, Duplicate, Recorded, Refused


def verdict_json(result: Answer) -> dict[str, object]:
    """Return what was decided about one call."""
    if isinstance(result, Recorded):
        return {
            "status": "recorded",
            "event_id": result.event_id,
            "deliveries": result.deliveries,
        }
    if isinstance(result, Duplicate):
        return {"status": "duplicate", "event_id": result.event_id}
    return {
        "status": "rejected",
        "code": result.verdict,
        "detail": result.message,
        "errors": [{"field": name, "message": text} for name, text in result.fields.items()],
        "submission_id": result.submission_id,
    }


def verdict_status(result: Recorded | Duplicate) -> int:
    """Return 201 for a new fact and 200 for one that is known."""
    return 201 if isinstance(result, Recorded) else 200


def refusal(result: Refused, **more: object) -> Response:
    """Return the problem that a refused call is; `more` become members of their own."""
    return problem(
        result.status,
        code=result.verdict,
        detail=result.message,
        fields=result.fields,
        submission_id=result.submission_id,
        **more,
    )
