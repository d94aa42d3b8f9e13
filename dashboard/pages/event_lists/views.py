"""How the list of event lists looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, icon_button, link_button
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.filter_bar import filter_bar, filter_select, search_box
from dashboard.components.list_state import list_state
from dashboard.components.menu import menu_item
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.pages.event_lists.state import ARCHIVED, EventListsState, ListLine
from dashboard.session import SessionState
from services.actor import Right


def new_link() -> rx.Component:
    """Build the way to the empty form."""
    return link_button(
        "+ New Event List", href=routes.EVENT_LIST_NEW, kind="primary", right=Right.EDIT_DEFINITIONS
    )


def filters() -> rx.Component:
    """Build search and status; both stand in the address."""
    return filter_bar(
        search_box(
            value=EventListsState.q,
            on_change=EventListsState.search,
            placeholder="Search name",
            label="Search event lists",
        ),
        filter_select(
            "Status",
            value=EventListsState.shown,
            options=[(ARCHIVED, "Archived")],
            on_change=EventListsState.show,
            any_label="Active",
        ),
    )


def table() -> rx.Component:
    """Build the table, or what stands in its place."""
    return list_state(
        EventListsState.list_state,
        rx.fragment(
            data_table(
                [
                    Column("Name"),
                    Column("Events"),
                    Column("Campaigns", numeric=True),
                    Column("Updated", wide_only=True),
                    Column("Actions", hidden_title=True),
                ],
                rx.foreach(EventListsState.lines, _row),
                label="Event lists",
            ),
            _pages(),
        ),
        empty_title="No event list yet",
        empty_text="A list holds events under one name, such as “Auto insurance”. Assign it to any "
        "number of campaigns; what you change in the list changes in all of them at once.",
        empty_action=new_link(),
        error=EventListsState.problem,
        on_retry=EventListsState.follow,
        on_clear=EventListsState.clear,
        icon="list-checks",
    )


def archive_question() -> rx.Component:
    """Ask before a list is archived."""
    return confirm_dialog(
        title="Archive “" + EventListsState.asking_name + "”?",
        consequence=EventListsState.consequence,
        confirm="Archive event list",
        on_confirm=EventListsState.archive,
        is_open=EventListsState.asking != "",
        on_open_change=EventListsState.stop_asking,
    )


def _row(line: rx.Var[ListLine]) -> rx.Component:
    return table_row(
        cell(row_link(line.name, href=routes.event_list(line.id)), clip="min(320px, 38vw)"),
        cell(
            rx.el.span(line.events),
            rx.el.span(
                mono(line.first_events.join(", "), dim=True),
                when(
                    line.more_events > 0,
                    rx.el.span(" and ", line.more_events, " more", class_name="al-dim"),
                ),
                data_wide="true",
                style={"margin_left": "10px"},
            ),
            clip="460px",
        ),
        cell(line.campaigns, numeric=True),
        cell(time_cell(line.updated_at, zone=SessionState.time_zone), wide_only=True),
        cell(_actions(line), numeric=True),
    )


def _actions(line: rx.Var[ListLine]) -> rx.Component:
    return rx.menu.root(
        rx.menu.trigger(icon_button("ellipsis", label="More actions for " + line.name)),
        rx.menu.content(
            menu_item("Edit", on_select=rx.redirect(routes.event_list(line.id))),
            menu_item("Clone", on_select=EventListsState.clone(line.id)),
            rx.menu.separator(),
            rx.cond(
                line.is_archived,
                menu_item("Restore", on_select=EventListsState.restore(line.id)),
                menu_item(
                    "Archive", danger=True, on_select=EventListsState.ask(line.id, line.name)
                ),
            ),
            align="end",
            variant="soft",
        ),
    )


def _pages() -> rx.Component:
    return when(
        (EventListsState.newer != "") | (EventListsState.older != ""),
        rx.el.nav(
            button(
                "Previous",
                small=True,
                disabled=EventListsState.newer == "",
                on_click=EventListsState.turn(EventListsState.newer),
            ),
            button(
                "Next",
                small=True,
                disabled=EventListsState.older == "",
                on_click=EventListsState.turn(EventListsState.older),
            ),
            class_name="al-actions",
            aria_label="Pages",
            style={"margin_top": "12px"},
        ),
    )
