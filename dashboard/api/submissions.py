"""`/submissions`: the incoming log, every call with a good key and its verdict."""

from typing import Annotated

from fastapi import Depends, Query, Response

from dashboard.api.answer import answer, answer_list
from dashboard.api.does import does
from dashboard.api.request import Caller, MomentText, PageOf, moment, one_of
from dashboard.api.routing import resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.logs import Submission, SubmissionDetail
from models.words import Source, Verdict
from services.actor import Right
from services.reporting import incoming_log
from services.reporting.incoming_log import SubmissionFilter, SubmissionRow

router = resource("Submissions")


def submission_filter(
    *,
    verdict: Annotated[str, one_of(Verdict)] = "",
    source: Annotated[str, one_of(Source)] = "",
    key_id: Annotated[str, Query(description="id of the key that called")] = "",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
) -> SubmissionFilter:
    """Return which incoming calls are asked for."""
    return SubmissionFilter(
        verdict=verdict,
        source=source,
        actor_id=key_id,
        since=moment(from_),
        until=moment(to),
    )


@router.get("/submissions")
@does(Right.READ, Listed[Submission])
async def list_submissions(
    actor: Caller, page: PageOf, wanted: Annotated[SubmissionFilter, Depends(submission_filter)]
) -> Response:
    """List incoming calls, newest first."""
    return answer_list(await incoming_log.list_page(actor, wanted, page), _json)


@router.get("/submissions/{submission_id}")
@does(Right.READ, SubmissionDetail)
async def get_submission(actor: Caller, submission_id: str) -> Response:
    """Return one incoming call with its body."""
    detail = await incoming_log.get(actor, submission_id)
    return answer(
        {**_json(detail.row), "body": detail.body, "body_truncated": detail.body_truncated}
    )


def _json(row: SubmissionRow) -> dict[str, object]:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "source": row.source,
        "verdict": row.verdict,
        "reason": row.reason,
        "errors": [{"field": name, "message": text} for name, text in row.errors],
        "actor": row.actor_name,
        "event": row.event,
        "transaction_id": row.transaction_id,
        "lead_id": row.lead_id,
        "event_id": row.event_id,
        "answer_status": row.answer_status,
    }
