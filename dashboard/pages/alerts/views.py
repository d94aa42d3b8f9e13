"""How the list of alerts looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.filter_bar import filter_bar, filter_select
from dashboard.components.status_badge import status_badge
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.log_views import counted_pages, log_chips, log_list
from dashboard.pages.alerts.filters import STATES, TYPES
from dashboard.pages.alerts.state import AlertLine, AlertsState
from dashboard.session import SessionState
from dashboard.time_ranges import RECENT

ZONE = SessionState.time_zone


def tabs(current: str) -> rx.Component:
    """Build the two tabs; `current` is the route of one of them."""
    return tabs_nav(
        ("Alerts", routes.ALERTS),
        ("Channels", routes.ALERT_CHANNELS),
        current=current,
        label="Alerts and channels",
    )


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        filter_select(
            "State",
            value=AlertsState.state_filter,
            options=STATES,
            on_change=lambda value: AlertsState.choose("state", value),
        ),
        filter_select(
            "Type",
            value=AlertsState.type_filter,
            options=TYPES,
            on_change=lambda value: AlertsState.choose("type", value),
        ),
        filter_select(
            "Time",
            value=AlertsState.range_filter,
            options=RECENT,
            on_change=lambda value: AlertsState.choose("range", value),
        ),
        chips=log_chips(AlertsState),
    )


def alert_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return log_list(
        AlertsState,
        data_table(
            [
                Column("State", width="1%", wide_only=True),
                Column("Alert"),
                Column("Times", numeric=True, wide_only=True),
                Column("Since", wide_only=True),
                Column("Latest", wide_only=True),
            ],
            rx.foreach(AlertsState.lines, _row),
            label="Alerts",
        ),
        counted_pages(AlertsState, one="alert", many="alerts"),
        empty_title="Nothing to report",
        empty_text="Failing and paused postbacks, deliveries that were given up and a queue "
        "that does not move appear here. Channels send them by e-mail or to a URL.",
        empty_action=link_button("Open channels", href=routes.ALERT_CHANNELS),
        icon="bell",
    )


def _row(line: rx.Var[AlertLine]) -> rx.Component:
    row = table_row(
        cell(status_badge(line.state), wide_only=True),
        rx.el.td(
            # On a phone the words need the whole width, so state and time stand above them.
            rx.el.div(
                status_badge(line.state), time_cell(line.last_at, zone=ZONE), class_name="al-narrow"
            ),
            row_link(line.title, href=line.href),
            rx.el.p(line.text, class_name="al-field-help"),
            when(
                line.can_close & AlertsState.may_close,
                button(
                    "Mark as done",
                    small=True,
                    on_click=AlertsState.close(line.key),
                    aria_label="Mark as done: " + line.title,
                    style={"margin_top": "6px"},
                ),
            ),
            class_name="al-words",
        ),
        cell(line.count, numeric=True, wide_only=True),
        cell(time_cell(line.opened_at, zone=ZONE), wide_only=True),
        cell(time_cell(line.last_at, zone=ZONE), wide_only=True),
    )
    row.key = line.key
    return row
