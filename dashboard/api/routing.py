"""How a resource's router is made, and how its JSON bodies are described in OpenAPI."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from dashboard.api.answer import JsonAnswer
from dashboard.api.members import chosen_members, is_known, is_list
from dashboard.api.repeats import RepeatableRoute
from dashboard.api.request import bearer, no_incoming_key, only_known_query, words

BASE: Final = "/api/v1"


def resource(tag: str) -> APIRouter:
    """Return the router of one resource: below the base path, with a key, no unknown query."""
    return APIRouter(
        prefix=BASE,
        tags=[tag],
        route_class=ResourceRoute,
        generate_unique_id_function=operation_id,
        dependencies=[Depends(bearer), Depends(no_incoming_key), Depends(only_known_query)],
    )


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation for programs: that of its function."""
    return route.name


class ResourceRoute(RepeatableRoute):
    """A route below the base path.

    A GET answers chosen members only, and 304 for what is known; a POST may be sent again.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **rest: Any) -> None:
        if set(rest.get("methods") or ()) == {"GET"}:
            rest["dependencies"] = [*(rest.get("dependencies") or ()), Depends(chosen_members)]
        super().__init__(path, endpoint, **rest)

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        """Return FastAPI's handler with these two around it."""
        handle = super().get_route_handler()
        if self.methods != {"GET"}:
            return handle

        async def handled(request: Request) -> Response:
            response = await handle(request)
            if isinstance(response, JsonAnswer):
                chosen = words(request.query_params.getlist("fields"))
                if chosen:
                    response = response.only(chosen, in_items=is_list(self))
                if is_known(request, response):
                    tag = {"ETag": response.headers["etag"]}
                    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=tag)
            return response

        return handled


class PlainRoute(APIRoute):
    """A route whose function takes the request and makes the answer, with nothing between.

    For the calls that come by the thousand: reading parameters by dependencies costs more there
    than storing the event.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the function itself; FastAPI only describes it."""
        return self.endpoint


def json_body(model: type[BaseModel], *, partial: bool = False) -> dict[str, Any]:
    """Return OpenAPI's description of a body that a service checks; `partial` requires nothing."""
    schema = model.model_json_schema()
    shared = schema.pop("$defs", {})
    schema = _inlined(schema, shared)
    if partial:
        schema.pop("required", None)
    return {
        "requestBody": {
            "required": not partial,
            "content": {"application/json": {"schema": schema}},
        }
    }


def _inlined(part: Any, shared: dict[str, Any]) -> Any:
    """Put shared definitions where they are used: in OpenAPI the references would lead nowhere."""
    if isinstance(part, list):
        return [_inlined(each, shared) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(shared[part["$ref"].rpartition("/")[2]], shared)
    return {name: _inlined(each, shared) for name, each in part.items()}
