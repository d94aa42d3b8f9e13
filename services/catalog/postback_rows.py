"""Postbacks as the rest of the product sees them: frozen, typed, without their secrets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models import Postback
from models.words import ConversionStatus, Method, PostbackLevel
from services import secret_box
from services.catalog.cache import Definitions
from services.catalog.delivery_input import Retry
from services.catalog.postback_standing import NORMAL, Standing
from services.catalog.signing_rows import Signing, signing_of
from services.delivery.success_rule import SuccessRule, rule_of


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a postback is: an event by its name, a campaign or an affiliate by its key."""

    level: PostbackLevel
    key: str


@dataclass(frozen=True, slots=True)
class PostbackRow:
    """One postback; of its secrets only the names, of its owner and filters the keys.

    At level campaign `campaign` is the owner, at level affiliate `affiliate` is; what else is
    set is a filter. `on_conversion_status` empty: it fires when an event is recorded, else each
    time that an event's conversion status becomes one of these. `signing` is empty while calls go
    out unsigned. `success` empty: every 2xx counts.
    """

    id: str
    level: PostbackLevel
    event: str | None
    campaign: str | None
    affiliate: str | None
    on_conversion_status: tuple[ConversionStatus, ...]
    url: str
    method: Method
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    secret_names: tuple[str, ...]
    signing: Signing | None
    retry: Retry
    success: SuccessRule | None
    at_most_once: bool
    enabled: bool
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    warnings: tuple[str, ...]
    standing: Standing = NORMAL

    @property
    def owner(self) -> Owner:
        """Return whose postback it is."""
        keys = {
            PostbackLevel.EVENT: self.event,
            PostbackLevel.CAMPAIGN: self.campaign,
            PostbackLevel.AFFILIATE: self.affiliate,
        }
        return Owner(self.level, keys[self.level] or "")


def readable_secrets(postback: Postback) -> dict[str, str]:
    """Return the secrets; none when the key is lost, so that they can be entered again."""
    try:
        return secret_box.decrypt_all(postback.secrets)
    except secret_box.UnreadableSecret:
        return {}


def postback_row(
    definitions: Definitions,
    postback: Postback,
    *,
    warnings: Iterable[str],
    standing: Standing = NORMAL,
) -> PostbackRow:
    """Return the row of a stored postback."""
    event_type = definitions.event_types_by_id.get(postback.event_type_id or "")
    campaign = definitions.campaigns_by_id.get(postback.campaign_id or "")
    affiliate = definitions.affiliates_by_id.get(postback.affiliate_id or "")
    return PostbackRow(
        id=postback.id,
        level=postback.level,
        event=event_type.name if event_type else None,
        campaign=campaign.key if campaign else None,
        affiliate=affiliate.key if affiliate else None,
        on_conversion_status=tuple(map(ConversionStatus, postback.on_conversion_status)),
        url=postback.url,
        method=postback.method,
        body=postback.body,
        content_type=postback.content_type,
        headers=tuple(postback.headers.items()),
        secret_names=tuple(sorted(readable_secrets(postback))),
        signing=signing_of(postback.signing_secrets),
        retry=Retry(postback.retry_preset, tuple(postback.retry_waits)),
        success=rule_of(postback.success_rule),
        at_most_once=postback.at_most_once,
        enabled=postback.enabled,
        version=postback.version,
        created_at=postback.created_at,
        updated_at=postback.updated_at,
        archived_at=postback.archived_at,
        warnings=tuple(warnings),
        standing=standing,
    )
