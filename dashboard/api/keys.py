"""`/keys`: the keys with which programs call us."""

from typing import Annotated

from fastapi import Query, Response

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.does import does
from dashboard.api.repeats import answers_a_secret
from dashboard.api.request import (
    Caller,
    ExpectedVersion,
    JsonObject,
    PageOf,
    Search,
    ThreeWay,
    three_way,
)
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.keys import ApiKey, ApiKeyWithText
from services.accounts import keys
from services.accounts.keys import ApiKeyRow, CreatedKey, KeyInput, RotationInput
from services.actor import Right
from services.clock import utc_now

router = resource("Keys")


@router.post("/keys", status_code=201)
@answers_a_secret
@does(Right.MANAGE_ACCESS, ApiKeyWithText, body=KeyInput, versioned=True)
async def create_key(actor: Caller, data: JsonObject) -> Response:
    """Make a key; `key` is its text, which is answered this once and never again."""
    created = await keys.create(actor, data)
    return _with_text(created, status=201, location=f"{BASE}/keys/{created.row.id}")


@router.get("/keys")
@does(Right.MANAGE_ACCESS, Listed[ApiKey])
async def list_keys(
    actor: Caller,
    page: PageOf,
    revoked: Annotated[ThreeWay, Query(description="true, false or any")] = "false",
    q: Search = "",
) -> Response:
    """List keys, the newest first, those of incoming URLs among them."""
    found = await keys.list_page(actor, page, revoked=three_way(revoked), q=q)
    return answer_list(found, _json)


@router.get("/keys/{key_id}")
@does(Right.MANAGE_ACCESS, ApiKey, versioned=True)
async def get_key(actor: Caller, key_id: str) -> Response:
    """Return one key, revoked or not, without its text."""
    return answer_versioned(_json(await keys.get(actor, key_id)))


@router.patch("/keys/{key_id}")
@does(Right.MANAGE_ACCESS, ApiKey, body=KeyInput, partial=True, versioned=True)
async def change_key(
    actor: Caller, key_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the name or the limits of a key; its scope stays."""
    return answer_versioned(_json(await keys.update(actor, key_id, data, if_match=version)))


@router.post("/keys/{key_id}/rotate")
@answers_a_secret
@does(Right.MANAGE_ACCESS, ApiKeyWithText, body=RotationInput, partial=True, versioned=True)
async def rotate_key(actor: Caller, key_id: str, data: JsonObject) -> Response:
    """Give a key another text; the old one works on for 0, 1, 24 (if not said) or 72 hours."""
    return _with_text(await keys.rotate(actor, key_id, data))


@router.post("/keys/{key_id}/end-old")
@does(Right.MANAGE_ACCESS, ApiKey, versioned=True)
async def end_old_key(actor: Caller, key_id: str) -> Response:
    """End the text of before the last rotation now, before it ends by itself."""
    return answer_versioned(_json(await keys.end_overlap(actor, key_id)))


@router.post("/keys/{key_id}/revoke")
@does(Right.MANAGE_ACCESS, ApiKey, versioned=True)
async def revoke_key(actor: Caller, key_id: str) -> Response:
    """Make a key worthless for good."""
    return answer_versioned(_json(await keys.revoke(actor, key_id)))


def _with_text(created: CreatedKey, *, status: int = 200, location: str = "") -> Response:
    content = {**_json(created.row), "key": created.key}
    response = answer_versioned(content, status=status, location=location)
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(row: ApiKeyRow) -> dict[str, object]:
    now = utc_now()
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "scope": row.scope,
        "state": row.state(now),
        "campaigns": row.campaigns,
        "events": row.events,
        "addresses": row.addresses,
        "rate_limit": row.rate_limit,
        "expires_at": row.expires_at,
        "old_key_ends_at": row.old_key_ends_at if row.old_key_works(now) else None,
        "created_by": row.created_by,
        "created_at": row.created_at,
        "last_used_at": row.last_used_at,
        "last_used_address": row.last_used_address or None,
        "revoked_at": row.revoked_at,
        "version": row.version,
    }
