"""The conversion guard: where a lead could count as two conversions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import effective_event
from services.catalog.rows import EventTypeRow
from services.errors import NotFound

_NAMED = 3


@dataclass(frozen=True, slots=True)
class ConversionOverlap:
    """A campaign where an event counts as a conversion, or would, beside `others` that do."""

    campaign: str
    campaign_name: str
    others: tuple[str, ...]


async def conversion_overlaps(
    actor: Actor, event_name: str, *, campaign_key: str | None = None
) -> list[ConversionOverlap]:
    """Return the campaigns, by key, where the event in force would be a second conversion.

    The event is taken as a conversion wherever its own flag is or could be inherited; where a
    campaign says that it is none, there is no overlap. With a key only that campaign is judged.
    Archived campaigns and events are left out, and what is not a limited key's business. Raises
    NotFound for the event or the campaign.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_overlaps, actor, event_name, campaign_key)


def overlap_warning(overlaps: Sequence[ConversionOverlap]) -> str:
    """Return one sentence about the overlaps, or "" when there are none."""
    if not overlaps:
        return ""
    others = sorted({name for overlap in overlaps for name in overlap.others})
    events = _listed([f"“{name}”" for name in others])
    places = _listed([overlap.campaign_name for overlap in overlaps])
    word = "counts" if len(others) == 1 else "count"
    return (
        f"{events} {word} as a conversion in {places} too. "
        "A lead that fires both is counted as two conversions there."
    )


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _overlaps(
    session: Session, actor: Actor, event_name: str, campaign_key: str | None
) -> list[ConversionOverlap]:
    definitions = cache.definitions(session)
    event_type = definitions.event_types_by_name.get(event_name)
    if event_type is None:
        raise NotFound("event", event_name)
    if campaign_key is not None and campaign_key not in definitions.campaigns_by_key:
        raise NotFound("campaign", campaign_key)
    if event_type.archived_at is not None:
        return []
    rivals = _possible_conversions(definitions, besides=event_name)
    found = []
    for key, campaign in sorted(definitions.campaigns_by_key.items()):
        if campaign.archived_at is not None or campaign_key not in {None, key}:
            continue
        if not actor.reaches_campaign(campaign.id):
            continue
        here = effective_event(definitions, campaign, replace(event_type, is_conversion=True))
        if not here.enabled or not here.event_type.is_conversion:
            continue
        others = [
            other.name
            for other in rivals
            if (there := effective_event(definitions, campaign, other)).enabled
            and there.event_type.is_conversion
            and actor.reaches_event(other.id)
        ]
        if others:
            found.append(ConversionOverlap(key, campaign.name, tuple(others)))
    return found


def _possible_conversions(definitions: Definitions, *, besides: str) -> list[EventTypeRow]:
    # Most events are no conversion anywhere; campaigns are many.
    overridden = {
        event_type_id
        for (_, event_type_id), overrides in definitions.overrides.items()
        if overrides.is_conversion
    }
    return [
        row
        for name, row in sorted(definitions.event_types_by_name.items())
        if name != besides
        and row.archived_at is None
        and (row.is_conversion or row.id in overridden)
    ]
