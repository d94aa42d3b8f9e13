"""`/logs`: the event log."""

import reflex as rx

from dashboard import routes
from dashboard.components.log_tabs import log_tabs
from dashboard.layout import framed
from dashboard.pages.logs.state import LogsState
from dashboard.pages.logs.views import (
    event_list,
    export_button,
    filters,
    hold_switch,
    log_by_api,
    newcomers,
)
from dashboard.session import viewer
from dashboard.theme import page_title
from dashboard.unmatched_count import UnmatchedCount


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.LOGS,
        title=page_title("Logs"),
        on_load=[LogsState.follow, UnmatchedCount.follow],
    )


def _page() -> rx.Component:
    return framed(
        "Event logs",
        filters(),
        event_list(),
        log_by_api(),
        section=routes.LOGS,
        viewer=viewer(),
        actions=(newcomers(), export_button(), hold_switch()),
        tabs=log_tabs(routes.LOGS, unmatched=UnmatchedCount.words),
        subtitle="Every event that fired, and what became of its postbacks.",
    )
