"""How the delivery log looks: its views, its filters, and the list."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button
from dashboard.components.choice_filter import choice_filter
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.event_table import two_lines
from dashboard.components.filter_bar import filter_bar, filter_select
from dashboard.components.next_try import next_try
from dashboard.components.status_badge import code_badge, status_badge
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.log_views import log_chips, log_list, log_range, log_switch, timed_pages
from dashboard.pages.deliveries.address import CAUSES, DESTINATIONS, LIST, STATUSES
from dashboard.pages.deliveries.lines import DeliveryLine
from dashboard.pages.deliveries.resend_state import ResendState
from dashboard.pages.deliveries.state import DeliveriesState
from dashboard.session import SessionState

ZONE = SessionState.time_zone

_VIEWS = {LIST: "All deliveries", CAUSES: "Errors by cause", DESTINATIONS: "Destinations"}


def views_nav() -> rx.Component:
    """Build the tabs of this page; each keeps the filters that mean something there."""
    tabs = tabs_nav(
        *[(word, DeliveriesState.hrefs[view].to(str)) for view, word in _VIEWS.items()],
        current=rx.match(DeliveriesState.view, *list(_VIEWS.items()), _VIEWS[LIST]),
        label="Views",
    )
    # Until the address was read they would lead to nowhere; their place is kept.
    is_read = DeliveriesState.hrefs.contains(LIST)
    return rx.el.div(
        tabs,
        style={
            "visibility": rx.cond(is_read, "visible", "hidden"),
            "& .al-tabs": {"margin": "-12px 0 0"},
        },
    )


def head_actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading: Resend for the filters, and the live switch."""
    is_filtered = DeliveriesState.view != DESTINATIONS
    return (
        when(
            is_filtered & (DeliveriesState.list_state == "ready"),
            button("Resend these…", icon="rotate-cw", on_click=ResendState.ask),
        ),
        when(
            is_filtered,
            log_switch(
                DeliveriesState, title="New deliveries and status changes appear by themselves"
            ),
        ),
    )


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        log_range(DeliveriesState),
        choice_filter(
            "Status",
            chosen=DeliveriesState.status,
            options=STATUSES,
            on_toggle=DeliveriesState.toggle_status,
        ),
        filter_select(
            "Postback",
            value=DeliveriesState.postback,
            options=DeliveriesState.postback_options,
            on_change=DeliveriesState.choose_postback,
        ),
        filter_select(
            "Destination",
            value=DeliveriesState.destination,
            options=DeliveriesState.destination_options,
            on_change=DeliveriesState.choose_destination,
        ),
        filter_select(
            "Campaign",
            value=DeliveriesState.campaign,
            options=DeliveriesState.campaign_options,
            on_change=DeliveriesState.choose_campaign,
        ),
        filter_select(
            "Affiliate",
            value=DeliveriesState.affiliate,
            options=DeliveriesState.affiliate_options,
            on_change=DeliveriesState.choose_affiliate,
        ),
        chips=log_chips(DeliveriesState),
    )


def delivery_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return log_list(
        DeliveriesState,
        data_table(
            [
                "When",
                "Event / Lead",
                Column("Postback", wide_only=True),
                "Status",
                Column("Response Code", wide_only=True),
                Column("Tries", numeric=True, wide_only=True),
                Column("Next attempt", wide_only=True),
            ],
            rx.foreach(DeliveriesState.lines, _row),
            label="Deliveries",
        ),
        timed_pages(DeliveriesState, one="delivery", many="deliveries"),
        empty_title="No postback was due yet",
        empty_text="Add a postback URL to an event and fire it; its delivery appears here at once.",
        empty_action=link_button("Go to events", href=routes.EVENT_MANAGEMENT),
        icon="send",
    )


def _row(line: rx.Var[DeliveryLine]) -> rx.Component:
    row = table_row(
        cell(
            two_lines(
                row_link(time_cell(line.at, zone=ZONE), href=line.href),
                rx.el.span(
                    time_cell(line.at, zone=ZONE, kind="exact"),
                    style={"@media (max-width: 639px)": {"display": "none"}},
                ),
            )
        ),
        cell(
            two_lines(
                rx.el.span(mono(line.event), class_name="al-clip", style={"max_width": "42vw"}),
                line.lead,
            )
        ),
        cell(
            two_lines(
                rx.el.span(
                    line.host,
                    class_name="al-mono al-clip",
                    title=line.host,
                    style={"max_width": "260px"},
                ),
                rx.el.span(line.level, " postback, ", line.method),
            ),
            wide_only=True,
        ),
        cell(status_badge(line.status)),
        cell(
            rx.cond(
                line.failure,
                rx.el.span(line.failure, style={"font_size": "12px"}),
                code_badge(line.code),
            ),
            wide_only=True,
        ),
        cell(line.tries, numeric=True, wide_only=True),
        cell(
            rx.cond(
                line.next_try,
                next_try(line.next_try, at=line.next_at, zone=ZONE),
                rx.el.span(
                    rx.cond(line.next_words, line.next_words, "–"),
                    class_name="al-dim",
                    style={
                        "display": "inline-block",
                        "max_width": "26ch",
                        "font_size": "12px",
                        "line_height": "16px",
                        "white_space": "normal",
                    },
                ),
            ),
            wide_only=True,
        ),
    )
    row.key = line.key  # a new row on top must not turn the focused link into another one
    return row
