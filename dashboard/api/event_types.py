"""`/event-types`: what can be fired."""

from fastapi import Response

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.dedupe import dedupe_json
from dashboard.api.does import does
from dashboard.api.request import (
    Archived,
    Caller,
    CopyInput,
    ExpectedVersion,
    JsonObject,
    PageOf,
    Search,
)
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.catalog import EventType, EventTypeWithWarnings
from dashboard.api.shapes.envelopes import Listed
from services.actor import Actor, Right
from services.catalog import conversion_guard, event_types
from services.catalog.event_types import EventTypeInput, EventTypeRow
from services.validation import validate

router = resource("Event types")


@router.post("/event-types", status_code=201)
@does(Right.EDIT_DEFINITIONS, EventTypeWithWarnings, body=EventTypeInput, versioned=True)
async def create_event_type(actor: Caller, data: JsonObject) -> Response:
    """Create an event type."""
    row = await event_types.create(actor, data)
    return await _answer(actor, row, status=201, location=f"{BASE}/event-types/{row.name}")


@router.get("/event-types")
@does(Right.READ, Listed[EventType])
async def list_event_types(
    actor: Caller, page: PageOf, archived: Archived, q: Search = ""
) -> Response:
    """List event types by name."""
    return answer_list(await event_types.list_page(actor, page, archived=archived, q=q), _json)


@router.get("/event-types/{name}")
@does(Right.READ, EventTypeWithWarnings, versioned=True)
async def get_event_type(actor: Caller, name: str) -> Response:
    """Return one event type."""
    return await _answer(actor, await event_types.get(actor, name))


@router.patch("/event-types/{name}")
@does(
    Right.EDIT_DEFINITIONS, EventTypeWithWarnings, body=EventTypeInput, partial=True, versioned=True
)
async def change_event_type(
    actor: Caller, name: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given fields of an event type."""
    return await _answer(actor, await event_types.update(actor, name, data, if_match=version))


@router.post("/event-types/{name}/archive")
@does(Right.EDIT_DEFINITIONS, EventTypeWithWarnings, versioned=True)
async def archive_event_type(actor: Caller, name: str, version: ExpectedVersion) -> Response:
    """Hide an event type and keep its history."""
    return await _answer(actor, await event_types.archive(actor, name, if_match=version))


@router.post("/event-types/{name}/restore")
@does(Right.EDIT_DEFINITIONS, EventTypeWithWarnings, versioned=True)
async def restore_event_type(actor: Caller, name: str, version: ExpectedVersion) -> Response:
    """Bring an archived event type back."""
    return await _answer(actor, await event_types.restore(actor, name, if_match=version))


@router.post(
    "/event-types/{name}/clone",
    status_code=201,
)
@does(Right.EDIT_DEFINITIONS, EventTypeWithWarnings, body=CopyInput, partial=True, versioned=True)
async def clone_event_type(actor: Caller, name: str, data: JsonObject) -> Response:
    """Copy an event type with its postbacks, as `<name>_copy` or under the body's `name`."""
    actor.require(Right.EDIT_DEFINITIONS)
    row = await event_types.clone(actor, name, new_name=validate(CopyInput, data).name)
    return await _answer(actor, row, status=201, location=f"{BASE}/event-types/{row.name}")


async def _answer(
    actor: Actor, row: EventTypeRow, *, status: int = 200, location: str = ""
) -> Response:
    """Return one event type, with a warning where a campaign has another conversion beside it."""
    warning = ""
    if row.is_conversion and row.archived_at is None:
        overlaps = await conversion_guard.conversion_overlaps(actor, row.name)
        warning = conversion_guard.overlap_warning(overlaps)
    content = {**_json(row), "warnings": [warning] if warning else []}
    return answer_versioned(content, status=status, location=location)


def _json(row: EventTypeRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "is_conversion": row.is_conversion,
        "is_affiliate_conversion": row.is_affiliate_conversion,
        "multi_trigger": row.multi_trigger,
        "dedupe": dedupe_json(row.dedupe, row.dedupe_window_minutes),
        "available_everywhere": row.available_everywhere,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }
