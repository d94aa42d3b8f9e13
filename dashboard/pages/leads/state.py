"""What the list of leads shows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live, routes, time_ranges
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.components.lead_table import LeadLine
from dashboard.lines import lead_line
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns
from services.catalog.rows import AffiliateRow, CampaignRow
from services.errors import AppError
from services.intake import leads
from services.intake.leads import NO_AFFILIATE
from services.paging import MAX_LIMIT, Page, PageRequest

_UTC = ZoneInfo("UTC")
_MOST_OPTIONS = 2_000  # in one drop-down; beyond that nobody finds anything in it


class LeadsState(rx.State):
    """One page of leads, under the filters of the address."""

    lines: list[LeadLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    campaign: str = ""
    affiliate: str = ""
    affiliate_options: list[tuple[str, str]] = rx.field(default_factory=list)
    """Every affiliate as (key, label), archived ones last."""
    open_affiliates: list[tuple[str, str]] = rx.field(default_factory=list)
    """Those that leads may have."""
    since: str = ""
    until: str = ""
    submitted: bool = False
    """Whether the range means when leads were submitted, not when they were captured."""
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    """Every campaign as (key, label), archived ones last."""
    open_campaigns: list[tuple[str, str]] = rx.field(default_factory=list)
    """Those that take leads."""
    newest_at: str = ""
    oldest_at: str = ""
    newer: str = ""
    older: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the leads that the address asks for, and again after every change."""
        query = self.router.url.query_parameters
        async with self:
            self.q, self.campaign = query.get("q", ""), query.get("campaign", "")
            self.affiliate = query.get("affiliate", "")
            self.since, self.until = query.get("from", ""), query.get("to", "")
            self.submitted = query.get("time") == "submitted"
        async for _ in live.changes(self):
            await self._load(query.get("cursor", ""))

    @rx.event
    @guarded(Right.READ)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = str(q)
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def choose_campaign(self, key: str) -> Any:
        """Show the leads of one campaign, or of all."""
        self.campaign = str(key)
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def choose_affiliate(self, key: str) -> Any:
        """Show the leads of one affiliate, or of all."""
        self.affiliate = str(key)
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def clear_range(self) -> Any:
        """Show the leads of all times."""
        self.since = self.until = ""
        self.submitted = False
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def clear(self) -> Any:
        """Take all filters away."""
        return rx.redirect(routes.LEADS)

    @rx.event
    @guarded(Right.READ)
    async def first_page(self) -> Any:
        """Go to the newest leads under the same filters."""
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def turn(self, cursor: str) -> Any:
        """Go to the page at a cursor."""
        return self._address(str(cursor))

    def _address(self, cursor: str = "") -> rx.event.EventSpec:
        target = routes.leads(
            q=self.q,
            campaign=self.campaign,
            affiliate=self.affiliate,
            from_=self.since,
            to=self.until,
            time="submitted" if self.submitted else "",
            cursor=cursor,
        )
        return rx.redirect(target, replace=not cursor)

    async def _load(self, cursor: str) -> None:
        try:
            known = await _all(campaigns.list_page)
            sources = await _all(affiliates.list_page)
            page = await leads.list_page(
                actor(),
                PageRequest(cursor=cursor),
                campaign=self.campaign,
                affiliate=self.affiliate,
                q=self.q,
                since=time_ranges.moment(self.since, zone=_UTC),
                until=time_ranges.moment(self.until, zone=_UTC),
                submitted=self.submitted,
            )
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        filtered = any((self.q, self.campaign, self.affiliate, self.since, self.until, cursor))
        empty = list_state.NO_MATCH if filtered else list_state.EMPTY
        shown: dict[str, Any] = {
            "open_campaigns": _open(known),
            "campaign_options": _open(known) + _archived(known),
            "open_affiliates": _open(sources),
            "affiliate_options": [*_open(sources), *_archived(sources), (NO_AFFILIATE, "None")],
            "lines": [lead_line(row) for row in page.items],
            "list_state": list_state.READY if page.items else empty,
            "newest_at": page.items[0].created_at.isoformat() if page.items else "",
            "oldest_at": page.items[-1].created_at.isoformat() if page.items else "",
            "newer": page.previous_cursor or "",
            "older": page.next_cursor or "",
        }
        await set_changed(self, shown)


def _open(rows: Sequence[CampaignRow | AffiliateRow]) -> list[tuple[str, str]]:
    return [(row.key, row.name) for row in rows if row.archived_at is None]


def _archived(rows: Sequence[CampaignRow | AffiliateRow]) -> list[tuple[str, str]]:
    return [(row.key, f"{row.name} (archived)") for row in rows if row.archived_at is not None]


async def _all(list_page: Callable[..., Awaitable[Page[Any]]]) -> list[Any]:
    rows: list[Any] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < _MOST_OPTIONS:
        request = PageRequest(limit=MAX_LIMIT, cursor=cursor)
        page = await list_page(actor(), request, archived=None)
        rows += page.items
        cursor = page.next_cursor
    return sorted(rows, key=lambda row: row.name.casefold())
