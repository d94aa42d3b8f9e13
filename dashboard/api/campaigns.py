"""`/campaigns`: what leads are captured for."""

from fastapi import Response

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.request import Archived, Caller, ExpectedVersion, JsonObject, PageOf, Search
from dashboard.api.routing import json_body, resource
from services.catalog import campaigns
from services.catalog.campaigns import CampaignInput, CampaignRow

router = resource("Campaigns")


@router.post("/campaigns", status_code=201, openapi_extra=json_body(CampaignInput))
async def create_campaign(actor: Caller, data: JsonObject) -> Response:
    """Create a campaign."""
    row = await campaigns.create(actor, data)
    return answer_versioned(_json(row), status=201, location=f"/api/v1/campaigns/{row.key}")


@router.get("/campaigns")
async def list_campaigns(
    actor: Caller, page: PageOf, archived: Archived, q: Search = ""
) -> Response:
    """List campaigns by key."""
    return answer_list(await campaigns.list_page(actor, page, archived=archived, q=q), _json)


@router.get("/campaigns/{key}")
async def get_campaign(actor: Caller, key: str) -> Response:
    """Return one campaign."""
    return answer_versioned(_json(await campaigns.get(actor, key)))


@router.patch("/campaigns/{key}", openapi_extra=json_body(CampaignInput, partial=True))
async def change_campaign(
    actor: Caller, key: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the name of a campaign; its key stays."""
    return answer_versioned(_json(await campaigns.update(actor, key, data, if_match=version)))


@router.post("/campaigns/{key}/archive")
async def archive_campaign(actor: Caller, key: str) -> Response:
    """Hide a campaign and keep its history."""
    return answer_versioned(_json(await campaigns.archive(actor, key)))


@router.post("/campaigns/{key}/restore")
async def restore_campaign(actor: Caller, key: str) -> Response:
    """Bring an archived campaign back."""
    return answer_versioned(_json(await campaigns.restore(actor, key)))


def _json(row: CampaignRow) -> dict[str, object]:
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }
