"""`/settings/events`: Event Management, the list of all events."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import link_button
from dashboard.layout import framed
from dashboard.pages.events.state import EventsState
from dashboard.pages.events.views import event_list, filters
from dashboard.session import viewer
from dashboard.theme import page_title
from services.actor import Right


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.EVENT_MANAGEMENT,
        title=page_title("Event Management"),
        on_load=EventsState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Event Management",
        filters(),
        event_list(),
        section=routes.EVENT_MANAGEMENT,
        viewer=viewer(),
        actions=(
            link_button(
                "+ New Event", href=routes.EVENT_NEW, kind="primary", right=Right.EDIT_DEFINITIONS
            ),
        ),
        subtitle="What can happen to a lead after it was submitted, and who is told about it.",
    )
