"""What a test carries as custom fields: their examples, in the form of an event's own."""

from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import CustomField, EventType
from models.words import FieldType
from services.field_values import read_value

_EXAMPLES = MappingProxyType(
    {FieldType.TEXT: "sample", FieldType.NUMBER: "12.50", FieldType.DATE: "2026-01-31"}
)


def sample_fields(
    session: Session, *, event: str | None, campaign_id: str | None
) -> dict[str, Any]:
    """Return a value for every custom field of the event in the campaign, as an event keeps them.

    Without an event or a campaign those of any; of equal names the first that has an example.
    """
    query = select(CustomField).order_by(col(CustomField.position), col(CustomField.id))
    if event is not None:
        ids = select(col(EventType.id)).where(col(EventType.name) == event)
        query = query.where(col(CustomField.event_type_id).in_(ids))
    if campaign_id is not None:
        query = query.where(col(CustomField.campaign_id) == campaign_id)
    found: dict[str, Any] = {}
    for field in sorted(session.scalars(query), key=lambda row: not row.example):
        found.setdefault(field.name, _value(field))
    return found


def _value(field: CustomField) -> Any:
    try:
        return read_value(field.type, field.example or _EXAMPLES[field.type])
    except ValueError:  # an example that was written for another type
        return read_value(field.type, _EXAMPLES[field.type])
