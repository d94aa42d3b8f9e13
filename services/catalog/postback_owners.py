"""Whose a postback is and what it is limited to: owners, filters and what they leave known."""

from dataclasses import dataclass

from models import Postback
from models.words import PostbackLevel
from services.catalog.cache import Definitions
from services.catalog.postback_rows import Owner
from services.catalog.rows import AffiliateRow, CampaignRow, EventTypeRow
from services.errors import InvalidInput, NotFound

_FILTER_OF = {PostbackLevel.CAMPAIGN: "campaign", PostbackLevel.AFFILIATE: "affiliate"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a postback fires for, by ids: the owner and every filter; `None` is any."""

    level: PostbackLevel
    event_type_id: str | None
    campaign_id: str | None
    affiliate_id: str | None


def owner_id(definitions: Definitions, owner: Owner) -> str:
    """Return the id of an event, a campaign or an affiliate; raise NotFound."""
    found: EventTypeRow | CampaignRow | AffiliateRow | None
    match owner.level:
        case PostbackLevel.EVENT:
            found = definitions.event_types_by_name.get(owner.key)
        case PostbackLevel.CAMPAIGN:
            found = definitions.campaigns_by_key.get(owner.key)
        case PostbackLevel.AFFILIATE:
            found = definitions.affiliates_by_key.get(owner.key)
    if found is None:
        raise NotFound(owner.level.value, owner.key)
    return found.id


def find_scope(
    definitions: Definitions,
    owner: Owner | None,
    *,
    campaign: str | None,
    affiliate: str | None,
) -> tuple[Scope, dict[str, str]]:
    """Return what a postback with these filters fires for, and a sentence per wrong filter.

    A filter of the owner's own kind can only name the owner. Without an owner the postback
    counts as one of some event. Raises NotFound for the owner.
    """
    problems: dict[str, str] = {}
    keys = {"campaign": campaign, "affiliate": affiliate}
    event_type_id: str | None = None
    if owner is not None:
        found = owner_id(definitions, owner)
        own = _FILTER_OF.get(owner.level)
        if own is None:
            event_type_id = found
        else:
            if keys[own] not in {None, owner.key}:
                problems[own] = (
                    f"This postback belongs to the {own} “{owner.key}” and fires for it alone. "
                    f"Leave the {own} out, or add the postback to the other {own}."
                )
            keys[own] = owner.key
    ids: dict[str, str | None] = {}
    for name, known in (
        ("campaign", definitions.campaigns_by_key),
        ("affiliate", definitions.affiliates_by_key),
    ):
        key = keys[name]
        row = known.get(key) if key is not None else None
        if key is not None and row is None:
            problems[name] = f"There is no {name} with the key “{key}”."
        ids[name] = row.id if row else None
    level = owner.level if owner else PostbackLevel.EVENT
    return Scope(level, event_type_id, ids["campaign"], ids["affiliate"]), problems


def known_scope(
    definitions: Definitions, owner: Owner, *, campaign: str | None, affiliate: str | None
) -> Scope:
    """Return what a postback fires for; raise InvalidInput for a filter that cannot be."""
    scope, problems = find_scope(definitions, owner, campaign=campaign, affiliate=affiliate)
    if problems:
        raise InvalidInput(problems)
    return scope


def scope_of(postback: Postback) -> Scope:
    """Return what a stored postback fires for."""
    return Scope(
        postback.level, postback.event_type_id, postback.campaign_id, postback.affiliate_id
    )


def custom_field_names(definitions: Definitions, scope: Scope) -> frozenset[str]:
    """Return the names of the custom fields that an event in this scope may carry.

    Archived events and campaigns count for nothing.
    """
    return frozenset(
        field.name
        for (campaign_id, event_type_id), fields in definitions.custom_fields.items()
        if scope.campaign_id in {None, campaign_id}
        and scope.event_type_id in {None, event_type_id}
        and definitions.campaigns_by_id[campaign_id].archived_at is None
        and definitions.event_types_by_id[event_type_id].archived_at is None
        for field in fields
    )
