"""`/campaigns/{key}/events`: which events are in force in a campaign, and how."""

from fastapi import Response

from dashboard.api.answer import answer_versioned, answer_whole
from dashboard.api.custom_fields import custom_field_json
from dashboard.api.dedupe import dedupe_json
from dashboard.api.does import does
from dashboard.api.request import Caller, ExpectedVersion, JsonObject, PageOf
from dashboard.api.routing import resource
from dashboard.api.shapes.catalog import CampaignEvent, CampaignEventWithWarnings
from dashboard.api.shapes.envelopes import Listed
from services.actor import Actor, Right
from services.catalog import campaign_events, conversion_guard, effective_events
from services.catalog.campaign_events import CampaignEventInput
from services.catalog.effective_events import EffectiveEvent
from services.catalog.rows import EventTypeRow

router = resource("Campaign events")

_EVENT = "/campaigns/{key}/events/{name}"


@router.get("/campaigns/{key}/events")
@does(Right.READ, Listed[CampaignEvent])
async def list_campaign_events(actor: Caller, key: str, page: PageOf) -> Response:
    """List by name every event as it stands in a campaign, whether in force there or not."""
    rows = await effective_events.list_for_campaign(actor, key)
    return answer_whole(rows, page, _json, id_of=lambda row: row.event_type.name)


@router.get(_EVENT)
@does(Right.READ, CampaignEventWithWarnings, versioned=True)
async def get_campaign_event(actor: Caller, key: str, name: str) -> Response:
    """Return one event as it stands in a campaign; its version is that of what is said here."""
    return await _answer(actor, key, await campaign_events.get(actor, key, name))


@router.put(_EVENT)
@does(
    Right.EDIT_DEFINITIONS,
    CampaignEventWithWarnings,
    body=CampaignEventInput,
    partial=True,
    versioned=True,
)
async def put_campaign_event(
    actor: Caller, key: str, name: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Assign an event to a campaign, switch it off there, or override its flags.

    What is null or left out is inherited.
    """
    row = await campaign_events.put(actor, key, name, data, if_match=version)
    return await _answer(actor, key, row)


@router.delete(_EVENT, status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def clear_campaign_event(
    actor: Caller, key: str, name: str, version: ExpectedVersion
) -> Response:
    """Have a campaign inherit everything of an event again; its custom fields stay."""
    await campaign_events.clear(actor, key, name, if_match=version)
    return Response(status_code=204)


async def _answer(actor: Actor, key: str, row: EffectiveEvent) -> Response:
    """Return one event, with a warning where the campaign has another conversion beside it."""
    warning = ""
    if row.enabled and row.event_type.is_conversion:
        name = row.event_type.name
        overlaps = await conversion_guard.conversion_overlaps(actor, name, campaign_key=key)
        warning = conversion_guard.overlap_warning(overlaps)
    content = {**_json(row), "warnings": [warning] if warning else []}
    return answer_versioned(content)


def _json(row: EffectiveEvent) -> dict[str, object]:
    overrides = row.overrides
    return {
        "name": row.event_type.name,
        "description": row.event_type.description,
        "origin": row.origin,
        "lists": [{"id": each.id, "name": each.name} for each in row.lists],
        "enabled": row.enabled,
        **_flags(row.event_type),
        "available_everywhere": row.event_type.available_everywhere,
        "inherited": _flags(row.inherited),
        "overrides": {
            "enabled": overrides.enabled,
            "is_conversion": overrides.is_conversion,
            "is_affiliate_conversion": overrides.is_affiliate_conversion,
            "multi_trigger": overrides.dedupe and overrides.dedupe.fires_again,
            "dedupe": overrides.dedupe
            and dedupe_json(overrides.dedupe, overrides.dedupe_window_minutes),
        },
        "fields": [custom_field_json(field) for field in row.fields],
        "version": overrides.version,
    }


def _flags(event_type: EventTypeRow) -> dict[str, object]:
    return {
        "is_conversion": event_type.is_conversion,
        "is_affiliate_conversion": event_type.is_affiliate_conversion,
        "multi_trigger": event_type.multi_trigger,
        "dedupe": dedupe_json(event_type.dedupe, event_type.dedupe_window_minutes),
    }
