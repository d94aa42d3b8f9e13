"""The test receiver: `/echo/{name}` gets calls and misbehaves on request; the API reads them."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Final

from fastapi import APIRouter, Request, Response

from dashboard.api.answer import answer, answer_whole, header_object
from dashboard.api.does import does
from dashboard.api.request import Caller, JsonObject, PageOf, read_at_most
from dashboard.api.routing import PlainRoute, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.logs import EchoCall, EchoName, EchoReceived
from services.actor import Right
from services.delivery import test_receiver
from services.delivery.test_receiver import EchoCallRow, EchoNameRow
from services.errors import NotFound
from services.validation import InputModel, validate

MAX_DELAY_SECONDS: Final = 30.0
MAX_READ_BYTES: Final = 1024 * 1024


class EchoNameInput(InputModel):
    """The name of a test receiver."""

    missing: ClassVar[Mapping[str, str]] = {"name": "Give a name."}

    name: str


receiving = APIRouter(tags=["Test receiver"])
router = resource("Test receiver")


@does(None, EchoReceived)
async def receive_call(request: Request) -> Response:
    """Keep the call, then answer as asked: `?status=500&delay=2`, at most 30 s.

    Any other query parameter belongs to the call, as does a `status` that is no HTTP status:
    both are what a postback sends.
    """
    name = request.path_params["name"]
    status = _status(request.query_params.get("status", ""))
    known = await test_receiver.receive(
        name,
        method=request.method,
        target=_target(request),
        headers=tuple(
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in request.headers.raw
        ),
        body=await read_at_most(request, MAX_READ_BYTES),
        answered=status,
    )
    if not known:
        raise NotFound("test receiver", name)
    await asyncio.sleep(_delay(request.query_params.get("delay", "")))
    return answer({"received": True, "status": status}, status=status)


for _method in ("GET", "POST"):
    receiving.add_api_route(
        "/echo/{name}",
        receive_call,
        methods=[_method],
        route_class_override=PlainRoute,
        operation_id=f"receive_call_by_{_method.lower()}",
    )


@router.post("/echo", status_code=201)
@does(Right.SEND_TESTS, EchoName, body=EchoNameInput, problems=(409,))
async def create_echo_name(actor: Caller, data: JsonObject) -> Response:
    """Create a name that receives calls."""
    actor.require(Right.SEND_TESTS)
    row = await test_receiver.create_name(actor, validate(EchoNameInput, data).name)
    return answer(_name_json(row), status=201, headers={"Location": f"/api/v1/echo/{row.name}"})


@router.get("/echo")
@does(Right.READ, Listed[EchoName])
async def list_echo_names(actor: Caller, page: PageOf) -> Response:
    """List the names of the test receiver."""
    rows = await test_receiver.list_names(actor)
    return answer_whole(rows, page, _name_json, id_of=lambda row: row.name)


@router.get("/echo/{name}")
@does(Right.READ, Listed[EchoCall])
async def list_echo_calls(actor: Caller, name: str, page: PageOf) -> Response:
    """List what a name received, newest first."""
    calls = await test_receiver.calls(actor, name)
    return answer_whole(calls, page, _call_json, id_of=lambda call: call.id)


def _status(text: str) -> int:
    status = int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 200
    return status if 200 <= status <= 599 else 200


def _delay(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return min(seconds, MAX_DELAY_SECONDS) if seconds > 0 else 0.0


def _target(request: Request) -> str:
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _name_json(row: EchoNameRow) -> dict[str, object]:
    return {
        "name": row.name,
        "path": row.path,
        "created_at": row.created_at,
        "calls": row.calls,
        "last_call_at": row.last_call_at,
    }


def _call_json(call: EchoCallRow) -> dict[str, object]:
    return {
        "id": call.id,
        "received_at": call.received_at,
        "method": call.method,
        "target": call.target,
        "headers": header_object(call.headers),
        "body": call.body,
        "truncated": call.truncated,
        "answered": call.answered,
    }
