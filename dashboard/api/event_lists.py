"""`/event-lists`: events under one name, for many campaigns at once."""

from collections.abc import Mapping
from typing import ClassVar

from fastapi import Response

from dashboard.api.answer import answer, answer_list, answer_versioned
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
from dashboard.api.shapes.catalog import EventList, ListChange
from dashboard.api.shapes.envelopes import Listed
from services.actor import Right
from services.catalog import event_lists
from services.catalog.event_lists import CampaignChange, EventListInput, EventListRow
from services.validation import InputModel, validate

router = resource("Event lists")


class WholeListInput(EventListInput):
    """What replaces a list: nothing is left as it is stored, so its events must be given."""

    events: list[str]


class CampaignsInput(InputModel):
    """The whole set of campaigns that use a list."""

    missing: ClassVar[Mapping[str, str]] = {"campaigns": "Give the keys of all its campaigns."}

    campaigns: list[str]


class PreviewInput(InputModel):
    """A stored list (`id`) or a new one, with the events and campaigns that it would have.

    What is left out stays as it is stored.
    """

    id: str | None = None
    events: list[str] | None = None
    campaigns: list[str] | None = None


@router.post("/event-lists", status_code=201)
@does(Right.EDIT_DEFINITIONS, EventList, body=EventListInput, versioned=True)
async def create_event_list(actor: Caller, data: JsonObject) -> Response:
    """Create an event list, which its campaigns use from now on."""
    row = await event_lists.create(actor, data)
    return answer_versioned(_json(row), status=201, location=f"{BASE}/event-lists/{row.id}")


@router.get("/event-lists")
@does(Right.READ, Listed[EventList])
async def list_event_lists(
    actor: Caller, page: PageOf, archived: Archived, q: Search = ""
) -> Response:
    """List event lists by name."""
    return answer_list(await event_lists.list_page(actor, page, archived=archived, q=q), _json)


# Before the routes with an id: "preview" is none.
@router.post("/event-lists/preview")
@does(Right.READ, Listed[ListChange], body=PreviewInput, partial=True, problems=(404,))
async def preview_event_list(actor: Caller, data: JsonObject) -> Response:
    """Return which campaigns would gain or lose which events, and change nothing."""
    actor.require(Right.READ)
    given = validate(PreviewInput, data)
    changes = await event_lists.preview(
        actor, given.id, events=given.events, campaigns=given.campaigns
    )
    return answer({"items": [_change_json(each) for each in changes], "next_cursor": None})


@router.get("/event-lists/{list_id}")
@does(Right.READ, EventList, versioned=True)
async def get_event_list(actor: Caller, list_id: str) -> Response:
    """Return one event list, archived or not."""
    return answer_versioned(_json(await event_lists.get(actor, list_id)))


@router.put("/event-lists/{list_id}")
@does(Right.EDIT_DEFINITIONS, EventList, body=WholeListInput, versioned=True)
async def replace_event_list(
    actor: Caller, list_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Give a list this name and exactly these events, at once in all its campaigns."""
    actor.require(Right.EDIT_DEFINITIONS)
    validate(WholeListInput, data)
    return answer_versioned(_json(await event_lists.update(actor, list_id, data, if_match=version)))


@router.patch("/event-lists/{list_id}")
@does(Right.EDIT_DEFINITIONS, EventList, body=EventListInput, partial=True, versioned=True)
async def change_event_list(
    actor: Caller, list_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the name of a list or its events."""
    return answer_versioned(_json(await event_lists.update(actor, list_id, data, if_match=version)))


@router.put("/event-lists/{list_id}/campaigns")
@does(Right.EDIT_DEFINITIONS, EventList, body=CampaignsInput, versioned=True)
async def set_campaigns(
    actor: Caller, list_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Have exactly these campaigns use a list, in one step."""
    actor.require(Right.EDIT_DEFINITIONS)
    given = validate(CampaignsInput, data)
    row = await event_lists.set_campaigns(actor, list_id, given.campaigns, if_match=version)
    return answer_versioned(_json(row))


@router.post("/event-lists/{list_id}/archive")
@does(Right.EDIT_DEFINITIONS, EventList, versioned=True)
async def archive_event_list(actor: Caller, list_id: str, version: ExpectedVersion) -> Response:
    """Take a list out of force and hide it."""
    return answer_versioned(_json(await event_lists.archive(actor, list_id, if_match=version)))


@router.post("/event-lists/{list_id}/restore")
@does(Right.EDIT_DEFINITIONS, EventList, versioned=True)
async def restore_event_list(actor: Caller, list_id: str, version: ExpectedVersion) -> Response:
    """Bring an archived list back into force in its campaigns."""
    return answer_versioned(_json(await event_lists.restore(actor, list_id, if_match=version)))


@router.post(
    "/event-lists/{list_id}/clone",
    status_code=201,
)
@does(Right.EDIT_DEFINITIONS, EventList, body=CopyInput, partial=True, versioned=True)
async def clone_event_list(actor: Caller, list_id: str, data: JsonObject) -> Response:
    """Copy a list with its events, for no campaign yet."""
    actor.require(Right.EDIT_DEFINITIONS)
    row = await event_lists.clone(actor, list_id, new_name=validate(CopyInput, data).name)
    return answer_versioned(_json(row), status=201, location=f"{BASE}/event-lists/{row.id}")


def _json(row: EventListRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "events": list(row.events),
        "campaigns": list(row.campaigns),
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }


def _change_json(change: CampaignChange) -> dict[str, object]:
    return {
        "campaign": change.campaign,
        "campaign_name": change.campaign_name,
        "gains": list(change.gains),
        "loses": list(change.loses),
    }
