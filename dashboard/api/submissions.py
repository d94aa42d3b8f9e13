"""`/submissions`: the incoming log, and what can be done about a refused call."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import Field

from dashboard.answers import given_answer
from dashboard.api.answer import answer, answer_list
from dashboard.api.does import does
from dashboard.api.request import (
    Caller,
    JsonObject,
    MomentText,
    PageOf,
    moment,
    one_of,
    words,
)
from dashboard.api.routing import resource
from dashboard.api.shapes import logs as shapes
from dashboard.api.shapes.envelopes import Listed
from models.words import Handling, Source, Verdict
from services.actor import Actor, Right
from services.inbox import by_hand, suggestions
from services.inbox.by_hand import DismissInput, Preview
from services.inbox.suggestions import Suggestion
from services.reporting import incoming_log
from services.reporting.incoming_log import (
    UNMATCHED,
    SubmissionDetail,
    SubmissionFilter,
    SubmissionRow,
)
from services.validation import InputModel, Text, validate

router = resource("Submissions")

Verdicts = Annotated[
    list[str], one_of(Verdict), Query(description="separated by commas, or repeated")
]


class MatchInput(InputModel):
    """The lead that a call means."""

    lead_id: Annotated[str, Text(40, empty="Name the lead.")]
    dry_run: Annotated[bool, Field(description="say only what it would come to")] = False


def submission_filter(
    *,
    verdict: Verdicts = [],  # noqa: B006 - FastAPI copies it
    source: Annotated[str, one_of(Source)] = "",
    key_id: Annotated[str, Query(description="id of the key that called")] = "",
    event: Annotated[str, Query(description="as it was called")] = "",
    transaction_id: str = "",
    handling: Annotated[list[str], one_of(Handling), Query()] = [],  # noqa: B006
    unmatched: Annotated[
        str, one_of(("true",)), Query(description="true for those that wait for their lead")
    ] = "",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
) -> SubmissionFilter:
    """Return which incoming calls are asked for."""
    return SubmissionFilter(
        verdict=words(verdict),
        source=source,
        actor_id=key_id,
        event=event,
        transaction_id=transaction_id,
        handling=UNMATCHED if unmatched else words(handling),
        since=moment(from_),
        until=moment(to),
    )


@router.get("/submissions")
@does(Right.READ, Listed[shapes.Submission])
async def list_submissions(
    actor: Caller, page: PageOf, wanted: Annotated[SubmissionFilter, Depends(submission_filter)]
) -> Response:
    """List incoming calls, newest first; everything that is given must match."""
    return answer_list(await incoming_log.list_page(actor, wanted, page), _json)


@router.get("/submissions/{submission_id}")
@does(Right.READ, shapes.SubmissionDetail)
async def get_submission(actor: Caller, submission_id: str) -> Response:
    """Return one incoming call: what came in, the answer, and what to do about it."""
    return await _answer(actor, submission_id)


@router.get("/submissions/{submission_id}/suggestions")
@does(Right.READ, shapes.Suggestions)
async def suggest_leads(actor: Caller, submission_id: str) -> Response:
    """List the leads that a call may mean, the likeliest first."""
    found = await suggestions.suggest(actor, submission_id)
    return answer({"items": [_suggestion_json(each) for each in found]})


@router.post("/submissions/{submission_id}/match")
@does(Right.RECORD_EVENTS, shapes.SubmissionDetail | shapes.MatchPreview, body=MatchInput)
async def match_submission(actor: Caller, submission_id: str, data: JsonObject) -> Response:
    """Record the event of a call for this lead; with `dry_run` only say what that comes to."""
    actor.require(Right.RECORD_EVENTS)
    given = validate(MatchInput, data)
    if given.dry_run:
        seen = await by_hand.preview(actor, submission_id, lead_id=given.lead_id)
        return answer(_preview_json(seen))
    await by_hand.match(actor, submission_id, lead_id=given.lead_id)
    return await _answer(actor, submission_id)


@router.post("/submissions/{submission_id}/replay")
@does(Right.RECORD_EVENTS, shapes.SubmissionDetail)
async def replay_submission(actor: Caller, submission_id: str) -> Response:
    """Try a refused call again as it came; `tried_verdict` says what was decided now."""
    await by_hand.replay(actor, submission_id)
    return await _answer(actor, submission_id)


@router.post("/submissions/{submission_id}/dismiss")
@does(Right.RECORD_EVENTS, shapes.SubmissionDetail, body=DismissInput)
async def dismiss_submission(actor: Caller, submission_id: str, data: JsonObject) -> Response:
    """Note that nothing more is done about a refused call, and why."""
    actor.require(Right.RECORD_EVENTS)
    given = validate(DismissInput, data)
    await by_hand.dismiss(actor, submission_id, reason=given.reason)
    return await _answer(actor, submission_id)


async def _answer(actor: Actor, submission_id: str) -> Response:
    return answer(_detail_json(await incoming_log.get(actor, submission_id)))


def _json(row: SubmissionRow) -> dict[str, object]:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "source": row.source,
        "verdict": row.verdict,
        "reason": row.reason,
        "errors": _errors_json(row.errors),
        "actor": row.actor_name,
        "address": row.address,
        "event": row.event,
        "transaction_id": row.transaction_id,
        "lead_id": row.lead_id,
        "event_id": row.event_id,
        "test": row.is_test,
        "answer_status": row.answer_status,
        "handling": row.handling,
        "handled_at": row.handled_at,
        "handled_by": row.handled_by or None,
        "tried_verdict": row.tried_verdict,
        "tried_reason": row.tried_reason or None,
    }


def _detail_json(detail: SubmissionDetail) -> dict[str, object]:
    content, given, row = detail.content, given_answer(detail), detail.row
    is_matched = row.handling in {Handling.MATCHED, Handling.REPLAYED}
    return {
        **_json(row),
        "body": "\n".join(filter(None, (content.query, content.body))),
        "body_truncated": detail.body_truncated,
        "content": {
            "method": content.method or None,
            "content_type": content.content_type or None,
            "query": content.query,
            "body": content.body,
            "removed_at": detail.emptied_at,
        },
        "answer": given
        and {
            "status": given.status,
            "content_type": given.content_type,
            "body": given.body,
        },
        "what_to_do": detail.advice.text,
        "matched_event_id": row.event_id if is_matched else None,
        "tried_errors": _errors_json(detail.tried_errors),
        "note": detail.note or None,
        "campaign": detail.campaign,
    }


def _errors_json(errors: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"field": name, "message": text} for name, text in errors]


def _preview_json(seen: Preview) -> dict[str, Any]:
    tried = seen.tried
    return {
        "dry_run": True,
        "verdict": tried.verdict,
        "reason": tried.message or None,
        "errors": _errors_json(tried.errors),
        "first_event_id": tried.event_id if tried.verdict is Verdict.DUPLICATE else None,
        "requests": [
            {"method": each.method, "url": each.url, "not_sent": each.not_sent or None}
            for each in seen.requests
        ],
    }


def _suggestion_json(found: Suggestion) -> dict[str, object]:
    lead = found.lead
    return {
        "lead_id": lead.id,
        "transaction_id": lead.transaction_id,
        "campaign": lead.campaign,
        "created_at": lead.created_at,
        "why": found.why,
    }
