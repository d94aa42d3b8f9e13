"""Checks a postback with all that decides about it: the one way for save, test and preview."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Campaign, Lead
from models.words import Method
from services import database
from services.catalog.postback_input import PostbackInput
from services.catalog.postback_rules import check_host, check_target, judge_texts
from services.errors import InvalidInput
from services.target_guard import Resolver
from services.target_policy import target_policy
from services.validation import validate

_RECENT_LEADS = 200  # enough to know the names of free-form fields that leads bring


@dataclass(frozen=True, slots=True)
class Checked:
    """A postback that may be saved, tested or previewed; rendering takes it as it is.

    `secrets` are all that are in force, in clear: for sending, never for showing.
    """

    url: str
    method: Method
    body: str | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    enabled: bool
    campaign: str | None
    campaign_id: str | None
    warnings: tuple[str, ...]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """A postback as a change begins with it."""

    version: int
    fields: Mapping[str, object]
    secrets: Mapping[str, str] = field(repr=False)
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the database knows that decides about a postback."""

    campaign_id: str | None
    lead_fields: frozenset[str]


async def check_input(
    data: Mapping[str, object],
    *,
    stored: Stored | None,
    resolver: Resolver | None,
) -> Checked:
    """Return the data, or the stored postback with these changes, when it may be saved.

    Without a resolver no name server is asked. Raises InvalidInput with a sentence per field.
    """
    given = validate(PostbackInput, {**(stored.fields if stored else {}), **data})
    changed = {**(stored.secrets if stored else {}), **given.secrets}
    secrets = {name: value for name, value in changed.items() if value is not None}
    around = await database.read(_surroundings, given.campaign)
    found = judge_texts(
        url=given.url,
        method=given.method,
        body=given.body,
        content_type=given.content_type,
        headers=given.headers,
        secret_names=frozenset(secrets),
        lead_fields=around.lead_fields,
    )
    if given.campaign is not None and around.campaign_id is None:
        found.errors["campaign"] = f"There is no campaign with the key “{given.campaign}”."
    if given.affiliate is not None:
        found.errors["affiliate"] = f"There is no affiliate with the key “{given.affiliate}”."
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
        campaign=given.campaign,
        campaign_id=around.campaign_id,
        warnings=tuple(found.warnings),
        secrets=secrets,
    )


def lead_field_names(session: Session) -> frozenset[str]:
    """Return the lower-case names of the free-form fields that recent leads brought."""
    recent = select(col(Lead.fields)).order_by(col(Lead.created_at).desc()).limit(_RECENT_LEADS)
    return frozenset(name.lower() for fields in session.scalars(recent) for name in fields)


def _surroundings(session: Session, campaign: str | None) -> _Surroundings:
    campaign_id = None
    if campaign:
        campaign_id = session.scalar(select(col(Campaign.id)).where(col(Campaign.key) == campaign))
    return _Surroundings(campaign_id, lead_field_names(session))
