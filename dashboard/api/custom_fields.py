"""`/campaigns/{key}/events/{name}/fields`: what an event carries in one campaign."""

from collections.abc import Mapping
from typing import ClassVar

from fastapi import Response

from dashboard.api.answer import answer, answer_versioned, answer_whole
from dashboard.api.does import does
from dashboard.api.request import Caller, ExpectedVersion, JsonObject, PageOf
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.catalog import CustomField
from dashboard.api.shapes.envelopes import Listed
from services.actor import Right
from services.catalog import custom_fields
from services.catalog.custom_fields import CustomFieldInput
from services.catalog.rows import CustomFieldRow
from services.errors import NotFound
from services.validation import InputModel, validate

router = resource("Custom fields")

_FIELDS = "/campaigns/{key}/events/{name}/fields"


class OrderInput(InputModel):
    """The names of all fields, in the order in which they are to stand."""

    missing: ClassVar[Mapping[str, str]] = {"names": "Give the names of all fields in order."}

    names: list[str]


@router.post(_FIELDS, status_code=201)
@does(Right.EDIT_DEFINITIONS, CustomField, body=CustomFieldInput, versioned=True)
async def create_custom_field(actor: Caller, key: str, name: str, data: JsonObject) -> Response:
    """Add a field to an event in a campaign; events that were fired stay as they are."""
    row = await custom_fields.create(actor, key, name, data)
    location = f"{BASE}/campaigns/{key}/events/{name}/fields/{row.name}"
    return answer_versioned(custom_field_json(row), status=201, location=location)


@router.get(_FIELDS)
@does(Right.READ, Listed[CustomField])
async def list_custom_fields(actor: Caller, key: str, name: str, page: PageOf) -> Response:
    """List the fields of an event in a campaign, in their order."""
    rows = await custom_fields.list_for(actor, key, name)
    return answer_whole(rows, page, custom_field_json, id_of=lambda row: row.id)


@router.post(_FIELDS + "/reorder")
@does(Right.EDIT_DEFINITIONS, Listed[CustomField], body=OrderInput)
async def reorder_custom_fields(actor: Caller, key: str, name: str, data: JsonObject) -> Response:
    """Put the fields in another order."""
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    rows = await custom_fields.reorder(actor, key, name, validate(OrderInput, data).names)
    return answer({"items": [custom_field_json(row) for row in rows], "next_cursor": None})


@router.get(_FIELDS + "/{field}")
@does(Right.READ, CustomField, versioned=True)
async def get_custom_field(actor: Caller, key: str, name: str, field: str) -> Response:
    """Return one field."""
    for row in await custom_fields.list_for(actor, key, name):
        if row.name == field:
            return answer_versioned(custom_field_json(row))
    raise NotFound("custom field", field)


@router.patch(_FIELDS + "/{field}")
@does(Right.EDIT_DEFINITIONS, CustomField, body=CustomFieldInput, partial=True, versioned=True)
async def change_custom_field(
    actor: Caller, key: str, name: str, field: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change a field for events from now on."""
    row = await custom_fields.update(actor, key, name, field, data, if_match=version)
    return answer_versioned(custom_field_json(row))


@router.delete(_FIELDS + "/{field}", status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def delete_custom_field(
    actor: Caller, key: str, name: str, field: str, version: ExpectedVersion
) -> Response:
    """Remove a field; events that were fired keep its values."""
    await custom_fields.delete(actor, key, name, field, if_match=version)
    return Response(status_code=204)


def custom_field_json(row: CustomFieldRow) -> dict[str, object]:
    """Return a field as the events of a campaign show it too."""
    return {
        "id": row.id,
        "name": row.name,
        "type": row.type,
        "required": row.required,
        "position": row.position,
        "help_text": row.help_text,
        "example": row.example,
        "version": row.version,
    }
