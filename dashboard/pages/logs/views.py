"""How the event log looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.choice_filter import choice_filter, combo_filter
from dashboard.components.event_table import SOURCES, event_table
from dashboard.components.filter_bar import filter_bar, filter_select, more_filters, search_box
from dashboard.components.values import has_text, when
from dashboard.log_views import log_chips, log_list, log_range, log_switch, timed_pages
from dashboard.pages.logs.filters import CODES, CONVERSION_STATUSES, STATUSES
from dashboard.pages.logs.state import LogsState
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        search_box(
            value=LogsState.search,
            on_change=LogsState.find,
            placeholder="Transaction ID or lead ID",
            label="Transaction ID or lead ID",
        ),
        log_range(LogsState),
        filter_select(
            "Event",
            value=LogsState.event,
            options=LogsState.events,
            on_change=LogsState.choose_event,
        ),
        filter_select(
            "Campaign",
            value=LogsState.campaign,
            options=LogsState.campaign_options,
            on_change=LogsState.choose_campaign,
        ),
        filter_select(
            "Affiliate",
            value=LogsState.affiliate,
            options=LogsState.affiliate_options,
            on_change=LogsState.choose_affiliate,
        ),
        choice_filter(
            "Status",
            chosen=LogsState.status,
            options=STATUSES,
            on_toggle=LogsState.toggle_status,
        ),
        combo_filter(
            "Code",
            value=LogsState.code,
            options=CODES,
            on_change=LogsState.choose_code,
            error=LogsState.code_error,
        ),
        more_filters(
            filter_select(
                "Source",
                value=LogsState.source,
                options=[(word.value, name) for word, name in SOURCES.items()],
                on_change=LogsState.choose_source,
            ),
            filter_select(
                "Conversion",
                value=LogsState.conversion,
                options=[("yes", "Yes"), ("no", "No")],
                on_change=LogsState.choose_conversion,
            ),
            choice_filter(
                "Conversion status",
                chosen=LogsState.conversion_status,
                options=CONVERSION_STATUSES,
                on_toggle=LogsState.toggle_conversion_status,
            ),
            filter_select(
                "Times",
                value=LogsState.time,
                options=[("occurred", "Of the event")],
                on_change=LogsState.choose_time,
                any_label="Of receipt",
            ),
            set_now=LogsState.more_set,
        ),
        chips=log_chips(LogsState),
    )


def hold_switch() -> rx.Component:
    """Build the switch that holds the page still."""
    return log_switch(LogsState, title="New events and status changes appear by themselves")


def export_button() -> rx.Component:
    """Build the button that downloads what the filters show."""
    return button(
        "CSV",
        icon="download",
        small=True,
        title="Download all events that match the filters",
        on_click=LogsState.export,
    )


def newcomers() -> rx.Component:
    """Say quietly that events came which are not on screen, and lead to them."""
    return rx.el.span(
        when(
            has_text(LogsState.fresh),
            button(
                LogsState.fresh,
                icon="arrow-up",
                small=True,
                title="Show the newest events",
                on_click=LogsState.show_newest,
            ),
        ),
        role="status",
    )


def event_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return log_list(
        LogsState,
        event_table(LogsState.lines, zone=ZONE, label="Event log"),
        timed_pages(LogsState, one="event", many="events"),
        empty_title="No event has fired yet",
        empty_text="Fire one from a lead's page or over the API; it appears here at once.",
        empty_action=link_button("Go to leads", href=routes.LEADS),
    )


def log_by_api() -> rx.Component:
    """Build the call that lists the same events."""
    return by_api(
        call_snippet(
            "GET",
            "/api/v1/events",
            query={
                "event": LogsState.event,
                "campaign": LogsState.campaign,
                "affiliate": LogsState.affiliate,
                "code": LogsState.code,
                "source": LogsState.source,
                "conversion_status": LogsState.conversion_status.join(","),
                "limit": "50",
            },
            reference="list_events",
        )
    )
