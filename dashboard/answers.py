"""What a call is answered, as content: the API writes it, and the incoming log makes it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from models.words import Source, Verdict
from services.intake.contract import Answer, Duplicate, Recorded
from services.reporting.incoming_log import SubmissionDetail

JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"
TEXT_TYPE: Final = "text/plain"

# RFC 9110's titles; Python's own names of some changed between its versions.
_TITLES: Final = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}
# By hand and by import nobody was answered over HTTP.
_OVER_HTTP: Final = frozenset({Source.API, Source.INCOMING})


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as it was given: `body` is a JSON object, or the text that was asked for."""

    status: int
    content_type: str
    body: Mapping[str, Any] | str


def title_of(status: HTTPStatus) -> str:
    """Return the name of a status, the same whatever Python runs us."""
    return _TITLES.get(status, status.phrase)


def problem_content(
    status: int, *, code: str, detail: str, fields: Mapping[str, str] | None = None, **more: object
) -> dict[str, object]:
    """Return the one shape of all errors (RFC 9457); `more` become members of their own."""
    return {
        "type": f"urn:afterlead:problem:{code}",
        "title": title_of(HTTPStatus(status)),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": name, "message": text} for name, text in (fields or {}).items()],
        **more,
    }


def verdict_content(result: Answer) -> dict[str, object]:
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


def given_answer(detail: SubmissionDetail) -> GivenAnswer | None:
    """Return the answer that a call got, made again; `None` where nobody was answered over HTTP.

    An event of a batch was answered as a part of it, with the same members. What was recorded
    before the number of its deliveries was kept is shown without it.
    """
    row, given = detail.row, detail.answer
    if row.source not in _OVER_HTTP:
        return None
    by_url = row.source is Source.INCOMING
    more: dict[str, object] = {"ignored": list(given.ignored)} if by_url else {}
    if row.verdict not in {Verdict.RECORDED, Verdict.DUPLICATE}:
        content = problem_content(
            row.answer_status,
            code=row.verdict,
            detail=row.reason,
            fields=dict(row.errors),
            submission_id=row.id,
            **more,
        )
        return GivenAnswer(row.answer_status, PROBLEM_TYPE, content)
    if given.returns is not None:
        return GivenAnswer(row.answer_status, TEXT_TYPE, given.returns)
    if row.verdict is Verdict.DUPLICATE:
        content = verdict_content(Duplicate(row.event_id or ""))
    else:
        content = verdict_content(Recorded(row.event_id or "", given.deliveries or 0))
        if given.deliveries is None:
            del content["deliveries"]
    content |= more
    if by_url and row.is_test:
        content["test"] = True
    return GivenAnswer(row.answer_status, JSON_TYPE, content)
