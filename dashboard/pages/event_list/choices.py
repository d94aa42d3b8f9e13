"""What can be ticked in an event list: every event and every campaign, and which match a search."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from dashboard.session import actor
from services.catalog import campaigns, event_types
from services.paging import MAX_LIMIT, Page, PageRequest

Row = TypeVar("Row")

_MOST: Final = 5_000  # of each; beyond that a list to tick from helps nobody


@dataclass(frozen=True, slots=True)
class EventChoice:
    """One event; an archived one is there only while it is on the list."""

    name: str
    description: str
    is_conversion: bool
    is_affiliate_conversion: bool
    multi_trigger: bool
    everywhere: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """One campaign; an archived one is there only while it uses the list."""

    key: str
    name: str
    archived: bool


async def all_events() -> list[EventChoice]:
    """Return every event by name, archived ones included."""
    rows = await _all(lambda request: event_types.list_page(actor(), request, archived=None))
    return [
        EventChoice(
            name=row.name,
            description=row.description,
            is_conversion=row.is_conversion,
            is_affiliate_conversion=row.is_affiliate_conversion,
            multi_trigger=row.multi_trigger,
            everywhere=row.available_everywhere,
            archived=row.archived_at is not None,
        )
        for row in sorted(rows, key=lambda row: row.name)
    ]


async def all_campaigns() -> list[CampaignChoice]:
    """Return every campaign by name, archived ones included."""
    rows = await _all(lambda request: campaigns.list_page(actor(), request, archived=None))
    return [
        CampaignChoice(key=row.key, name=row.name, archived=row.archived_at is not None)
        for row in sorted(rows, key=lambda row: (row.name.casefold(), row.key))
    ]


def matching_events(
    choices: Iterable[EventChoice], *, q: str, chosen: Collection[str], only_chosen: bool
) -> list[EventChoice]:
    """Return what the search shows; an archived event only when it is chosen."""
    wanted = q.strip().casefold()
    return [
        each
        for each in choices
        if (each.name in chosen or not (only_chosen or each.archived))
        and (wanted in each.name or wanted in each.description.casefold())
    ]


def matching_campaigns(
    choices: Iterable[CampaignChoice], *, q: str, chosen: Collection[str], only_chosen: bool
) -> list[CampaignChoice]:
    """Return what the search shows; an archived campaign only when it is chosen."""
    wanted = q.strip().casefold()
    return [
        each
        for each in choices
        if (each.key in chosen or not (only_chosen or each.archived))
        and (wanted in each.key or wanted in each.name.casefold())
    ]


async def _all(page_at: Callable[[PageRequest], Awaitable[Page[Row]]]) -> list[Row]:
    rows: list[Row] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < _MOST:
        page = await page_at(PageRequest(limit=MAX_LIMIT, cursor=cursor))
        rows += page.items
        cursor = page.next_cursor
    return rows
