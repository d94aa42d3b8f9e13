"""Event types: what can be fired, and what its firing means."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import Event, EventType, Postback
from models.words import AuditAction, DedupeMode
from services import database
from services.actor import Actor, Right
from services.catalog import reach
from services.catalog.dedupe_input import Dedupe
from services.catalog.event_type_input import NAME_PATTERN, EventTypeInput, suggest_name
from services.catalog.incoming_words import follow_rename
from services.catalog.rows import EventTypeRow, event_type_row
from services.catalog.slugs import MAX_LENGTH
from services.catalog.versions import added, change, check_version
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import new_id
from services.listing import page_by_text
from services.paging import Page, PageRequest
from services.validation import validate

__all__ = [
    "NAME_PATTERN",
    "EventTypeInput",
    "EventTypeRow",
    "archive",
    "clone",
    "create",
    "get",
    "list_page",
    "restore",
    "suggest_name",
    "update",
]

_KIND = "event"
# The copy of a paused postback owes nothing yet, and finds out by itself how its partner answers.
_NOT_CLONED = {"id", "event_type_id", "version", "paused_at", "pause_reason"}


async def create(
    actor: Actor, data: Mapping[str, object], *, clock: Clock = utc_now
) -> EventTypeRow:
    """Create an event type; raise InvalidInput per field, and Conflict for a taken name."""
    actor.require(Right.EDIT_DEFINITIONS)
    return await database.write(_create, actor, validate(EventTypeInput, data), clock())


async def get(actor: Actor, name: str) -> EventTypeRow:
    """Return an event type, archived or not; raise NotFound."""
    actor.require(Right.READ, limited=True)
    await reach.require_event(actor, name)
    return await database.read(lambda session: event_type_row(find(session, name)))


async def list_page(
    actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
) -> Page[EventTypeRow]:
    """Return event types by name; `archived` None means both, `q` is a part of the texts."""
    actor.require(Right.READ, limited=True)
    return await database.read(_list_page, actor, request, archived, q.strip().casefold())


async def update(
    actor: Actor,
    name: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> EventTypeRow:
    """Change the given fields and no others.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for a taken name or a new name for an event that has fired.
    """
    await _require_change(actor, name)
    return await database.write(_update, actor, name, changes, if_match, clock())


async def archive(
    actor: Actor, name: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> EventTypeRow:
    """Hide an event type and keep its history; one that is archived already stays as it is."""
    await _require_change(actor, name)
    return await database.write(_set_archived, actor, name, if_match, clock(), is_archived=True)


async def restore(
    actor: Actor, name: str, *, if_match: int | None = None, clock: Clock = utc_now
) -> EventTypeRow:
    """Bring an archived event type back; one that is not archived stays as it is."""
    await _require_change(actor, name)
    return await database.write(_set_archived, actor, name, if_match, clock(), is_archived=False)


async def clone(
    actor: Actor, name: str, *, new_name: str | None = None, clock: Clock = utc_now
) -> EventTypeRow:
    """Create an equal event type with copies of its postbacks, secrets included.

    Without a new name it is called `<name>_copy`, or `<name>_copy_2` and so on where that is
    taken. Raises NotFound, InvalidInput, and Conflict for a taken new name.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    if new_name is not None:
        new_name = validate(EventTypeInput, {"name": new_name}).name
    return await database.write(_clone, actor, name, new_name, clock())


async def _require_change(actor: Actor, name: str) -> None:
    # An event belongs to all campaigns, so only a limit to events leaves room for a change.
    actor.require(Right.EDIT_DEFINITIONS, limited=actor.campaigns is None)
    await reach.require_event(actor, name)


def find(session: Session, name: str, *, for_change: bool = False) -> EventType:
    """Return the stored event type, locked where it is about to change; raise NotFound."""
    event_type = None
    if NAME_PATTERN.fullmatch(name):
        query = select(EventType).where(col(EventType.name) == name)
        event_type = session.scalar(query.with_for_update(key_share=True) if for_change else query)
    if event_type is None:
        raise NotFound(_KIND, name)
    return event_type


def _taken(name: str) -> Conflict:
    message = f"There is an event called “{name}” already; it may be archived. Choose another name."
    return Conflict(message, code="name_taken", fields={"name": message})


def _create(session: Session, actor: Actor, data: EventTypeInput, now: datetime) -> EventTypeRow:
    dedupe = data.dedupe_mode(otherwise=Dedupe(DedupeMode.ONCE_PER_LEAD))
    event_type = EventType(
        id=new_id("et"),
        name=data.name,
        description=data.description,
        is_conversion=data.is_conversion,
        is_affiliate_conversion=data.is_affiliate_conversion,
        dedupe=dedupe.mode,
        dedupe_window_minutes=dedupe.window_minutes,
        available_everywhere=data.available_everywhere,
        created_at=now,
        updated_at=now,
    )
    _insert(session, event_type)
    added(session, event_type, actor=actor, now=now)
    return event_type_row(event_type)


def _insert(session: Session, event_type: EventType) -> None:
    name = event_type.name
    session.add(event_type)
    try:
        session.flush()
    except IntegrityError:
        raise _taken(name) from None


def _list_page(
    session: Session, actor: Actor, request: PageRequest, archived: bool | None, q: str
) -> Page[EventTypeRow]:
    query = select(EventType)
    ids = reach.event_ids(session, actor)
    if ids is not None:
        query = query.where(col(EventType.id).in_(ids))
    if archived is not None:
        archived_at = col(EventType.archived_at)
        query = query.where(archived_at.is_not(None) if archived else archived_at.is_(None))
    return page_by_text(
        session,
        query,
        column=col(EventType.name),
        text_of=lambda row: row.name,
        row_of=event_type_row,
        request=request,
        matches=lambda row: q in row.name or q in row.description.casefold(),
    )


def _update(
    session: Session,
    actor: Actor,
    name: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> EventTypeRow:
    event_type = find(session, name, for_change=True)
    check_version(event_type, _KIND, if_match=if_match)
    present = {
        "name": event_type.name,
        "description": event_type.description,
        "is_conversion": event_type.is_conversion,
        "is_affiliate_conversion": event_type.is_affiliate_conversion,
        "available_everywhere": event_type.available_everywhere,
    }
    data = validate(EventTypeInput, {**present, **changes})
    if data.name != name:
        _refuse_rename_after_firing(session, event_type)
        follow_rename(session, name, data.name, actor=actor, now=now)
    values = {field: getattr(data, field) for field in present}
    dedupe = data.dedupe_mode(otherwise=Dedupe(event_type.dedupe, event_type.dedupe_window_minutes))
    values |= {"dedupe": dedupe.mode, "dedupe_window_minutes": dedupe.window_minutes}
    try:
        change(session, event_type, values, actor=actor, kind=_KIND, now=now)
    except IntegrityError:
        raise _taken(data.name) from None
    return event_type_row(event_type)


def _refuse_rename_after_firing(session: Session, event_type: EventType) -> None:
    fired = select(col(Event.id)).where(col(Event.event_type_id) == event_type.id).limit(1)
    if session.scalar(fired) is not None:
        message = f"“{event_type.name}” has fired, so its name stays. Clone it to use another name."
        raise Conflict(message, code="event_has_fired", fields={"name": message})


def _set_archived(
    session: Session,
    actor: Actor,
    name: str,
    if_match: int | None,
    now: datetime,
    *,
    is_archived: bool,
) -> EventTypeRow:
    event_type = find(session, name, for_change=True)
    check_version(event_type, _KIND, if_match=if_match)
    if (event_type.archived_at is not None) != is_archived:
        values = {"archived_at": now if is_archived else None}
        change(session, event_type, values, actor=actor, kind=_KIND, now=now)
    return event_type_row(event_type)


def _clone(
    session: Session, actor: Actor, name: str, new_name: str | None, now: datetime
) -> EventTypeRow:
    original = find(session, name)
    copy = EventType(
        **original.model_dump(exclude={"id", "name", "version", "archived_at"})
        | {
            "id": new_id("et"),
            "name": new_name or _free_copy_name(session, name),
            "created_at": now,
            "updated_at": now,
        }
    )
    _insert(session, copy)
    cloned = {"cloned_from": name}
    added(session, copy, actor=actor, now=now, action=AuditAction.CLONED, beside=cloned)
    postbacks = select(Postback).where(
        col(Postback.event_type_id) == original.id, col(Postback.archived_at).is_(None)
    )
    for postback in session.scalars(postbacks.order_by(col(Postback.id))).all():
        same = Postback(
            **postback.model_dump(exclude=_NOT_CLONED)
            | {
                "id": new_id("pb"),
                "event_type_id": copy.id,
                "created_at": now,
                "updated_at": now,
            }
        )
        session.add(same)
        cloned = {"cloned_from": postback.id}
        added(session, same, actor=actor, now=now, action=AuditAction.CLONED, beside=cloned)
    return event_type_row(copy)


def _free_copy_name(session: Session, name: str) -> str:
    taken = set(session.scalars(select(col(EventType.name))))
    number = 1
    while True:
        ending = "_copy" if number == 1 else f"_copy_{number}"
        copy = name[: MAX_LENGTH - len(ending)] + ending
        if copy not in taken:
            return copy
        number += 1
