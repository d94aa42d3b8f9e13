"""Checks a postback with all that decides about it: the one way for save, test and preview."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Lead, Postback
from models.words import ConversionStatus, Method
from services import database
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.delivery_input import Retry
from services.catalog.postback_input import PostbackInput
from services.catalog.postback_owners import Scope, custom_field_names, find_scope, scope_of
from services.catalog.postback_rows import Owner, readable_secrets
from services.catalog.postback_rules import check_host, check_target, judge_texts
from services.delivery.success_rule import SuccessRule
from services.errors import InvalidInput
from services.target_guard import Resolver
from services.target_policy import target_policy
from services.validation import validate

_RECENT_LEADS = 200  # enough to know the names of free-form fields that leads bring


@dataclass(frozen=True, slots=True)
class Checked:
    """A postback that may be saved, tested or previewed; rendering and trial take it as it is.

    `campaign` and `affiliate` include the owner's own key. `secrets` are all that are in force,
    in clear: for sending, never for showing.
    """

    url: str
    method: Method
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    enabled: bool
    event: str | None
    campaign: str | None
    campaign_id: str | None
    affiliate: str | None
    affiliate_id: str | None
    on_conversion_status: tuple[ConversionStatus, ...]
    retry: Retry
    success: SuccessRule | None
    at_most_once: bool
    warnings: tuple[str, ...]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """A postback as a change begins with it."""

    owner: Owner
    version: int
    fields: Mapping[str, object]
    secrets: Mapping[str, str] = field(repr=False)
    is_signed: bool
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the database knows that decides about a postback."""

    scope: Scope
    event: str | None
    campaign: str | None
    affiliate: str | None
    problems: Mapping[str, str]
    custom_fields: frozenset[str]
    lead_fields: frozenset[str]


async def check_input(
    data: Mapping[str, object],
    *,
    owner: Owner | None,
    stored: Stored | None,
    resolver: Resolver | None,
) -> Checked:
    """Return the data, or the stored postback with these changes, when it may be saved.

    Without an owner the postback counts as one of some event. Without a resolver no name server
    is asked. Raises InvalidInput with a sentence per field, and NotFound for the owner.
    """
    given = validate(PostbackInput, {**(stored.fields if stored else {}), **data})
    changed = {**(stored.secrets if stored else {}), **given.secrets}
    secrets = {name: value for name, value in changed.items() if value is not None}
    around = await database.read(
        _surroundings, stored.owner if stored else owner, given.campaign, given.affiliate
    )
    found = judge_texts(
        url=given.url,
        method=given.method,
        body=given.body,
        content_type=given.content_type,
        headers=given.headers,
        secret_names=frozenset(secrets),
        is_signed=stored is not None and stored.is_signed,
        custom_fields=around.custom_fields,
        lead_fields=around.lead_fields,
    )
    found.errors.update(around.problems)
    policy = target_policy(database.current().settings)
    if "url" not in found.errors and (problem := check_target(given.url, policy)):
        found.errors["url"] = problem
    if not found.errors and resolver is not None:
        refusal, warning = await check_host(given.url, policy, resolver)
        if refusal:
            found.errors["url"] = refusal
        elif warning:
            found.warn(warning)
    if found.errors:
        raise InvalidInput(found.errors)
    return Checked(
        url=given.url,
        method=Method(given.method),
        body=given.body,
        content_type=given.content_type,
        headers=tuple(given.headers.items()),
        enabled=given.enabled,
        event=around.event,
        campaign=around.campaign,
        campaign_id=around.scope.campaign_id,
        affiliate=around.affiliate,
        affiliate_id=around.scope.affiliate_id,
        on_conversion_status=tuple(given.on_conversion_status),
        retry=given.retry,
        success=given.success,
        at_most_once=given.at_most_once,
        warnings=tuple(found.warnings),
        secrets=secrets,
    )


def lead_field_names(session: Session) -> frozenset[str]:
    """Return the lower-case names of the free-form fields that recent leads brought."""
    recent = select(col(Lead.fields)).order_by(col(Lead.created_at).desc()).limit(_RECENT_LEADS)
    return frozenset(name.lower() for fields in session.scalars(recent) for name in fields)


def standing_warnings(
    definitions: Definitions, postback: Postback, *, lead_fields: frozenset[str]
) -> tuple[str, ...]:
    """Return what the saved texts still deserve to be warned about; asks no name server."""
    found = judge_texts(
        url=postback.url,
        method=postback.method.value,
        body=postback.body,
        content_type=postback.content_type,
        headers=postback.headers,
        secret_names=frozenset(readable_secrets(postback)),
        is_signed=postback.signing_secrets is not None,
        custom_fields=custom_field_names(definitions, scope_of(postback)),
        lead_fields=lead_fields,
    )
    return tuple(found.warnings)


def _surroundings(
    session: Session, owner: Owner | None, campaign: str | None, affiliate: str | None
) -> _Surroundings:
    definitions = cache.definitions(session)
    scope, problems = find_scope(definitions, owner, campaign=campaign, affiliate=affiliate)
    event_type = definitions.event_types_by_id.get(scope.event_type_id or "")
    of_campaign = definitions.campaigns_by_id.get(scope.campaign_id or "")
    of_affiliate = definitions.affiliates_by_id.get(scope.affiliate_id or "")
    return _Surroundings(
        scope=scope,
        event=event_type.name if event_type else None,
        campaign=of_campaign.key if of_campaign else None,
        affiliate=of_affiliate.key if of_affiliate else None,
        problems=problems,
        custom_fields=custom_field_names(definitions, scope),
        lead_fields=lead_field_names(session),
    )
