"""`/event-types`: what can be fired."""

from typing import Any

from fastapi import Response

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.request import Archived, Caller, ExpectedVersion, JsonObject, PageOf, Search
from dashboard.api.routing import json_body, resource
from services.catalog import event_types
from services.catalog.event_types import EventTypeInput, EventTypeRow
from services.errors import InvalidInput

router = resource("Event types")


@router.post("/event-types", status_code=201, openapi_extra=json_body(EventTypeInput))
async def create_event_type(actor: Caller, data: JsonObject) -> Response:
    """Create an event type."""
    row = await event_types.create(actor, data)
    return answer_versioned(_json(row), status=201, location=f"/api/v1/event-types/{row.name}")


@router.get("/event-types")
async def list_event_types(
    actor: Caller, page: PageOf, archived: Archived, q: Search = ""
) -> Response:
    """List event types by name."""
    return answer_list(await event_types.list_page(actor, page, archived=archived, q=q), _json)


@router.get("/event-types/{name}")
async def get_event_type(actor: Caller, name: str) -> Response:
    """Return one event type."""
    return answer_versioned(_json(await event_types.get(actor, name)))


@router.patch("/event-types/{name}", openapi_extra=json_body(EventTypeInput, partial=True))
async def change_event_type(
    actor: Caller, name: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given fields of an event type."""
    return answer_versioned(_json(await event_types.update(actor, name, data, if_match=version)))


@router.post("/event-types/{name}/archive")
async def archive_event_type(actor: Caller, name: str) -> Response:
    """Hide an event type and keep its history."""
    return answer_versioned(_json(await event_types.archive(actor, name)))


@router.post("/event-types/{name}/restore")
async def restore_event_type(actor: Caller, name: str) -> Response:
    """Bring an archived event type back."""
    return answer_versioned(_json(await event_types.restore(actor, name)))


@router.post("/event-types/{name}/clone", status_code=201)
async def clone_event_type(actor: Caller, name: str, data: JsonObject) -> Response:
    """Copy an event type with its postbacks, as `<name>_copy` or under the body's `name`."""
    row = await event_types.clone(actor, name, new_name=_new_name(data))
    return answer_versioned(_json(row), status=201, location=f"/api/v1/event-types/{row.name}")


def _new_name(data: dict[str, Any]) -> str | None:
    problems = {field: "There is no field of this name." for field in data if field != "name"}
    name = data.get("name")
    if name is not None and not isinstance(name, str):
        problems["name"] = "Give text."
    if problems:
        raise InvalidInput(problems)
    return name


def _json(row: EventTypeRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "is_conversion": row.is_conversion,
        "is_affiliate_conversion": row.is_affiliate_conversion,
        "multi_trigger": row.multi_trigger,
        "dedupe": row.dedupe,
        "available_everywhere": row.available_everywhere,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }
