"""What a change of an event list means for its campaigns: in groups, and in sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.session import actor
from services.catalog import event_lists
from services.catalog.event_lists import CampaignChange

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Campaigns, as (key, name), that gain and lose the same events."""

    campaigns: list[tuple[str, str]]
    gains: list[str]
    loses: list[str]


def grouped(changes: Iterable[CampaignChange]) -> list[ChangeGroup]:
    """Put campaigns together that change alike, the largest group first."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[str, str]]] = {}
    for change in changes:
        place = (tuple(change.gains), tuple(change.loses))
        groups.setdefault(place, []).append((change.campaign, change.campaign_name))
    found = [
        ChangeGroup(campaigns, list(gains), list(loses))
        for (gains, loses), campaigns in groups.items()
    ]
    return sorted(found, key=lambda group: -len(group.campaigns))


def summary(changes: Sequence[CampaignChange]) -> str:
    """Return how many campaigns gain and lose events, or "" when none does."""
    gain = sum(1 for change in changes if change.gains)
    lose = sum(1 for change in changes if change.loses)
    parts = []
    if gain:
        parts.append(f"{gain:,} {'campaign gains' if gain == 1 else 'campaigns gain'} events")
    if lose:
        parts.append(f"{lose:,} {'campaign loses' if lose == 1 else 'campaigns lose'} events")
    return f"{' and '.join(parts)}." if parts else ""


async def archive_consequence(list_id: str) -> str:
    """Return what archiving a list takes away from its campaigns, for the question before it."""
    changes = await event_lists.preview(actor(), list_id, events=())
    if not changes:
        return "No campaign loses an event by it. You can restore the list at any time."
    lost = sorted({name for change in changes for name in change.loses})
    campaigns = named([change.campaign_name for change in changes], "campaigns")
    verb = "loses" if len(changes) == 1 else "lose"
    return (
        f"{campaigns} {verb} what nothing else gives them: {named(lost, 'events')}. Calls for "
        "that are refused there from now on. You can restore the list at any time."
    )


def named(names: Sequence[str], many: str) -> str:
    """Return the first names and how many `many` more there are, such as “a, b and 4 more”."""
    if len(names) <= _NAMED + 1:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more {many}"
