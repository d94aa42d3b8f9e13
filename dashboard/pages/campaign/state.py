"""What the page of one campaign shows."""

import json
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.lead_table import LeadLine
from dashboard.lines import lead_line
from dashboard.session import actor, guarded
from services.catalog import campaigns
from services.catalog.rows import CampaignRow
from services.errors import AppError, NotFound
from services.intake import leads
from services.intake.leads import LeadRow
from services.paging import Page, PageRequest
from services.reporting import campaign_figures

OVERVIEW, LEADS, SETTINGS = "overview", "leads", "settings"
MISSING = "missing"


class CampaignState(rx.State):
    """One campaign: its figures or its leads, as the tab in the address asks."""

    shown: str = list_state.LOADING
    """`loading`, `missing`, `error` or `ready`."""
    problem: str = ""
    key: str = ""
    name: str = ""
    is_archived: bool = False
    created_at: str = ""
    tab: str = OVERVIEW
    leads: str = ""
    events: int = 0
    conversions: int = 0
    last_event_at: str = ""
    snippet: str = ""
    lines: list[LeadLine] = rx.field(default_factory=list)
    leads_state: str = list_state.LOADING
    leads_problem: str = ""
    newer: str = ""
    older: str = ""

    @rx.event(background=True)
    @guarded
    async def follow(self) -> None:
        """Show the campaign of the address, and again after every change."""
        key = self.campaign_key
        query = self.router.url.query_parameters
        tab = query.get("tab", OVERVIEW)
        async with self:
            if key != self.key:
                self.reset()
                self.key = key
            self.tab = tab if tab in {OVERVIEW, LEADS, SETTINGS} else OVERVIEW
            self.snippet = _snippet(self.router.url.origin, key)
        async for _ in live.changes(self):
            await self._load(query.get("cursor", ""))

    @rx.event
    @guarded
    async def turn(self, cursor: str) -> Any:
        """Go to the page of leads at a cursor."""
        path = routes.campaign(self.key)
        return rx.redirect(routes.with_query(path, tab=LEADS, cursor=str(cursor)))

    @rx.event
    @guarded
    async def first_page(self) -> Any:
        """Go to the newest leads."""
        return rx.redirect(routes.with_query(routes.campaign(self.key), tab=LEADS))

    async def _load(self, cursor: str) -> None:
        try:
            row = await campaigns.get(actor(), self.key)
            shown = _facts(row)
            if self.tab == OVERVIEW:
                shown |= await _figures(row.key)
        except NotFound:
            shown = {"shown": MISSING}
        except AppError as error:
            shown = {"shown": list_state.FAILED, "problem": feedback.sentence(error)}
        if self.tab == LEADS and shown["shown"] == list_state.READY:
            shown |= await _leads(self.key, cursor)
        different = {name: value for name, value in shown.items() if getattr(self, name) != value}
        if different:
            async with self:
                for name, value in different.items():
                    setattr(self, name, value)


def _facts(row: CampaignRow) -> dict[str, Any]:
    return {
        "shown": list_state.READY,
        "name": row.name,
        "is_archived": row.archived_at is not None,
        "created_at": row.created_at.isoformat(),
    }


async def _figures(key: str) -> dict[str, Any]:
    found = (await campaign_figures.figures(actor())).get(key)
    if found is None:  # made between the two questions
        return {}
    return {
        "leads": f"{found.leads:,}" + ("+" if found.has_more_leads else ""),
        "events": found.events_24h,
        "conversions": found.conversions_24h,
        "last_event_at": found.last_event_at.isoformat() if found.last_event_at else "",
    }


async def _leads(key: str, cursor: str) -> dict[str, Any]:
    try:
        page: Page[LeadRow] = await leads.list_page(
            actor(), PageRequest(cursor=cursor), campaign=key
        )
    except AppError as error:
        return {"leads_state": list_state.FAILED, "leads_problem": feedback.sentence(error)}
    return {
        "leads_state": list_state.READY if page.items else list_state.EMPTY,
        "lines": [lead_line(row) for row in page.items],
        "newer": page.previous_cursor or "",
        "older": page.next_cursor or "",
    }


def _snippet(origin: str, key: str) -> str:
    body = {
        "campaign": key,
        "transaction_id": "t-1001",
        "first_name": "Jane",
        "last_name": "Miller",
        "email": "jane@example.com",
    }
    text = json.dumps(body, indent=2).replace("'", "'\\''")
    return (
        f"curl -X POST {origin}/api/v1/leads \\\n"
        '  -H "Authorization: Bearer $AFTERLEAD_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{text}'"
    )
