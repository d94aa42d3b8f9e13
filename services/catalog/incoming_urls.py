"""Incoming URLs: what a partner was given to call us, each with a key and a dialect of its own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import IncomingUrl
from models.words import AuditAction, KeyScope
from services import database, secret_box
from services.accounts import keys
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.incoming_url_input import FIELDS, TRANSLATED, IncomingUrlInput
from services.catalog.incoming_url_rows import (
    IncomingUrlRow,
    campaign_key,
    event_name,
    row_of,
    rows_of,
)
from services.catalog.versions import added, change, check_version
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import is_id, new_id
from services.listing import page_by_text
from services.paging import Page, PageRequest
from services.validation import validate

__all__ = [
    "FIELDS",
    "TRANSLATED",
    "IncomingUrlInput",
    "IncomingUrlRow",
    "archive",
    "create",
    "get",
    "list_page",
    "new_key",
    "update",
]

_KIND = "incoming URL"


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> IncomingUrlRow:
    """Make a URL with a key of its own, which works in `/in` alone; raise InvalidInput."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_create, actor, validate(IncomingUrlInput, data), clock())


async def get(actor: Actor, url_id: str) -> IncomingUrlRow:
    """Return one, archived or not; raise NotFound."""
    actor.require(Right.READ)
    row = await database.read(lambda session: row_of(session, _find(session, url_id)))
    return _for(actor, row)


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[IncomingUrlRow]:
    """Return them by name; `archived` None means both, `q` is a part of the name."""
    actor.require(Right.READ)
    page = await database.read(_list_page, request, archived, q.strip().casefold())
    return replace(page, items=[_for(actor, row) for row in page.items])


async def update(
    actor: Actor,
    url_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> IncomingUrlRow:
    """Change the given fields; the key stays.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for an archived one.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    row = await database.write(_update, actor, url_id, changes, if_match, clock())
    keys.forget(row.api_key_id)  # it carries the name that the logs show
    return row


async def new_key(
    actor: Actor, url_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> IncomingUrlRow:
    """Give it another key; the old one works no more, and the log goes on under one name.

    Raises NotFound, and Conflict for an archived one.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    row = await database.write(_new_key, actor, url_id, if_match, clock())
    keys.forget(row.api_key_id)
    return row


async def archive(
    actor: Actor, url_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> IncomingUrlRow:
    """Revoke its key for good and keep its history; an archived one stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    row = await database.write(_archive, actor, url_id, if_match, clock())
    keys.forget(row.api_key_id)
    return row


def _for(actor: Actor, row: IncomingUrlRow) -> IncomingUrlRow:
    # Whoever may only read must not learn a key that records events.
    return row if Right.EDIT_DEFINITIONS in actor.rights else replace(row, key="")


def _find(session: Session, url_id: str, *, for_change: bool = False) -> IncomingUrl:
    found = None
    if is_id(url_id):
        lock = {"key_share": True} if for_change else None
        found = session.get(IncomingUrl, url_id, with_for_update=lock)
    if found is None:
        raise NotFound(_KIND, url_id)
    return found


def _create(
    session: Session, actor: Actor, data: IncomingUrlInput, now: datetime
) -> IncomingUrlRow:
    values = _values(cache.definitions(session), data)
    made = keys.add_key(session, name=data.name, scope=KeyScope.INCOMING, now=now)
    stored = IncomingUrl(
        id=new_id("in"),
        api_key_id=made.row.id,
        secret=secret_box.encrypt(made.key),
        created_at=now,
        updated_at=now,
        **values,
    )
    session.add(stored)
    added(session, stored, actor=actor, now=now)
    return row_of(session, stored)


def _update(
    session: Session,
    actor: Actor,
    url_id: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> IncomingUrlRow:
    stored = _find(session, url_id, for_change=True)
    check_version(stored, _KIND, if_match=if_match)
    _refuse_archived(stored)
    known = cache.definitions(session)
    present = {
        "name": stored.name,
        "campaign": campaign_key(known, stored),
        "event": event_name(known, stored),
        "parameters": stored.parameters,
        "words": stored.words,
        "placeholders": stored.placeholders,
        "returns": stored.returns,
    }
    data = validate(IncomingUrlInput, {**present, **changes})
    values = _values(known, data)
    if data.name != stored.name:
        keys.rename(session, stored.api_key_id, name=data.name)
    change(session, stored, values, actor=actor, kind=_KIND, now=now)
    return row_of(session, stored)


def _new_key(
    session: Session, actor: Actor, url_id: str, if_match: int | None, now: datetime
) -> IncomingUrlRow:
    stored = _find(session, url_id, for_change=True)
    check_version(stored, _KIND, if_match=if_match)
    _refuse_archived(stored)
    renewed = keys.renew(session, stored.api_key_id)
    secret = secret_box.encrypt(renewed.key)
    renewal = AuditAction.KEY_RENEWED
    values = {"secret": secret}
    change(session, stored, values, actor=actor, kind=_KIND, now=now, action=renewal)
    return row_of(session, stored)


def _archive(
    session: Session, actor: Actor, url_id: str, if_match: int | None, now: datetime
) -> IncomingUrlRow:
    stored = _find(session, url_id, for_change=True)
    check_version(stored, _KIND, if_match=if_match)
    if stored.archived_at is None:
        keys.end(session, stored.api_key_id, now=now)
        change(session, stored, {"archived_at": now}, actor=actor, kind=_KIND, now=now)
    return row_of(session, stored)


def _refuse_archived(stored: IncomingUrl) -> None:
    if stored.archived_at is not None:
        raise Conflict("This incoming URL is archived. Make another one.", code="archived")


def _values(known: Definitions, data: IncomingUrlInput) -> dict[str, Any]:
    problems: dict[str, str] = {}
    campaign = known.campaigns_by_key.get(data.campaign or "")
    event_type = known.event_types_by_name.get(data.event or "")
    if data.campaign and campaign is None:
        problems["campaign"] = f"There is no campaign with the key “{data.campaign}”."
    if data.event and event_type is None:
        problems["event"] = f"There is no event “{data.event}”."
    for theirs, ours in data.words.get("event", {}).items():
        if ours not in known.event_types_by_name:
            problems["words"] = f"“{theirs[:64]}” must mean an event; there is no “{ours[:64]}”."
    if problems:
        raise InvalidInput(problems)
    return {
        "name": data.name,
        "campaign_id": campaign.id if campaign else None,
        "event_type_id": event_type.id if event_type else None,
        "parameters": data.parameters,
        "words": data.words,
        "placeholders": data.placeholders,
        "returns": data.returns,
    }


def _list_page(
    session: Session, request: PageRequest, archived: bool | None, q: str
) -> Page[IncomingUrlRow]:
    query = select(IncomingUrl)
    if archived is not None:
        archived_at = col(IncomingUrl.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    # Names may be alike, so the id stands behind; nothing in a name comes before a line end.
    found = page_by_text(
        session,
        query,
        column=col(IncomingUrl.name) + "\n" + col(IncomingUrl.id),
        text_of=lambda stored: f"{stored.name}\n{stored.id}",
        row_of=lambda stored: stored,
        request=request,
        matches=lambda stored: q in stored.name.casefold(),
    )
    return Page(
        rows_of(session, found.items),
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )
