"""Custom fields: what an event carries in one campaign, beyond what every event has."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy import update as update_table
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col

from models import CustomField
from models.words import AuditSubject, FieldType
from services import database
from services.actor import Actor, Right
from services.catalog import campaigns, event_types, reach
from services.catalog.cache import Place
from services.catalog.custom_field_input import MAX_FIELDS, CustomFieldInput, suggest_name
from services.catalog.rows import CustomFieldRow, custom_field_row
from services.catalog.versions import (
    Beside,
    added,
    change,
    check_version,
    rearranged,
    removed,
)
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import new_id
from services.validation import validate

__all__ = [
    "MAX_FIELDS",
    "CustomFieldInput",
    "CustomFieldRow",
    "create",
    "delete",
    "list_for",
    "reorder",
    "suggest_name",
    "update",
]

_KIND = "custom field"


async def list_for(actor: Actor, campaign_key: str, event_name: str) -> list[CustomFieldRow]:
    """Return the fields of an event in a campaign, in their order; raise NotFound for either."""
    actor.require(Right.READ, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    return await database.read(_list_for, campaign_key, event_name)


async def create(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    data: Mapping[str, object],
    *,
    clock: Clock = utc_now,
) -> CustomFieldRow:
    """Add a field, as the last one unless `position` says otherwise.

    Raises NotFound, InvalidInput (the 51st field too), and Conflict for a taken name.
    """
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    given = validate(CustomFieldInput, data)
    return await database.write(_create, actor, campaign_key, event_name, given, clock())


async def update(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    name: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> CustomFieldRow:
    """Change the given parts of a field; events that were fired keep their values as they are.

    Raises NotFound, InvalidInput, StaleVersion when `if_match` is not the current version, and
    Conflict for a taken name.
    """
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    return await database.write(
        _update, actor, campaign_key, event_name, name, changes, if_match, clock()
    )


async def delete(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    name: str,
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> None:
    """Remove a field; events that were fired keep its values. Raises NotFound and StaleVersion."""
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    await database.write(_delete, actor, campaign_key, event_name, name, if_match, clock())


async def reorder(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    names: Sequence[str],
    *,
    clock: Clock = utc_now,
) -> list[CustomFieldRow]:
    """Put the fields into this order; raise NotFound, and InvalidInput unless all are named once.

    Their versions stay: a place among the others is nothing that somebody types.
    """
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    return await database.write(_reorder, actor, campaign_key, event_name, list(names), clock())


def _place(session: Session, campaign_key: str, event_name: str) -> Place:
    campaign = campaigns.find(session, campaign_key)
    return campaign.id, event_types.find(session, event_name).id


def _locked_place(session: Session, campaign_key: str, event_name: str) -> Place:
    # One lock for all fields of a campaign: their number and their order concern them together.
    campaigns.find(session, campaign_key, for_change=True)
    return _place(session, campaign_key, event_name)


def _fields(session: Session, place: Place) -> list[CustomField]:
    query = select(CustomField).where(
        col(CustomField.campaign_id) == place[0], col(CustomField.event_type_id) == place[1]
    )
    return list(session.scalars(query.order_by(col(CustomField.position), col(CustomField.id))))


def _named(fields: Sequence[CustomField], name: str) -> CustomField:
    for field in fields:
        if field.name == name:
            return field
    raise NotFound(_KIND, name)


def _arrange(session: Session, fields: Sequence[CustomField]) -> bool:
    """Give the fields the places in which they stand here; tell whether any had another."""
    moved = {field.id: place for place, field in enumerate(fields) if field.position != place}
    if not moved:
        return False
    session.flush()
    session.execute(
        update_table(CustomField)
        .where(col(CustomField.id).in_(moved))
        .values(position=case(moved, value=col(CustomField.id)))
        .execution_options(synchronize_session=False)
    )
    for place, field in enumerate(fields):
        set_committed_value(field, "position", place)
    return True


def _list_for(session: Session, campaign_key: str, event_name: str) -> list[CustomFieldRow]:
    place = _place(session, campaign_key, event_name)
    return [custom_field_row(field) for field in _fields(session, place)]


def _create(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    given: CustomFieldInput,
    now: datetime,
) -> CustomFieldRow:
    place = _locked_place(session, campaign_key, event_name)
    fields = _fields(session, place)
    if len(fields) >= MAX_FIELDS:
        raise InvalidInput(
            {"name": f"An event has at most {MAX_FIELDS} custom fields in a campaign. Remove one."}
        )
    _refuse_taken(fields, given.name)
    field = CustomField(
        id=new_id("cf"),
        campaign_id=place[0],
        event_type_id=place[1],
        name=given.name,
        type=FieldType(given.type),
        required=given.required,
        position=len(fields),
        help_text=given.help_text,
        example=given.example,
        created_at=now,
        updated_at=now,
    )
    session.add(field)
    fields.insert(len(fields) if given.position is None else given.position, field)
    _arrange(session, fields)
    added(session, field, actor=actor, now=now, beside={"position": field.position})
    return custom_field_row(field)


def _refuse_taken(fields: Sequence[CustomField], name: str) -> None:
    if any(field.name == name for field in fields):
        message = f"This event has a custom field “{name}” here already. Choose another name."
        raise Conflict(message, code="field_taken", fields={"name": message})


def _update(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    name: str,
    changes: Mapping[str, object],
    if_match: int | None,
    now: datetime,
) -> CustomFieldRow:
    fields = _fields(session, _locked_place(session, campaign_key, event_name))
    field = _named(fields, name)
    check_version(field, _KIND, if_match=if_match)
    present = {
        "name": field.name,
        "type": field.type.value,
        "required": field.required,
        "help_text": field.help_text,
        "example": field.example,
    }
    data = validate(CustomFieldInput, {**present, **changes})
    others = [each for each in fields if each is not field]
    _refuse_taken(others, data.name)
    was_at = field.position
    if data.position is not None:
        others.insert(data.position, field)
        _arrange(session, others)
    values = {part: getattr(data, part) for part in present} | {"type": FieldType(data.type)}
    place = Beside({"position": was_at}, {"position": field.position})
    change(session, field, values, actor=actor, kind=_KIND, now=now, beside=place)
    return custom_field_row(field)


def _delete(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    name: str,
    if_match: int | None,
    now: datetime,
) -> None:
    fields = _fields(session, _locked_place(session, campaign_key, event_name))
    field = _named(fields, name)
    check_version(field, _KIND, if_match=if_match)
    removed(session, field, actor=actor, now=now)
    _arrange(session, [each for each in fields if each is not field])


def _reorder(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    names: list[str],
    now: datetime,
) -> list[CustomFieldRow]:
    fields = _fields(session, _locked_place(session, campaign_key, event_name))
    if sorted(names) != sorted(field.name for field in fields):
        raise InvalidInput({"names": "Name every custom field of the event exactly once."})
    ordered = sorted(fields, key=lambda field: names.index(field.name))
    if _arrange(session, ordered):
        rearranged(
            session,
            AuditSubject.CUSTOM_FIELD,
            f"{campaign_key}/{event_name}",
            Beside({"order": [field.name for field in fields]}, {"order": names}),
            actor=actor,
            now=now,
        )
    return [custom_field_row(field) for field in ordered]
