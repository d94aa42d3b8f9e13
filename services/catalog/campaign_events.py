"""What one campaign says otherwise about an event: assigned, switched off, flags overridden."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationInfo, field_validator
from sqlalchemy import select
from sqlmodel import Session, col

from models import CampaignEvent
from services import database
from services.actor import Actor, Right
from services.catalog import cache, campaigns, event_types, reach
from services.catalog.cache import Place
from services.catalog.dedupe_input import Dedupe, DedupeChoice, agree
from services.catalog.effective_events import EffectiveEvent, effective_event
from services.catalog.rows import Overrides
from services.catalog.versions import change
from services.clock import Clock, utc_now
from services.errors import NotFound, StaleVersion
from services.identifiers import new_id
from services.validation import InputModel, validate

__all__ = ["CampaignEventInput", "EffectiveEvent", "Overrides", "clear", "get", "put"]

_KIND = "campaign event"


class CampaignEventInput(InputModel):
    """What a campaign says otherwise; null or absent is inherited.

    `enabled`: true assigns the event to the campaign, false switches it off there.
    """

    enabled: bool | None = None
    is_conversion: bool | None = None
    is_affiliate_conversion: bool | None = None
    multi_trigger: bool | None = None
    dedupe: DedupeChoice = None

    @field_validator("dedupe")
    @classmethod
    def _agrees(cls, dedupe: Dedupe | None, info: ValidationInfo) -> Dedupe | None:
        return agree(dedupe, info.data.get("multi_trigger"))


async def get(actor: Actor, campaign_key: str, event_name: str) -> EffectiveEvent:
    """Return how an event stands in a campaign; raise NotFound for either."""
    actor.require(Right.READ, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    return await database.read(_get, campaign_key, event_name)


async def put(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    data: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> EffectiveEvent:
    """Replace all that the campaign says about the event; what is left out is inherited again.

    Raises NotFound, InvalidInput, and StaleVersion when `if_match` is not the version of the
    overrides (0 where there are none).
    """
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    given = validate(CampaignEventInput, data)
    return await database.write(_put, actor, campaign_key, event_name, given, if_match, clock())


async def clear(
    actor: Actor,
    campaign_key: str,
    event_name: str,
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> EffectiveEvent:
    """Have the campaign inherit everything again; custom fields stay.

    The version goes up where there was anything, so that who saw an earlier one is told. Raises
    NotFound, and StaleVersion as `put` does.
    """
    actor.require(Right.EDIT_DEFINITIONS, limited=True)
    await reach.require_place(actor, campaign_key, event_name)
    return await database.write(_clear, actor, campaign_key, event_name, if_match, clock())


def _get(session: Session, campaign_key: str, event_name: str) -> EffectiveEvent:
    definitions = cache.definitions(session)
    campaign = definitions.campaigns_by_key.get(campaign_key)
    if campaign is None:
        raise NotFound("campaign", campaign_key)
    event_type = definitions.event_types_by_name.get(event_name)
    if event_type is None:
        raise NotFound("event", event_name)
    return effective_event(definitions, campaign, event_type)


def _put(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    given: CampaignEventInput,
    if_match: int | None,
    now: datetime,
) -> EffectiveEvent:
    place = _locked_place(session, campaign_key, event_name)
    stored = _find(session, place, if_match=if_match)
    values = _values(given)
    if stored is None and all(value is None for value in values.values()):
        return _get(session, campaign_key, event_name)
    if stored is None:
        stored = CampaignEvent(
            id=new_id("ce"),
            campaign_id=place[0],
            event_type_id=place[1],
            version=0,
            created_at=now,
            updated_at=now,
        )
        session.add(stored)
        session.flush()
    change(session, stored, values, actor=actor, kind=_KIND, now=now)
    return _get(session, campaign_key, event_name)


def _clear(
    session: Session,
    actor: Actor,
    campaign_key: str,
    event_name: str,
    if_match: int | None,
    now: datetime,
) -> EffectiveEvent:
    stored = _find(session, _locked_place(session, campaign_key, event_name), if_match=if_match)
    # The row stays, with its version: one that began at 1 again would pass for the one of before.
    if stored is not None:
        values = _values(CampaignEventInput())
        change(session, stored, values, actor=actor, kind=_KIND, now=now)
    return _get(session, campaign_key, event_name)


def _locked_place(session: Session, campaign_key: str, event_name: str) -> Place:
    # The campaign's row is locked, so that two who come first at once become two versions.
    campaign = campaigns.find(session, campaign_key, for_change=True)
    return campaign.id, event_types.find(session, event_name).id


def _find(session: Session, place: Place, *, if_match: int | None) -> CampaignEvent | None:
    stored = session.scalar(
        select(CampaignEvent).where(
            col(CampaignEvent.campaign_id) == place[0],
            col(CampaignEvent.event_type_id) == place[1],
        )
    )
    current = stored.version if stored else 0
    if if_match is not None and if_match != current:
        raise StaleVersion(_KIND, yours=if_match, current=current)
    return stored


def _values(given: CampaignEventInput) -> dict[str, object]:
    dedupe = agree(given.dedupe, given.multi_trigger)
    return {
        "enabled": given.enabled,
        "is_conversion": given.is_conversion,
        "is_affiliate_conversion": given.is_affiliate_conversion,
        "dedupe": dedupe.mode if dedupe else None,
        "dedupe_window_minutes": dedupe.window_minutes if dedupe else None,
    }
