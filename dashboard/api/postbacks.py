"""`/postbacks`: who is told about an event, and how; also tried out before it is saved."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Response

from dashboard.api.answer import answer, answer_versioned, answer_whole, header_object
from dashboard.api.does import does
from dashboard.api.postback_signing import signing_json
from dashboard.api.postback_standing import resumption_json, standing_json
from dashboard.api.request import Caller, ExpectedVersion, JsonObject, PageOf
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.postbacks import Postback, Preview, Resumed, Trial
from models.words import PostbackLevel
from services.actor import Right
from services.catalog import postbacks
from services.catalog.delivery_input import retry_as_given, success_as_given
from services.catalog.postback_standing import NORMAL
from services.catalog.postbacks import Checked, Owner, PostbackInput, PostbackRow
from services.delivery import holding, resuming, trial
from services.delivery.resume_input import ResumeInput
from services.delivery.trial import RequestView, Sample, TrialResult
from services.errors import InvalidInput
from services.validation import InputModel, Text, validate

router = resource("Postbacks")


class SampleInput(InputModel):
    """What a test or preview is made of; everything left out is a sample."""

    lead_id: Annotated[str, Text(40)] | None = None
    event: Annotated[str, Text(64)] | None = None
    values: dict[str, Any] | None = None


class DraftInput(SampleInput):
    """A sample, and the unsaved postback to try it on."""

    postback: dict[str, Any]


def _routes_of(path: str, level: PostbackLevel, *, of: str) -> None:
    """Serve the postbacks of an event, a campaign or an affiliate below its own path."""

    @router.post(
        path,
        status_code=201,
        operation_id=f"create_{level}_postback",
        summary=f"Create a postback of {of}",
    )
    @does(Right.EDIT_DEFINITIONS, Postback, body=PostbackInput, versioned=True)
    async def create_postback(actor: Caller, key: str, data: JsonObject) -> Response:
        """Add a postback; `warnings` name what may be meant otherwise."""
        row = await postbacks.create(actor, Owner(level, key), data)
        return _answer(row, status=201, location=f"{BASE}/postbacks/{row.id}")

    @router.get(path, operation_id=f"list_{level}_postbacks", summary=f"List the postbacks of {of}")
    @does(Right.READ, Listed[Postback])
    async def list_postbacks(actor: Caller, key: str, page: PageOf) -> Response:
        """List them in the order in which they were added, without those of other levels."""
        rows = await postbacks.list_for(actor, Owner(level, key))
        return answer_whole(rows, page, _json, id_of=lambda row: row.id)


_routes_of("/event-types/{key}/postbacks", PostbackLevel.EVENT, of="an event")
_routes_of("/campaigns/{key}/postbacks", PostbackLevel.CAMPAIGN, of="a campaign")
_routes_of("/affiliates/{key}/postbacks", PostbackLevel.AFFILIATE, of="an affiliate")


# Before the routes with an id: "test" and "preview" are none.
@router.post("/postbacks/test")
@does(Right.SEND_TESTS, Trial, body=DraftInput, problems=(404,))
async def test_draft(actor: Caller, data: JsonObject) -> Response:
    """Send one request of an unsaved postback and return what came back."""
    actor.require(Right.SEND_TESTS)
    checked, sample = await _draft(data, resolve=True)
    result = await trial.send_test(actor, checked, secrets=checked.secrets, sample=sample)
    return answer(_result_json(result))


@router.post("/postbacks/preview")
@does(Right.READ, Preview, body=DraftInput, problems=(404,))
async def preview_draft(actor: Caller, data: JsonObject) -> Response:
    """Return the request that an unsaved postback would send, and send nothing."""
    actor.require(Right.READ)
    checked, sample = await _draft(data, resolve=False)
    found = await trial.preview(actor, checked, sample=sample)
    return answer(
        {
            "request": _request_json(found.request),
            "macros": [
                {
                    "expression": use.expression,
                    "value": use.value,
                    "encoded": use.encoded,
                    "empty": use.empty,
                    "where": use.where,
                }
                for use in found.macros
            ],
            "warnings": list(checked.warnings),
            "not_sent": found.not_sent or None,
            "not_signed": found.not_signed or None,
        }
    )


@router.get("/postbacks/{postback_id}")
@does(Right.READ, Postback, versioned=True)
async def get_postback(actor: Caller, postback_id: str) -> Response:
    """Return one postback, its secrets by name only."""
    return _answer(await postbacks.get(actor, postback_id))


@router.patch("/postbacks/{postback_id}")
@does(Right.EDIT_DEFINITIONS, Postback, body=PostbackInput, partial=True, versioned=True)
async def change_postback(
    actor: Caller, postback_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given fields of a postback."""
    row = await postbacks.update(actor, postback_id, data, if_match=version)
    return _answer(row)


@router.delete("/postbacks/{postback_id}", status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def archive_postback(actor: Caller, postback_id: str, version: ExpectedVersion) -> Response:
    """Stop a postback for good and keep its history; what a paused one holds is cancelled."""
    await postbacks.archive(actor, postback_id, if_match=version)
    return Response(status_code=204)


@router.post("/postbacks/{postback_id}/pause")
@does(Right.EDIT_DEFINITIONS, Postback, versioned=True)
async def pause_postback(actor: Caller, postback_id: str) -> Response:
    """Hold what a postback owes, from now on, until it is resumed."""
    await holding.pause(actor, postback_id)
    return _answer(await postbacks.get(actor, postback_id))


@router.post("/postbacks/{postback_id}/resume")
@does(Right.EDIT_DEFINITIONS, Resumed, body=ResumeInput)
async def resume_postback(actor: Caller, postback_id: str, data: JsonObject) -> Response:
    """Send or cancel what a paused postback holds; a dry run only tells how many."""
    done = await resuming.resume(actor, postback_id, data)
    row = await postbacks.get(actor, postback_id)
    return answer(resumption_json(done) | {"postback": _json(row)})


@router.post("/postbacks/{postback_id}/test")
@does(Right.SEND_TESTS, Trial, body=SampleInput, partial=True)
async def test_postback(actor: Caller, postback_id: str, data: JsonObject) -> Response:
    """Send one request of a saved postback and return what came back."""
    actor.require(Right.SEND_TESTS)
    given = validate(SampleInput, data)
    row = await postbacks.get(actor, postback_id)
    checked = await postbacks.check({}, postback_id=postback_id)
    sample = Sample(event=given.event or row.event, lead_id=given.lead_id, values=given.values)
    result = await trial.send_test(
        actor, checked, secrets=checked.secrets, sample=sample, postback_id=postback_id
    )
    return answer(_result_json(result))


async def _draft(data: dict[str, Any], *, resolve: bool) -> tuple[Checked, Sample]:
    """Return the unsaved postback and its sample: `{"postback": {…}, "event": …}`, or flat."""
    if "postback" not in data:
        sample_fields = {name: data.pop(name) for name in SampleInput.model_fields if name in data}
        data = {"postback": data, **sample_fields}
        given = validate(DraftInput, data)
        checked = await postbacks.check(given.postback, resolve=resolve)
    else:
        given = validate(DraftInput, data)
        try:
            checked = await postbacks.check(given.postback, resolve=resolve)
        except InvalidInput as error:
            fields = {f"postback.{name}": text for name, text in error.fields.items()}
            raise InvalidInput(fields) from None
    return checked, Sample(event=given.event, lead_id=given.lead_id, values=given.values)


def _answer(row: PostbackRow, *, status: int = 200, location: str = "") -> Response:
    beside = None if row.standing == NORMAL else standing_json(row.standing)
    return answer_versioned(_json(row), status=status, location=location, beside=beside)


def _json(row: PostbackRow) -> dict[str, object]:
    return {
        "id": row.id,
        "level": row.level,
        "event": row.event,
        "campaign": row.campaign,
        "affiliate": row.affiliate,
        "on_conversion_status": list(row.on_conversion_status),
        "url": row.url,
        "method": row.method,
        "body": row.body,
        "content_type": row.content_type,
        "headers": dict(row.headers),
        "secret_names": list(row.secret_names),
        "signing": signing_json(row.signing),
        "retry": retry_as_given(row.retry),
        "success": success_as_given(row.success),
        "at_most_once": row.at_most_once,
        "enabled": row.enabled,
        "warnings": list(row.warnings),
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
        **standing_json(row.standing),
    }


def _result_json(result: TrialResult) -> dict[str, object]:
    failure: Mapping[str, object] | None = None
    if result.failure is not None:
        failure = {"kind": result.failure, "message": result.message}
    response: Mapping[str, object] | None = None
    if result.status_code is not None:
        response = {
            "status_code": result.status_code,
            "headers": header_object(result.response_headers),
            "body": result.response_body,
            "truncated": result.truncated,
        }
    return {
        "outcome": result.outcome,
        "failure": failure,
        "request": _request_json(result.request),
        "response": response,
        "duration_ms": result.duration_ms,
        "not_signed": result.not_signed or None,
    }


def _request_json(request: RequestView) -> dict[str, object]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": header_object(request.headers),
        "body": request.body,
    }
