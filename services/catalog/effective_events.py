"""Which events are in force in a campaign, and why: the one rule behind table, dialog and API.

In force = available everywhere ∪ on one of the campaign's lists ∪ assigned to it one by one
− switched off for it. Flags and dedupe are the event's, unless the campaign overrides them.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session

from models.words import EventOrigin
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions, Place
from services.catalog.rows import (
    CampaignRow,
    CustomFieldRow,
    EventTypeRow,
    ListInForce,
    Overrides,
)
from services.errors import NotFound

_NOTHING = Overrides(None, None, None, None, None, version=0)


@dataclass(frozen=True, slots=True)
class EffectiveEvent:
    """One event in one campaign.

    `event_type` has the flags and the dedupe mode as they hold in this campaign, `inherited` as
    the organisation defines them. `origin` is `None` for an event that nothing brings here.
    """

    event_type: EventTypeRow
    inherited: EventTypeRow
    origin: EventOrigin | None
    lists: tuple[ListInForce, ...]
    overrides: Overrides
    fields: tuple[CustomFieldRow, ...]

    @property
    def enabled(self) -> bool:
        """Tell whether the event can fire for the campaign's leads."""
        return self.origin is not None and self.overrides.enabled is not False

    @property
    def is_of_campaign(self) -> bool:
        """Tell whether the event belongs to the campaign, even where it is switched off there."""
        return self.origin is not None or self.overrides.enabled is not None


async def list_for_campaign(actor: Actor, key: str) -> list[EffectiveEvent]:
    """Return every event that is not archived, by name, as it stands in this campaign.

    A limited key gets those of its own that belong to the campaign. Raises NotFound for the
    campaign.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_list_for_campaign, actor, key)


def effective_event(
    definitions: Definitions, campaign: CampaignRow, event_type: EventTypeRow
) -> EffectiveEvent:
    """Return how an event stands in a campaign."""
    place = (campaign.id, event_type.id)
    overrides = definitions.overrides.get(place, _NOTHING)
    lists = _lists(definitions, place)
    return EffectiveEvent(
        event_type=_as_overridden(event_type, overrides),
        inherited=event_type,
        origin=_origin(event_type, lists, overrides),
        lists=lists,
        overrides=overrides,
        fields=definitions.custom_fields.get(place, ()),
    )


def is_in_force(definitions: Definitions, campaign: CampaignRow, event_type: EventTypeRow) -> bool:
    """Return `effective_event(…).enabled`, at a fraction of its cost."""
    place = (campaign.id, event_type.id)
    overrides = definitions.overrides.get(place, _NOTHING)
    if overrides.enabled is False:
        return False
    return _origin(event_type, _lists(definitions, place), overrides) is not None


def why_unavailable(event: EffectiveEvent, campaign: CampaignRow) -> str:
    """Return why this event cannot fire in this campaign, or "" when it can."""
    name = event.event_type.name
    if event.event_type.archived_at is not None:
        return f"The event “{name}” is archived. Restore it to fire it again."
    if campaign.archived_at is not None:
        return f"The campaign “{campaign.key}” is archived. Restore it to fire events in it."
    if event.overrides.enabled is False:
        return f"The event “{name}” is switched off in the campaign “{campaign.key}”."
    if event.origin is None:
        return (
            f"The event “{name}” is not available in the campaign “{campaign.key}”. "
            "Assign it there, or through an event list."
        )
    return ""


def _lists(definitions: Definitions, place: Place) -> tuple[ListInForce, ...]:
    campaign_id, event_type_id = place
    lists = definitions.lists_by_campaign_id.get(campaign_id, ())
    return tuple(each for each in lists if event_type_id in each.event_type_ids)


def _origin(
    event_type: EventTypeRow, lists: tuple[ListInForce, ...], overrides: Overrides
) -> EventOrigin | None:
    if event_type.available_everywhere:
        return EventOrigin.EVERYWHERE
    if lists:
        return EventOrigin.LIST
    return EventOrigin.DIRECT if overrides.enabled else None


def _as_overridden(event_type: EventTypeRow, overrides: Overrides) -> EventTypeRow:
    if overrides is _NOTHING:
        return event_type
    changes: dict[str, object] = {
        name: value
        for name in ("is_conversion", "is_affiliate_conversion")
        if (value := getattr(overrides, name)) is not None
    }
    if overrides.dedupe is not None:
        changes |= {
            "dedupe": overrides.dedupe,
            "dedupe_window_minutes": overrides.dedupe_window_minutes,
            "multi_trigger": overrides.dedupe.fires_again,
        }
    return replace(event_type, **changes) if changes else event_type  # type: ignore[arg-type]


def sees_here(actor: Actor, event: EffectiveEvent) -> bool:
    """Tell whether an event is the actor's business in a campaign that is.

    To one who is limited to campaigns those events are unknown that belong to others only.
    """
    return actor.reaches_event(event.event_type.id) and (
        actor.campaigns is None or event.is_of_campaign
    )


def _list_for_campaign(session: Session, actor: Actor, key: str) -> list[EffectiveEvent]:
    definitions = cache.definitions(session)
    campaign = definitions.campaigns_by_key.get(key)
    if campaign is None or not actor.reaches_campaign(campaign.id):
        raise NotFound("campaign", key)
    found = (
        effective_event(definitions, campaign, event_type)
        for name, event_type in sorted(definitions.event_types_by_name.items())
        if event_type.archived_at is None
    )
    return [event for event in found if sees_here(actor, event)]
