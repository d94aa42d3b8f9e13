"""`/settings/new-event-list` and `/settings/event-lists/[event_list_id]`: one event list."""

import reflex as rx

from dashboard import routes
from dashboard.components.status_badge import flag_badges
from dashboard.layout import framed
from dashboard.pages.event_list.state import EventListState
from dashboard.pages.event_list.views import actions, editor, heading
from dashboard.session import viewer
from dashboard.theme import page_title

_BACK = ("Event Lists", routes.EVENT_LISTS)


def register(app: rx.App) -> None:
    """Add both pages to the application."""
    app.add_page(
        _new_page,
        route=routes.EVENT_LIST_NEW,
        title=page_title("New Event List"),
        on_load=EventListState.follow,
    )
    app.add_page(
        _page,
        route=routes.EVENT_LIST,
        title=page_title("Event List"),
        on_load=EventListState.follow,
    )


def _new_page() -> rx.Component:
    return framed(
        "New Event List",
        editor(),
        section=routes.EVENT_LISTS,
        viewer=viewer(),
        back=_BACK,
    )


def _page() -> rx.Component:
    return framed(
        heading(),
        editor(),
        section=routes.EVENT_LISTS,
        viewer=viewer(),
        back=_BACK,
        beside_title=flag_badges(archived=EventListState.is_archived),
        actions=actions(),
    )
