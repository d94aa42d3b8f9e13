"""The page of one campaign or affiliate: what it shows, whatever its tabs add."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import stat_card, stat_row
from dashboard.components.lead_table import LeadLine, lead_table
from dashboard.components.list_state import list_state as list_state_of
from dashboard.components.list_state import notice, skeleton
from dashboard.components.pager import pager
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Handler, when
from dashboard.keyed_kind import Kind
from dashboard.keyed_list import leads_text
from dashboard.lines import lead_line
from dashboard.session import SessionState, actor, guarded
from services.actor import Right
from services.errors import AppError, NotFound
from services.paging import PageRequest

OVERVIEW, LEADS, SETTINGS = "overview", "leads", "settings"
MISSING = "missing"


class KeyedRecord(rx.State, mixin=True):
    """One of them: its figures, its leads or what a tab of its own shows, as the address asks.

    A page's State is a `class X(KeyedRecord, rx.State)` that adds `_kind`, `_key` and `_tabs`; the
    page adds `X.follow` to its `on_load`.
    """

    shown: str = list_state.LOADING
    """`loading`, `missing`, `error` or `ready`."""
    problem: str = ""
    key: str = ""
    name: str = ""
    is_archived: bool = False
    tab: str = OVERVIEW
    leads: str = ""
    events: int = 0
    conversions: int = 0
    last_event_at: str = ""
    lines: list[LeadLine] = rx.field(default_factory=list)
    leads_state: str = list_state.LOADING
    leads_problem: str = ""
    newer: str = ""
    older: str = ""

    def _kind(self) -> Kind:
        """Return what is shown."""
        raise NotImplementedError

    def _key(self) -> str:
        """Return the key in the address."""
        raise NotImplementedError

    def _tabs(self) -> frozenset[str]:
        """Return the words of the tabs that the address may name."""
        raise NotImplementedError

    async def _more(self) -> Mapping[str, Any]:
        """Return further values for the tab on screen, by the names of the State's vars."""
        return {}

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show what the address names, and again after every change."""
        key = self._key()
        query = self.router.url.query_parameters
        tab = query.get("tab", OVERVIEW)
        async with self:
            if key != self.key:
                self.reset()
                self.key = key
            self.tab = tab if tab in self._tabs() else OVERVIEW
        async for _ in live.changes(self):
            await self._load(query.get("cursor", ""))

    @rx.event
    @guarded(Right.READ)
    async def turn(self, cursor: str) -> Any:
        """Go to the page of leads at a cursor."""
        path = self._kind().path_of(self.key)
        return rx.redirect(routes.with_query(path, tab=LEADS, cursor=str(cursor)))

    @rx.event
    @guarded(Right.READ)
    async def first_page(self) -> Any:
        """Go to the newest leads."""
        return rx.redirect(routes.with_query(self._kind().path_of(self.key), tab=LEADS))

    async def _load(self, cursor: str) -> None:
        kind = self._kind()
        shown: dict[str, Any] = {}
        try:
            row = await kind.service.get(actor(), self.key)
            shown = {
                "shown": list_state.READY,
                "name": row.name,
                "is_archived": row.archived_at is not None,
            }
            if self.tab == OVERVIEW:
                shown |= await _figures(kind, row.key)
            shown |= await self._more()
        except NotFound:
            shown = {"shown": MISSING}
        except AppError as error:
            shown = {"shown": list_state.FAILED, "problem": feedback.sentence(error)}
        if self.tab == LEADS and shown["shown"] == list_state.READY:
            shown |= await _leads(kind, self.key, cursor)
        await set_changed(self, shown)


async def _figures(kind: Kind, key: str) -> dict[str, Any]:
    found = (await kind.figures(actor())).get(key)
    if found is None:  # made between the two questions
        return {}
    return {
        "leads": leads_text(found),
        "events": found.events_24h,
        "conversions": found.conversions_24h,
        "last_event_at": found.last_event_at.isoformat() if found.last_event_at else "",
    }


async def _leads(kind: Kind, key: str, cursor: str) -> dict[str, Any]:
    try:
        page = await kind.list_leads(actor(), PageRequest(cursor=cursor), key)
    except AppError as error:
        return {"leads_state": list_state.FAILED, "leads_problem": feedback.sentence(error)}
    return {
        "leads_state": list_state.READY if page.items else list_state.EMPTY,
        "lines": [lead_line(row) for row in page.items],
        "newer": page.previous_cursor or "",
        "older": page.next_cursor or "",
    }


def record_body(
    state: type[KeyedRecord], kind: Kind, tab: rx.Component, *, on_restore: Handler
) -> rx.Component:
    """Build the tab, or what stands in its place."""
    return rx.match(
        state.shown,
        (
            MISSING,
            notice(
                f"There is no such {kind.noun}",
                f"The address may be mistyped. Archived {kind.title.lower()} are in the list too.",
                icon="search-x",
                action=link_button(f"Go to {kind.title}", href=kind.path),
            ),
        ),
        (
            list_state.FAILED,
            notice(
                f"This {kind.noun} could not be loaded",
                state.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=state.follow),
                alert=True,
            ),
        ),
        (
            list_state.READY,
            rx.fragment(
                when(
                    state.is_archived,
                    banner(
                        kind.archived_text,
                        tone="warn",
                        title=f"This {kind.noun} is archived",
                        action=button("Restore", small=True, on_click=on_restore),
                    ),
                ),
                tab,
            ),
        ),
        skeleton(),
    )


def figure_row(state: type[KeyedRecord], kind: Kind) -> rx.Component:
    """Show the figures; each leads to the list that it was counted from."""
    key = state.key
    return stat_row(
        stat_card("Leads", state.leads, href=kind.leads_of(key)),
        stat_card("Events, 24 h", state.events, href=kind.logs_of(key, range="24h")),
        stat_card(
            "Conversions, 24 h",
            state.conversions,
            href=kind.logs_of(key, range="24h", conversion="yes"),
        ),
        stat_card(
            "Last event",
            time_cell(state.last_event_at, zone=SessionState.time_zone, empty="None yet"),
            href=kind.logs_of(key, range="30d"),
        ),
    )


def lead_list(
    state: type[KeyedRecord], kind: Kind, *, empty_text: str, campaign: bool = True
) -> rx.Component:
    """Build the table of leads with its pages; without `campaign` where all have the same one."""
    return list_state_of(
        state.leads_state,
        rx.el.div(
            lead_table(state.lines, zone=SessionState.time_zone, campaign=campaign),
            when(
                (state.newer != "") | (state.older != ""),
                pager(
                    shown="Newest first",
                    has_newer=state.newer != "",
                    has_older=state.older != "",
                    on_newer=state.turn(state.newer),
                    on_older=state.turn(state.older),
                ),
            ),
        ),
        empty_title=f"No lead of this {kind.noun} yet",
        empty_text=empty_text,
        empty_action=link_button("Go to Leads", href=kind.leads_of(state.key), kind="primary"),
        error=state.leads_problem,
        on_retry=state.first_page,
        on_clear=state.first_page,
        icon="contact",
    )
