"""The form and the stored postback beside each other, when somebody else saved first."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.components.conflict_panel import ConflictLine, conflict_lines
from dashboard.pages.postback.delivery_state import (
    retry_in_words,
    stored_delivery,
    success_in_words,
)
from services.catalog.postbacks import PostbackRow

Texts = Mapping[str, str]


def compare(mine: Texts, theirs: Texts) -> list[ConflictLine]:
    """Return a line per field, or none at all when both are the same."""
    lines = conflict_lines((label, text, theirs.get(label, "")) for label, text in mine.items())
    return lines if any(line.differs for line in lines) else []


def in_words(
    *,
    method: str,
    url: str,
    body: str | None,
    content_type: str,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    campaign: str | None,
    affiliate: str | None,
    on_conversion_status: Sequence[str],
    enabled: bool,
    delivery: Mapping[str, Any],
) -> dict[str, str]:
    """Return the fields as a person reads them, by label; of secrets the names."""
    moments = " or ".join(status.replace("_", " ") for status in on_conversion_status)
    return {
        "Method": method,
        "Destination URL": url,
        "Content type": content_type,
        "Body": body or "",
        "Headers": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "Secrets": ", ".join(sorted(secrets)),
        "Campaign": campaign or "All campaigns",
        "Affiliate": affiliate or "All affiliates",
        "Fires when": f"The status becomes {moments}" if moments else "The event is recorded",
        "Enabled": "On" if enabled else "Off",
        "Retries": retry_in_words(delivery["retry"]),
        "Counts as delivered": success_in_words(delivery["success"]),
        "At most once": "On" if delivery["at_most_once"] else "Off",
    }


def row_in_words(row: PostbackRow) -> dict[str, str]:
    """Return a stored postback as `in_words` does."""
    return in_words(
        method=row.method.value,
        url=row.url,
        body=row.body,
        content_type=row.content_type,
        headers=dict(row.headers),
        secrets=row.secret_names,
        campaign=row.campaign,
        affiliate=row.affiliate,
        on_conversion_status=[status.value for status in row.on_conversion_status],
        enabled=row.enabled,
        delivery=stored_delivery(row),
    )
