"""A postback between its columns and what people change of it."""

from collections.abc import Mapping
from typing import Any

from models import Postback
from services import secret_box
from services.catalog.cache import Definitions
from services.catalog.postback_check import Checked, Stored
from services.catalog.postback_rows import postback_row, readable_secrets
from services.delivery.success_rule import as_stored


def stored_of(definitions: Definitions, postback: Postback) -> Stored:
    """Return a stored postback as a change begins with it, its secrets in clear."""
    row = postback_row(definitions, postback, warnings=())
    return Stored(
        owner=row.owner,
        version=postback.version,
        fields={
            "url": postback.url,
            "method": postback.method.value,
            "body": postback.body,
            "content_type": postback.content_type,
            "headers": postback.headers,
            "enabled": postback.enabled,
            "campaign": row.campaign,
            "affiliate": row.affiliate,
            "on_conversion_status": list(row.on_conversion_status),
            "retry": row.retry,
            "success": row.success,
            "at_most_once": row.at_most_once,
        },
        secrets=readable_secrets(postback),
        is_signed=row.signing is not None,
        archived_at=postback.archived_at,
    )


def columns_of(checked: Checked, *, with_secrets: bool) -> dict[str, Any]:
    """Return the columns to store of a checked postback; its secrets, sealed, only if asked for."""
    values = {
        "url": checked.url,
        "method": checked.method,
        "body": checked.body,
        "content_type": checked.content_type,
        "headers": dict(checked.headers),
        "enabled": checked.enabled,
        "campaign_id": checked.campaign_id,
        "affiliate_id": checked.affiliate_id,
        "on_conversion_status": [status.value for status in checked.on_conversion_status],
        "retry_preset": checked.retry.preset,
        "retry_waits": list(checked.retry.waits),
        "success_rule": as_stored(checked.success),
        "at_most_once": checked.at_most_once,
    }
    if with_secrets:
        values["secrets"] = secret_box.encrypt_all(checked.secrets)
    return values


def has_other_secrets(postback: Postback, secrets: Mapping[str, str]) -> bool:
    """Tell whether these secrets are others than those that are stored."""
    # Equal secrets make another token each time. One that cannot be read any more is another.
    is_stored = postback.secrets is not None
    return is_stored != bool(secrets) or readable_secrets(postback) != dict(secrets)
