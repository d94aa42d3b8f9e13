"""What the list of campaigns shows."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.session import actor, guarded
from services.catalog import campaigns
from services.catalog.rows import CampaignRow
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest
from services.reporting import campaign_figures
from services.reporting.recent_figures import RecentFigures

ARCHIVED = "archived"
_NO_FIGURES = RecentFigures(0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in the list, with its figures."""

    key: str
    name: str
    leads: str
    events: int
    conversions: int
    last_event_at: str
    is_archived: bool


class CampaignsState(rx.State):
    """The list, its search, and archiving."""

    lines: list[CampaignLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    shown: str = ""
    """`archived`, or empty for the active ones."""
    has_more: bool = False
    asking: str = ""
    """The key of the campaign that is about to be archived."""
    asking_name: str = ""

    @rx.event(background=True)
    @guarded
    async def follow(self) -> None:
        """Show the list that the address asks for, and again after every change."""
        query = self.router.url.query_parameters
        async with self:
            self.q = query.get("q", "")
            self.shown = ARCHIVED if query.get("status") == ARCHIVED else ""
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = str(q)
        return self._address()

    @rx.event
    @guarded
    async def show(self, shown: str) -> Any:
        """Switch between active and archived campaigns."""
        self.shown = ARCHIVED if shown == ARCHIVED else ""
        return self._address()

    @rx.event
    @guarded
    async def clear(self) -> Any:
        """Take all filters away."""
        return rx.redirect(routes.CAMPAIGNS)

    @rx.event
    @guarded
    async def ask(self, key: str, name: str) -> None:
        """Open the question whether to archive."""
        self.asking, self.asking_name = str(key), str(name)

    @rx.event
    @guarded
    async def stop_asking(self, is_open: bool) -> None:
        """Close the question."""
        if not is_open:
            self.asking = ""

    @rx.event
    @guarded
    async def archive(self) -> Any:
        """Archive the campaign that was asked about."""
        key, self.asking = self.asking, ""
        row = await campaigns.archive(actor(), key)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded
    async def restore(self, key: str) -> Any:
        """Bring an archived campaign back."""
        row = await campaigns.restore(actor(), str(key))
        return feedback.done(f"Restored “{row.name}”.")

    def _address(self) -> rx.event.EventSpec:
        target = routes.with_query(routes.CAMPAIGNS, q=self.q, status=self.shown)
        return rx.redirect(target, replace=True)

    async def _load(self) -> None:
        request = PageRequest(limit=MAX_LIMIT)
        try:
            page = await campaigns.list_page(actor(), request, archived=bool(self.shown), q=self.q)
            figures = await campaign_figures.figures(actor())
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [_line(row, figures.get(row.key, _NO_FIGURES)) for row in page.items]
        filtered = self.q or self.shown
        empty = list_state.NO_MATCH if filtered else list_state.EMPTY
        shown = list_state.READY if lines else empty
        has_more = page.next_cursor is not None
        if (lines, shown, has_more) != (self.lines, self.list_state, self.has_more):
            async with self:
                self.lines, self.list_state, self.has_more = lines, shown, has_more


def _line(row: CampaignRow, figures: RecentFigures) -> CampaignLine:
    return CampaignLine(
        key=row.key,
        name=row.name,
        leads=f"{figures.leads:,}" + ("+" if figures.has_more_leads else ""),
        events=figures.events_24h,
        conversions=figures.conversions_24h,
        last_event_at=figures.last_event_at.isoformat() if figures.last_event_at else "",
        is_archived=row.archived_at is not None,
    )
