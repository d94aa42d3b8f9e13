"""The routes of definitions that have a key and a name: campaigns and affiliates alike."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel

from dashboard.api.answer import answer_list, answer_versioned
from dashboard.api.does import does
from dashboard.api.repeats import answered
from dashboard.api.request import Archived, Caller, ExpectedVersion, JsonObject, PageOf, Search
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.catalog import Keyed
from dashboard.api.shapes.envelopes import Listed
from services.actor import Actor, Right
from services.catalog.rows import AffiliateRow, CampaignRow
from services.paging import Page, PageRequest

KeyedRow = CampaignRow | AffiliateRow


class KeyedService(Protocol):
    """What the modules `services.catalog.campaigns` and `.affiliates` offer alike."""

    async def create(self, actor: Actor, data: Mapping[str, object]) -> KeyedRow:
        """Create one; raise InvalidInput, and Conflict for a taken key."""

    async def get(self, actor: Actor, key: str) -> KeyedRow:
        """Return one; raise NotFound."""

    async def list_page(
        self, actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
    ) -> Page[CampaignRow] | Page[AffiliateRow]:
        """Return one page by key."""

    async def update(
        self, actor: Actor, key: str, changes: Mapping[str, object], *, if_match: int | None = None
    ) -> KeyedRow:
        """Change one; raise NotFound, InvalidInput and StaleVersion."""

    async def archive(self, actor: Actor, key: str, *, if_match: int | None = None) -> KeyedRow:
        """Hide one; raise NotFound."""

    async def restore(self, actor: Actor, key: str, *, if_match: int | None = None) -> KeyedRow:
        """Bring one back; raise NotFound."""


def keyed_resource(
    tag: str, *, one: str, service: KeyedService, model: type[BaseModel]
) -> APIRouter:
    """Return the router of `/campaigns` or the like: the tag in small letters is the path."""
    router = resource(tag)
    path = f"/{tag.lower()}"
    noun = one.rpartition(" ")[2]

    def created(row: KeyedRow) -> Response:
        return answer_versioned(_json(row), status=201, location=f"{BASE}{path}/{row.key}")

    @router.post(path, status_code=201, operation_id=f"create_{noun}", summary=f"Create {one}")
    @does(Right.EDIT_DEFINITIONS, Keyed, body=model, versioned=True)
    async def create(actor: Caller, data: JsonObject) -> Response:
        """Create it; its key stays as it is for good."""
        return await answered(service.create(actor, data), created)

    @router.get(path, operation_id=f"list_{noun}s", summary=f"List {tag.lower()}")
    @does(Right.READ, Listed[Keyed])
    async def list_all(actor: Caller, page: PageOf, archived: Archived, q: Search = "") -> Response:
        """List them by key."""
        return answer_list(await service.list_page(actor, page, archived=archived, q=q), _json)

    @router.get(f"{path}/{{key}}", operation_id=f"get_{noun}", summary=f"Get {one}")
    @does(Right.READ, Keyed, versioned=True)
    async def get(actor: Caller, key: str) -> Response:
        """Return one, archived or not."""
        return answer_versioned(_json(await service.get(actor, key)))

    @router.patch(
        f"{path}/{{key}}",
        operation_id=f"change_{noun}",
        summary=f"Change {one}",
    )
    @does(Right.EDIT_DEFINITIONS, Keyed, body=model, partial=True, versioned=True)
    async def change(
        actor: Caller, key: str, data: JsonObject, version: ExpectedVersion
    ) -> Response:
        """Change the name; the key stays."""
        return answer_versioned(_json(await service.update(actor, key, data, if_match=version)))

    @router.post(
        f"{path}/{{key}}/archive", operation_id=f"archive_{noun}", summary=f"Archive {one}"
    )
    @does(Right.EDIT_DEFINITIONS, Keyed, versioned=True)
    async def archive(actor: Caller, key: str, version: ExpectedVersion) -> Response:
        """Hide it and keep its history."""
        return answer_versioned(_json(await service.archive(actor, key, if_match=version)))

    @router.post(
        f"{path}/{{key}}/restore", operation_id=f"restore_{noun}", summary=f"Restore {one}"
    )
    @does(Right.EDIT_DEFINITIONS, Keyed, versioned=True)
    async def restore(actor: Caller, key: str, version: ExpectedVersion) -> Response:
        """Bring it back from the archive."""
        return answer_versioned(_json(await service.restore(actor, key, if_match=version)))

    return router


def _json(row: KeyedRow) -> dict[str, object]:
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }
