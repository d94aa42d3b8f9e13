"""`/incoming-urls`: the URLs that partners were given, and the dialect that each one speaks."""

from fastapi import Response

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.does import does
from dashboard.api.repeats import answers_a_secret
from dashboard.api.request import Archived, Caller, ExpectedVersion, JsonObject, PageOf, Search
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.catalog import IncomingUrl
from dashboard.api.shapes.envelopes import Listed
from services.actor import Right
from services.catalog import incoming_urls
from services.catalog.incoming_urls import IncomingUrlInput, IncomingUrlRow

router = resource("Incoming URLs")


@router.post("/incoming-urls", status_code=201)
@answers_a_secret
@does(Right.EDIT_DEFINITIONS, IncomingUrl, body=IncomingUrlInput, versioned=True)
async def create_incoming_url(actor: Caller, data: JsonObject) -> Response:
    """Make a URL for a partner, with a key of its own."""
    row = await incoming_urls.create(actor, data)
    return _answer(row, status=201, location=f"{BASE}/incoming-urls/{row.id}")


@router.get("/incoming-urls")
@does(Right.READ, Listed[IncomingUrl])
async def list_incoming_urls(
    actor: Caller, page: PageOf, archived: Archived, q: Search = ""
) -> Response:
    """List incoming URLs in the order in which they were made."""
    return answer_list(await incoming_urls.list_page(actor, page, archived=archived, q=q), _json)


@router.get("/incoming-urls/{url_id}")
@does(Right.READ, IncomingUrl, versioned=True)
async def get_incoming_url(actor: Caller, url_id: str) -> Response:
    """Return one incoming URL; its key only to those who may change it."""
    return _answer(await incoming_urls.get(actor, url_id))


@router.patch("/incoming-urls/{url_id}")
@does(Right.EDIT_DEFINITIONS, IncomingUrl, body=IncomingUrlInput, partial=True, versioned=True)
async def change_incoming_url(
    actor: Caller, url_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given fields of an incoming URL; its key stays."""
    row = await incoming_urls.update(actor, url_id, data, if_match=version)
    return _answer(row)


@router.post("/incoming-urls/{url_id}/archive")
@does(Right.EDIT_DEFINITIONS, IncomingUrl, versioned=True)
async def archive_incoming_url(actor: Caller, url_id: str, version: ExpectedVersion) -> Response:
    """Revoke the key of an incoming URL for good and keep its history."""
    return _answer(await incoming_urls.archive(actor, url_id, if_match=version))


@router.post("/incoming-urls/{url_id}/new-key")
@answers_a_secret
@does(Right.EDIT_DEFINITIONS, IncomingUrl, versioned=True)
async def renew_key(actor: Caller, url_id: str, version: ExpectedVersion) -> Response:
    """Give an incoming URL another key; the present one works no more."""
    return _answer(await incoming_urls.new_key(actor, url_id, if_match=version))


def _answer(row: IncomingUrlRow, *, status: int = 200, location: str = "") -> Response:
    return answer_versioned(_json(row), status=status, location=location, beside=row.last_used_at)


def _json(row: IncomingUrlRow) -> dict[str, object]:
    words: dict[str, dict[str, str]] = {}
    for field, theirs, ours in row.words:
        words.setdefault(field, {})[theirs] = ours
    return {
        "id": row.id,
        "name": row.name,
        "key": row.key or None,
        "key_prefix": row.key_prefix,
        "key_id": row.api_key_id,
        "path": f"/in/{row.key}" if row.key else None,
        "campaign": row.campaign,
        "event": row.event,
        "parameters": dict(row.parameters),
        "words": words,
        "placeholders": dict(row.placeholders),
        "returns": row.returns,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
        "last_used_at": row.last_used_at,
    }
