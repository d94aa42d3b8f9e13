"""`/in/{key}`: the URL that a partner calls, by query, form or JSON, in his own words."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from dashboard.api.answer import answer
from dashboard.api.body_examples import BODIES
from dashboard.api.does import does
from dashboard.api.request import actor_behind, read_at_most
from dashboard.api.routing import PlainRoute, json_body
from dashboard.api.shapes.facts import IncomingDuplicate, IncomingRecorded
from dashboard.api.verdicts import refusal, verdict_json, verdict_status
from models.words import CallWay
from services.actor import Right
from services.intake import incoming
from services.intake.contract import EventInput, Refused
from services.intake.incoming_call import MAX_BODY_BYTES

router = APIRouter(tags=["Incoming"])

_FORM: Final = "application/x-www-form-urlencoded"
# The key stands in the address, so no cache may keep an answer and no link may carry it on.
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@does(
    Right.INCOMING,
    IncomingRecorded,
    also={200: IncomingDuplicate},
    problems=(404, 409),
    text="text/plain",
)
async def receive_event(request: Request) -> Response:
    """Record the event that a partner tells of, a refused call too; unknown names are `ignored`.

    `return=OK` answers that text, `test=1` records a test, `status` is the conversion status, and
    a custom field goes by its own name.
    """
    actor = await actor_behind(request, request.path_params["key"], CallWay.URL)
    body = b"" if request.method == "GET" else await read_at_most(request, MAX_BODY_BYTES)
    call = incoming.read_request(
        query=request.scope["query_string"],
        body=body,
        content_type=request.headers.get("content-type", ""),
    )
    result = await incoming.record_incoming(
        actor,
        parameters=call.parameters,
        raw=call.raw,
        refusal=call.refusal,
        url_encoded=call.url_encoded,
        query=call.query,
        method=request.method,
        content_type=request.headers.get("content-type", ""),
        is_exact=call.is_exact,
    )
    ignored = list(result.ignored)
    if isinstance(result.answer, Refused):
        response = refusal(result.answer, ignored=ignored)
    elif result.returns is not None:
        response = Response(
            result.returns,
            verdict_status(result.answer),
            {"X-Content-Type-Options": "nosniff"},
            media_type="text/plain",
        )
    else:
        told = {**verdict_json(result.answer), "ignored": ignored}
        if result.test:
            told["test"] = True
        response = answer(told, status=verdict_status(result.answer))
    response.headers.update(_PRIVATE)
    return response


def _described(method: str) -> dict[str, Any]:
    """Return OpenAPI's description: the fields of an event, each a parameter of the query."""
    described = json_body(EventInput, partial=True)
    content = described["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    content["application/json"]["example"] = BODIES["EventInput"]
    text = {"type": "string"}
    names = [name for name in EventInput.model_fields if name != "fields"]
    parameters: list[dict[str, Any]] = [
        {
            "name": "key",
            "in": "path",
            "required": True,
            "description": "the key of the incoming URL",
            "schema": text,
            "example": "al_4fJ2…",
        },
        *({"name": name, "in": "query", "schema": text} for name in names),
        *({"name": name, "in": "query", "schema": text} for name in ("status", "test", "return")),
    ]
    if method == "GET":
        return {"parameters": parameters}
    content[_FORM] = {"schema": schema, "example": BODIES["EventInput"]}
    return {"parameters": parameters, **described}


for _method in ("GET", "POST"):
    router.add_api_route(
        "/in/{key}",
        receive_event,
        methods=[_method],
        status_code=201,
        route_class_override=PlainRoute,
        operation_id=f"receive_event_by_{_method.lower()}",
        openapi_extra=_described(_method),
    )
