"""Event lists: events under one name, given to many campaigns at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import EventList
from models.words import AuditAction
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.event_list_rows import EventListRow, row_of, rows_of
from services.catalog.list_contents import (
    NOTHING,
    Contents,
    changed_contents,
    in_words,
    store_contents,
    stored_contents,
)
from services.catalog.list_preview import CampaignChange, preview
from services.catalog.versions import Beside, added, change, check_version
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import is_id, new_id
from services.listing import page_by_text
from services.paging import Page, PageRequest
from services.validation import InputModel, Text, validate

__all__ = [
    "CampaignChange",
    "EventListInput",
    "EventListRow",
    "archive",
    "clone",
    "create",
    "get",
    "list_page",
    "preview",
    "restore",
    "set_campaigns",
    "update",
]

_KIND = "event list"
_MAX_NAME = 120


class EventListInput(InputModel):
    """What a list consists of; `campaigns` is the whole set of those that use it."""

    missing: ClassVar[Mapping[str, str]] = {
        "name": "Give a name.",
        "events": "Give the names of all its events.",
    }

    name: Annotated[str, Text(_MAX_NAME, empty="Give a name.")]
    events: list[str] = Field(default_factory=list)
    campaigns: list[str] | None = None


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> EventListRow:
    """Create a list; its events hold in its campaigns at once.

    Raises InvalidInput, for unknown events and campaigns too, and Conflict for a taken name.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_create, actor, validate(EventListInput, data), clock())


async def get(actor: Actor, list_id: str) -> EventListRow:
    """Return a list, archived or not; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(lambda session: row_of(session, find(session, list_id)))


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[EventListRow]:
    """Return lists by name; `archived` None means both, `q` is a part of the name."""
    actor.require(Right.READ)
    return await database.read(_list_page, request, archived, q.strip().casefold())


async def update(
    actor: Actor,
    list_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> EventListRow:
    """Change name, events or campaigns, each as a whole; a change holds in every campaign at once.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for a taken name.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_update, actor, list_id, changes, if_match, clock())


async def set_campaigns(
    actor: Actor,
    list_id: str,
    keys: Sequence[str],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> EventListRow:
    """Have exactly these campaigns use the list, in one step; raises as `update` does."""
    return await update(actor, list_id, {"campaigns": list(keys)}, if_match=if_match, clock=clock)


async def archive(
    actor: Actor, list_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> EventListRow:
    """Take a list out of force and hide it; an archived one stays as it is."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_set_archived, actor, list_id, if_match, clock(), is_archived=True)


async def restore(
    actor: Actor, list_id: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> EventListRow:
    """Bring an archived list back into force, in the campaigns that it had."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_set_archived, actor, list_id, if_match, clock(), is_archived=False)


async def clone(
    actor: Actor, list_id: str, *, new_name: str | None = None, clock: Clock = utc_now
) -> EventListRow:
    """Copy a list with its events, for no campaign yet.

    Without a new name it is called `<name> (copy)`, or `<name> (copy 2)` and so on where that is
    taken. Raises NotFound, InvalidInput, and Conflict for a taken new name.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    if new_name is not None:
        new_name = validate(EventListInput, {"name": new_name}).name
    return await database.write(_clone, actor, list_id, new_name, clock())


def find(session: Session, list_id: str, *, for_change: bool = False) -> EventList:
    """Return the stored list, locked where it is about to change; raise NotFound."""
    found = None
    if is_id(list_id):
        lock = {"key_share": True} if for_change else None
        found = session.get(EventList, list_id, with_for_update=lock)
    if found is None:
        raise NotFound(_KIND, list_id)
    return found


def _create(session: Session, actor: Actor, data: EventListInput, now: datetime) -> EventListRow:
    known = cache.definitions(session)
    contents = changed_contents(known, NOTHING, events=data.events, campaigns=data.campaigns)
    stored = EventList(id=new_id("el"), name=data.name, created_at=now, updated_at=now)
    _insert(session, stored)
    store_contents(session, stored.id, NOTHING, contents)
    added(session, stored, actor=actor, now=now, beside=in_words(known, NOTHING, contents))
    return row_of(session, stored)


def _insert(session: Session, stored: EventList) -> None:
    name = stored.name
    session.add(stored)
    try:
        session.flush()
    except IntegrityError:
        raise _taken(name) from None


def _taken(name: str) -> Conflict:
    message = f"An event list called “{name}” exists already; it may be archived."
    return Conflict(message, code="name_taken", fields={"name": message})


def _update(
    session: Session,
    actor: Actor,
    list_id: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> EventListRow:
    stored = find(session, list_id, for_change=True)
    check_version(stored, _KIND, if_match=if_match)
    data = validate(EventListInput, {"name": stored.name, **changes})
    before = stored_contents(session, stored)
    known = cache.definitions(session)
    after = changed_contents(
        known,
        before,
        events=data.events if "events" in changes else None,
        campaigns=data.campaigns,
    )
    store_contents(session, list_id, before, after)
    try:
        change(
            session,
            stored,
            {"name": data.name},
            actor=actor,
            kind=_KIND,
            now=now,
            beside=Beside({}, in_words(known, before, after)),
        )
    except IntegrityError:
        raise _taken(data.name) from None
    return row_of(session, stored)


def _set_archived(
    session: Session,
    actor: Actor,
    list_id: str,
    if_match: int | None,
    now: datetime,
    *,
    is_archived: bool,
) -> EventListRow:
    stored = find(session, list_id, for_change=True)
    check_version(stored, _KIND, if_match=if_match)
    if (stored.archived_at is not None) != is_archived:
        values = {"archived_at": now if is_archived else None}
        change(session, stored, values, actor=actor, kind=_KIND, now=now)
    return row_of(session, stored)


def _clone(
    session: Session, actor: Actor, list_id: str, new_name: str | None, now: datetime
) -> EventListRow:
    original = find(session, list_id)
    copy = EventList(
        id=new_id("el"),
        name=new_name or _free_copy_name(session, original.name),
        created_at=now,
        updated_at=now,
    )
    _insert(session, copy)
    events = stored_contents(session, original).event_type_ids
    contents = Contents(events, frozenset())
    store_contents(session, copy.id, NOTHING, contents)
    cloned: dict[str, object] = {"cloned_from": original.name}
    cloned |= in_words(cache.definitions(session), NOTHING, contents)
    added(session, copy, actor=actor, now=now, action=AuditAction.CLONED, beside=cloned)
    return row_of(session, copy)


def _free_copy_name(session: Session, name: str) -> str:
    taken = set(session.scalars(select(col(EventList.name))))
    number = 1
    while True:
        ending = " (copy)" if number == 1 else f" (copy {number})"
        copy = name[: _MAX_NAME - len(ending)] + ending
        if copy not in taken:
            return copy
        number += 1


def _list_page(
    session: Session, request: PageRequest, archived: bool | None, q: str
) -> Page[EventListRow]:
    query = select(EventList)
    if archived is not None:
        archived_at = col(EventList.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    found = page_by_text(
        session,
        query,
        column=col(EventList.name),
        text_of=lambda stored: stored.name,
        row_of=lambda stored: stored,
        request=request,
        matches=lambda stored: q in stored.name.casefold(),
    )
    return Page(
        rows_of(session, found.items),
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )
