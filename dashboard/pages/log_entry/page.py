"""`/logs/[event_id]`: one fired event."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.log_entry.state import LogEntryState
from dashboard.pages.log_entry.views import badges, entry
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.LOG_ENTRY,
        title=page_title("Log entry"),
        on_load=LogEntryState.follow,
    )


def _page() -> rx.Component:
    return framed(
        rx.cond(LogEntryState.facts.event, LogEntryState.facts.event, "Log entry"),
        entry(),
        section=routes.LOGS,
        viewer=viewer(),
        back=("Event logs", routes.LOGS),
        beside_title=badges(),
    )
