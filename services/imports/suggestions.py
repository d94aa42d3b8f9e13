"""Which of our fields a column probably is: by our names, and by those of other systems."""

import re
from collections.abc import Collection, Sequence
from types import MappingProxyType
from typing import Final

from models.words import ImportKind
from services.imports.contract import FIELDS, FREE, TIME_FIELDS, ZONE_FIELD
from services.macros.dialects import our_name

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Macros that are called otherwise as fields.
_OF_MACRO: Final = MappingProxyType(
    {
        "event_name": "event",
        "campaign_id": "campaign",
        "campaign_name": "campaign",
        "affiliate_id": "affiliate",
        "affiliate_name": "affiliate",
        "status": "conversion_status",
        "received_at": "occurred_at",
    }
)
_MORE: Final = MappingProxyType(
    {
        **dict.fromkeys(("tz", "timezone", "zone"), ZONE_FIELD),
        **dict.fromkeys(("comment", "note", "remark", "reject_reason"), "reason"),
        **dict.fromkeys(("lead_date", "signup_date", "submitted", "created"), "submitted_at"),
        **dict.fromkeys(("occurred", "happened_at", "sale_date", "order_date"), "occurred_at"),
        **dict.fromkeys(("created_at", "date_created", "creation_date"), "occurred_at"),
        **dict.fromkeys(("order_no", "order_number", "order_nr", "invoice_no"), "order_id"),
        **dict.fromkeys(("sale_value", "order_value", "net_amount", "commission"), "amount"),
        **dict.fromkeys(("new_status", "to", "to_status"), "conversion_status"),
        **dict.fromkeys(("given_name", "forename"), "first_name"),
        **dict.fromkeys(("family_name", "surname"), "last_name"),
    }
)


def suggest(kind: ImportKind, columns: Sequence[str], custom: Collection[str]) -> dict[str, str]:
    """Return column → field, each field at most once; what is not recognised is not there.

    `custom` are the custom fields of events, by their names.
    """
    wanted = FIELDS[kind]
    found: dict[str, str] = {}
    # Exact names first: a column “order” must not take the place of “order_id”.
    for column in columns:
        name = normal(column)
        if name in wanted and name not in found.values():
            found[column] = name
    for column in columns:
        if column in found:
            continue
        field = _by_other_words(kind, normal(column), custom)
        if field and field not in found.values():
            found[column] = field
    return found


def normal(column: str) -> str:
    """Return a column's name as fields are written: `Order No.` becomes `order_no`."""
    return _NOT_A_LETTER.sub("_", _HUMP.sub("_", column.strip()).lower()).strip("_")


def _by_other_words(kind: ImportKind, name: str, custom: Collection[str]) -> str:
    if kind is ImportKind.EVENTS and name in custom:
        return FREE + name
    candidates = [_MORE.get(name, "")]
    for spelling in (name, name.replace("_", "")):
        ours = (our_name(spelling) or "").partition("|")[0]
        candidates.append(_OF_MACRO.get(ours, ours))
    for field in candidates:
        if field in FIELDS[kind]:
            return field
        # A column of a time is that of the one time that the rows have.
        if field in TIME_FIELDS and kind is not ImportKind.STATUS_CHANGES:
            return "submitted_at" if kind is ImportKind.LEADS else "occurred_at"
    return ""
