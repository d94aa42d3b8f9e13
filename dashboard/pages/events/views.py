"""How Event Management looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, icon_button, link_button
from dashboard.components.card import sparkline
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.filter_bar import filter_bar, filter_select, search_box
from dashboard.components.list_state import list_state
from dashboard.components.menu import menu_item
from dashboard.components.status_badge import flag_badges
from dashboard.components.time_cell import time_cell
from dashboard.pages.events.state import EventLine, EventsState, PresetLine
from dashboard.session import SessionState


def filters() -> rx.Component:
    """Build the search and the choice between active and archived, kept in the address."""
    return filter_bar(
        search_box(
            value=EventsState.q,
            on_change=EventsState.search,
            placeholder="Search name or description",
            label="Search events",
        ),
        filter_select(
            "Show",
            value=EventsState.show,
            options=[("archived", "Archived"), ("all", "Active and archived")],
            on_change=EventsState.filter_by,
            any_label="Active",
        ),
    )


def event_list() -> rx.Component:
    """Build the table, or what stands in its place."""
    return rx.fragment(
        list_state(
            EventsState.list_state,
            rx.fragment(
                data_table(
                    [
                        Column("Name", width="30%"),
                        Column("Flags", wide_only=True),
                        Column("Postbacks", numeric=True, wide_only=True),
                        Column("Last fired", wide_only=True),
                        Column("Last 24 hours", wide_only=True),
                        Column("Actions", hidden_title=True),
                    ],
                    rx.foreach(EventsState.lines, _row),
                    label="Events",
                ),
                _pages(),
            ),
            empty_title="No events yet",
            empty_text="An event is something that happens to a lead after it was submitted. "
            "Start with one of these, or with + New Event.",
            empty_action=_preset_cards(),
            error=EventsState.problem,
            on_retry=EventsState.follow,
            on_clear=EventsState.clear,
            icon="zap",
        ),
        rx.cond(
            (EventsState.list_state == "ready") & (EventsState.offered.length() > 0),
            _quick_adds(),
        ),
        _archive_question(),
    )


def _row(line: rx.Var[EventLine]) -> rx.Component:
    return table_row(
        cell(
            rx.el.div(
                row_link(mono(line.name), href=routes.event(line.name)),
                rx.cond(
                    line.description,
                    rx.el.div(
                        line.description,
                        class_name="al-dim",
                        title=line.description,
                        style={"overflow": "hidden", "text_overflow": "ellipsis"},
                    ),
                ),
                style={
                    "padding": "6px 0",
                    "max_width": "min(280px, 42vw)",
                    "overflow": "hidden",
                    "text_overflow": "ellipsis",
                },
            ),
        ),
        cell(
            flag_badges(
                is_conversion=line.is_conversion,
                is_affiliate_conversion=line.is_affiliate_conversion,
                multi_trigger=line.multi_trigger,
                again=line.again,
                assigned_only=line.assigned_only,
                archived=line.archived,
            ),
            wide_only=True,
        ),
        cell(line.postbacks, numeric=True, wide_only=True),
        cell(
            time_cell(line.last_fired_at, zone=SessionState.time_zone, empty="Never"),
            wide_only=True,
        ),
        cell(_day(line), wide_only=True),
        cell(_actions(line), numeric=True),
    )


def _day(line: rx.Var[EventLine]) -> rx.Component:
    return rx.el.div(
        sparkline(line.per_hour, label=line.trend),
        rx.el.span(line.fired, " fired", class_name="al-dim"),
        rx.cond(
            line.failed > 0,
            rx.el.a(
                line.failed,
                " failed",
                href=routes.logs(event=line.name, status="failed", range="24h"),
                class_name="al-link",
                style={"color": "var(--al-bad)"},
            ),
        ),
        style={"display": "flex", "align_items": "center", "gap": "10px"},
    )


def _actions(line: rx.Var[EventLine]) -> rx.Component:
    return rx.el.div(
        link_button("View Logs", href=routes.logs(event=line.name), small=True),
        rx.menu.root(
            rx.menu.trigger(icon_button("ellipsis", label="More actions for " + line.name)),
            rx.menu.content(
                menu_item("Edit", on_select=rx.redirect(routes.event(line.name))),
                menu_item("Clone", on_select=EventsState.clone(line.name)),
                rx.menu.separator(),
                rx.cond(
                    line.archived,
                    menu_item("Restore", on_select=EventsState.restore(line.name)),
                    menu_item("Archive", danger=True, on_select=EventsState.ask(line.name)),
                ),
                align="end",
                variant="soft",
            ),
        ),
        style={
            "display": "flex",
            "align_items": "center",
            "justify_content": "flex-end",
            "gap": "4px",
        },
    )


def _pages() -> rx.Component:
    return rx.cond(
        (EventsState.newer != "") | (EventsState.older != ""),
        rx.el.nav(
            button(
                "Previous",
                small=True,
                disabled=EventsState.newer == "",
                on_click=EventsState.turn(EventsState.newer),
            ),
            button(
                "Next",
                small=True,
                disabled=EventsState.older == "",
                on_click=EventsState.turn(EventsState.older),
            ),
            class_name="al-actions",
            aria_label="Pages",
            style={"margin_top": "12px"},
        ),
    )


def _preset_cards() -> rx.Component:
    return rx.el.div(
        rx.foreach(EventsState.offered, _preset_card),
        style={
            "display": "grid",
            "grid_template_columns": "repeat(auto-fit, minmax(min(168px, 100%), 1fr))",
            "gap": "12px",
            "width": "100%",
            "text_align": "left",
        },
    )


def _preset_card(preset: rx.Var[PresetLine]) -> rx.Component:
    return rx.el.div(
        mono(preset.name),
        rx.el.p(
            preset.description,
            class_name="al-dim",
            style={"margin": "2px 0 8px", "font_size": "13px"},
        ),
        flag_badges(
            is_conversion=preset.is_conversion,
            is_affiliate_conversion=preset.is_affiliate_conversion,
            multi_trigger=preset.multi_trigger,
        ),
        rx.el.div(
            button(
                "Create " + preset.name,
                icon="plus",
                small=True,
                on_click=EventsState.use_preset(preset.name),
            ),
            style={"margin_top": "auto", "padding_top": "12px"},
        ),
        class_name="al-card",
        style={"display": "flex", "flex_direction": "column", "align_items": "flex-start"},
    )


def _quick_adds() -> rx.Component:
    return rx.el.div(
        rx.el.span("Often used too:", class_name="al-dim"),
        rx.foreach(
            EventsState.offered,
            lambda preset: button(
                "Create " + preset.name,
                icon="plus",
                small=True,
                kind="quiet",
                on_click=EventsState.use_preset(preset.name),
                title=preset.description,
            ),
        ),
        class_name="al-actions",
        style={"flex_wrap": "wrap", "font_size": "13px"},
    )


def _archive_question() -> rx.Component:
    return confirm_dialog(
        title="Archive “" + EventsState.asked_about + "”?",
        consequence="It can no longer fire: calls for it are refused, and none of its postbacks is "
        "sent. Its history stays in the logs, and you can restore it at any time.",
        confirm="Archive event",
        on_confirm=EventsState.archive,
        is_open=EventsState.is_asking,
        on_open_change=EventsState.set_asking,
    )
