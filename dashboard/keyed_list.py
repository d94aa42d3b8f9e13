"""All campaigns, or all affiliates: the state of the list and its parts on the page."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.button import button, icon_button
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import id_cell
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.filter_bar import filter_bar, filter_select, search_box
from dashboard.components.list_state import list_state as list_state_of
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.keyed_editor import KeyedEditor, new_button
from dashboard.keyed_kind import KeyedRow, Kind
from dashboard.session import SessionState, actor, guarded
from services.actor import Right
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest
from services.reporting.recent_figures import RecentFigures

ARCHIVED = "archived"
_NO_FIGURES = RecentFigures(0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class KeyedLine:
    """One campaign or affiliate in the list, with its figures."""

    key: str
    name: str
    leads: str
    events: int
    conversions: int
    last_event_at: str
    is_archived: bool


class KeyedList(rx.State, mixin=True):
    """The list, its search, and archiving.

    A page's State is a `class X(KeyedList, rx.State)` that adds `_kind`; the page adds `X.follow`
    to its `on_load`.
    """

    lines: list[KeyedLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    shown: str = ""
    """`archived`, or empty for the active ones."""
    has_more: bool = False
    asking: str = ""
    """The key of the one that is about to be archived."""
    asking_name: str = ""

    def _kind(self) -> Kind:
        """Return what is listed."""
        raise NotImplementedError

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the list that the address asks for, and again after every change."""
        query = self.router.url.query_parameters
        async with self:
            self.q = query.get("q", "")
            self.shown = ARCHIVED if query.get("status") == ARCHIVED else ""
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.READ)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = str(q)
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def show(self, shown: str) -> Any:
        """Switch between active and archived ones."""
        self.shown = ARCHIVED if shown == ARCHIVED else ""
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def clear(self) -> Any:
        """Take all filters away."""
        return rx.redirect(self._kind().path)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, key: str, name: str) -> None:
        """Open the question whether to archive."""
        self.asking, self.asking_name = str(key), str(name)

    @rx.event
    @guarded(Right.READ)
    async def stop_asking(self, is_open: bool) -> None:
        """Close the question."""
        if not is_open:
            self.asking = ""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the one that was asked about."""
        key, self.asking = self.asking, ""
        row = await self._kind().service.archive(actor(), key)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self, key: str) -> Any:
        """Bring an archived one back."""
        row = await self._kind().service.restore(actor(), str(key))
        return feedback.done(f"Restored “{row.name}”.")

    def _address(self) -> rx.event.EventSpec:
        target = routes.with_query(self._kind().path, q=self.q, status=self.shown)
        return rx.redirect(target, replace=True)

    async def _load(self) -> None:
        kind, request = self._kind(), PageRequest(limit=MAX_LIMIT)
        try:
            page = await kind.service.list_page(
                actor(), request, archived=bool(self.shown), q=self.q
            )
            figures = await kind.figures(actor())
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


def filters(state: type[KeyedList], kind: Kind) -> rx.Component:
    """Build search and status; both stand in the address."""
    return filter_bar(
        search_box(
            value=state.q,
            on_change=state.search,
            placeholder="Search name or key",
            label=f"Search {kind.title.lower()}",
        ),
        filter_select(
            "Status",
            value=state.shown,
            options=[(ARCHIVED, "Archived")],
            on_change=state.show,
            any_label="Active",
        ),
    )


def keyed_list(state: type[KeyedList], editor: type[KeyedEditor], kind: Kind) -> rx.Component:
    """Build the table or what stands in its place."""
    return list_state_of(
        state.list_state,
        rx.fragment(
            data_table(
                [
                    Column("Name"),
                    Column("Key", wide_only=True),
                    Column("Leads", numeric=True),
                    Column("Events 24 h", numeric=True, wide_only=True),
                    Column("Conversions 24 h", numeric=True, wide_only=True),
                    Column("Last event", wide_only=True),
                    Column("Actions", hidden_title=True),
                ],
                rx.foreach(state.lines, lambda line: _row(line, state, editor, kind)),
                label=kind.title,
            ),
            when(
                state.has_more,
                rx.el.p(
                    "These are the first 500. Search for the others.", class_name="al-field-help"
                ),
            ),
        ),
        empty_title=f"No {kind.noun} yet",
        empty_text=kind.empty_text,
        empty_action=new_button(editor, kind),
        error=state.problem,
        on_retry=state.follow,
        on_clear=state.clear,
        icon=kind.icon,
    )


def archive_question(state: type[KeyedList], kind: Kind) -> rx.Component:
    """Ask before one is archived."""
    return confirm_dialog(
        title="Archive “" + state.asking_name + "”?",
        consequence=kind.archive_consequence,
        confirm=f"Archive {kind.noun}",
        on_confirm=state.archive,
        is_open=state.asking != "",
        on_open_change=state.stop_asking,
    )


def _row(
    line: rx.Var[KeyedLine], state: type[KeyedList], editor: type[KeyedEditor], kind: Kind
) -> rx.Component:
    return table_row(
        cell(row_link(line.name, href=kind.path_of(line.key)), clip="min(260px, 42vw)"),
        cell(id_cell(line.key, label="Copy key"), clip="240px", wide_only=True),
        cell(line.leads, numeric=True),
        cell(line.events, numeric=True, wide_only=True),
        cell(line.conversions, numeric=True, wide_only=True),
        cell(
            time_cell(line.last_event_at, zone=SessionState.time_zone, empty="Never"),
            wide_only=True,
        ),
        cell(
            rx.el.div(
                icon_button(
                    "pencil", label="Edit " + line.name, on_click=editor.open_edit(line.key)
                ),
                rx.cond(
                    line.is_archived,
                    button("Restore", small=True, on_click=state.restore(line.key)),
                    icon_button(
                        "archive",
                        label="Archive " + line.name,
                        on_click=state.ask(line.key, line.name),
                    ),
                ),
                class_name="al-actions",
                style={"justify_content": "flex-end", "flex_wrap": "nowrap", "gap": "2px"},
            )
        ),
    )


def _line(row: KeyedRow, figures: RecentFigures) -> KeyedLine:
    return KeyedLine(
        key=row.key,
        name=row.name,
        leads=leads_text(figures),
        events=figures.events_24h,
        conversions=figures.conversions_24h,
        last_event_at=figures.last_event_at.isoformat() if figures.last_event_at else "",
        is_archived=row.archived_at is not None,
    )


def leads_text(figures: RecentFigures) -> str:
    """Return the number of leads, with a plus where counting stopped."""
    return f"{figures.leads:,}" + ("+" if figures.has_more_leads else "")
