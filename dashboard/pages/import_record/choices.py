"""What the drop-downs of the first step offer: our fields, and values for a whole file."""

from dataclasses import dataclass
from typing import Final

from dashboard.session import actor
from models.words import ConversionStatus, ImportKind
from services.catalog import affiliates, campaigns, event_types
from services.imports import mapping
from services.imports.contract import FIELDS, FREE
from services.imports.rows import ImportRow
from services.imports.suggestions import normal
from services.paging import MAX_LIMIT, PageRequest

LABELS: Final = {
    "event": "Event",
    "transaction_id": "Transaction ID",
    "lead_id": "Lead ID",
    "campaign": "Campaign",
    "amount": "Amount",
    "currency": "Currency",
    "order_id": "Order ID",
    "occurred_at": "Time it happened",
    "conversion_status": "Conversion status",
    "time_zone": "Time zone of the row",
    "affiliate": "Affiliate",
    "external_click_id": "External click ID",
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "submitted_at": "Submitted",
    "event_id": "Event ID",
    "reason": "Reason",
    **{f"sub{number}": f"Sub {number}" for number in range(1, 11)},
}
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FieldChoices:
    """The fields that a column may be; a lead's column may also be a field of its own name."""

    kind: ImportKind
    known: tuple[tuple[str, str], ...]

    def of_column(self, column: str) -> Choices:
        """Return the choices of one column."""
        name = normal(column)[:64]
        if self.kind is ImportKind.LEADS and name and name[0].isalpha():
            return [*self.known, (FREE + name, f"Own field “{name}”")]
        return list(self.known)


async def field_choices(row: ImportRow) -> FieldChoices:
    """Return what the columns of a file may be."""
    known = [(name, LABELS.get(name, name)) for name in FIELDS[row.kind]]
    if row.kind is ImportKind.EVENTS:
        custom = await mapping.custom_fields(actor())
        known += [(FREE + name, f"Custom field “{name}”") for name in custom]
    chosen = {field for field in row.options.columns.values() if field}
    offered = {name for name, _ in known}
    known += [
        (field, field.removeprefix(FREE))
        for field in sorted(chosen - offered)
        if row.kind is not ImportKind.LEADS
    ]
    return FieldChoices(row.kind, tuple(known))


async def fixed_choices(row: ImportRow) -> dict[str, Choices]:
    """Return the values that a whole file may have, for fields that have a list of them."""
    request = PageRequest(limit=MAX_LIMIT)
    who = actor()
    found: dict[str, Choices] = {
        "campaign": [
            (each.key, each.name) for each in (await campaigns.list_page(who, request)).items
        ]
    }
    if row.kind is ImportKind.LEADS:
        page = await affiliates.list_page(who, request)
        found["affiliate"] = [(each.key, each.name) for each in page.items]
        return found
    events = await event_types.list_page(who, request)
    found["event"] = [(each.name, each.name) for each in events.items]
    found["conversion_status"] = [
        (each.value, each.value.replace("_", " ")) for each in ConversionStatus
    ]
    return found
