"""What a call that brought an event is answered with, by whichever way it came."""

from fastapi import Response

from dashboard.answers import verdict_content as verdict_json
from dashboard.api.problem import problem
from services.intake.contract import Duplicate, Recorded, Refused

__all__ = ["refusal", "verdict_json", "verdict_status"]


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
