"""`/settings/event-lists`: all event lists."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.event_lists.state import EventListsState
from dashboard.pages.event_lists.views import archive_question, filters, new_link, table
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.EVENT_LISTS,
        title=page_title("Event Lists"),
        on_load=EventListsState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Event Lists",
        filters(),
        table(),
        archive_question(),
        section=routes.EVENT_LISTS,
        viewer=viewer(),
        actions=(new_link(),),
        subtitle="Events under one name, assigned to many campaigns at once.",
    )
