"""What every macro stands for: the values of one event, the same for live, test and preview."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from models.words import ConversionStatus
from services.field_values import as_macro

SUBS = tuple(f"sub{number}" for number in range(1, 11))
LEAD_MACROS = (
    "transaction_id",
    "external_click_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    *SUBS,
)


LEAD_COLUMNS = ("id", *LEAD_MACROS, "fields")
"""All that `lead_values` asks of a lead."""


class LeadLike(Protocol):
    """The columns of a lead that macros show."""

    @property
    def id(self) -> str:
        """Our id."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The free-form fields."""


def lead_values(lead: LeadLike) -> dict[str, str | int | Decimal | datetime | None]:
    """Return the macros of the lead group, free-form fields as `lead:<name>`."""
    values: dict[str, str | int | Decimal | datetime | None] = {"lead_id": lead.id}
    for name in LEAD_MACROS:
        values[name] = getattr(lead, name)
    for name, value in lead.fields.items():
        values[f"lead:{name.lower()}"] = _plain(value)
    return values


def event_values(
    *,
    event_id: str,
    event_name: str,
    event_count: int,
    amount: str | None,
    currency: str | None,
    order_id: str | None,
    conversion_status: ConversionStatus,
    occurred_at: datetime,
    received_at: datetime,
    fields: Mapping[str, Any],
    campaign_key: str,
    campaign_name: str,
    affiliate_key: str | None,
    affiliate_name: str | None,
    is_test: bool,
) -> dict[str, str | int | Decimal | datetime | None]:
    """Return the macros of the event, place and delivery groups, but the delivery's own id.

    `fields` are the custom values as the event keeps them.
    """
    values: dict[str, str | int | Decimal | datetime | None] = {
        "event_id": event_id,
        "event_name": event_name,
        "event_count": event_count,
        "amount": amount,
        "currency": currency,
        "order_id": order_id,
        "conversion_status": conversion_status.value,
        "occurred_at": occurred_at,
        "received_at": received_at,
        "campaign_id": campaign_key,
        "campaign_name": campaign_name,
        "affiliate_id": affiliate_key,
        "affiliate_name": affiliate_name,
        "is_test": "true" if is_test else "false",
    }
    for name, value in fields.items():
        values[f"field:{name}"] = as_macro(value)
    return values


def _plain(value: Any) -> str | int | Decimal | None:
    if value is None or isinstance(value, str | Decimal):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return Decimal(str(value)) if isinstance(value, int | float) else str(value)
