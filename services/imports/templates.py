"""A file to begin with, per kind: the header row and one example."""

import csv
import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models.words import ImportKind

EXAMPLES: Final[Mapping[ImportKind, Mapping[str, str]]] = MappingProxyType(
    {
        ImportKind.LEADS: {
            "campaign": "auto-us",
            "transaction_id": "t-1001",
            "affiliate": "north-media",
            "external_click_id": "clk-7f3a",
            "email": "ann@example.com",
            "phone": "+1 202 555 0143",
            "first_name": "Ann",
            "last_name": "Miller",
            "sub1": "newsletter",
            "submitted_at": "2026-01-31T14:30:00+00:00",
        },
        ImportKind.EVENTS: {
            "event": "sale",
            "transaction_id": "t-1001",
            "campaign": "auto-us",
            "amount": "49.90",
            "currency": "USD",
            "order_id": "o-5512",
            "occurred_at": "2026-01-31T14:30:00+00:00",
            "conversion_status": "approved",
        },
        ImportKind.STATUS_CHANGES: {
            "transaction_id": "t-1001",
            "event": "sale",
            "order_id": "o-5512",
            "conversion_status": "rejected",
            "reason": "Cancelled within 14 days",
        },
    }
)


def template(kind: ImportKind) -> str:
    """Return a CSV file with a header row and one example row."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(EXAMPLES[kind])
    writer.writerow(EXAMPLES[kind].values())
    return text.getvalue()
