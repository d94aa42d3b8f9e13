"""`/settings/new-event` and `/settings/events/[event_name]`: one event."""

import reflex as rx

from dashboard import routes
from dashboard.components.status_badge import flag_badges
from dashboard.layout import framed
from dashboard.pages.event.places_state import PlacesState
from dashboard.pages.event.postbacks_state import PostbacksState
from dashboard.pages.event.state import EventState
from dashboard.pages.event.views import event_actions, new_event, stored_event
from dashboard.session import viewer
from dashboard.theme import page_title

_BACK = ("Event Management", routes.EVENT_MANAGEMENT)


def register(app: rx.App) -> None:
    """Add both pages to the application."""
    app.add_page(
        _new_page,
        route=routes.EVENT_NEW,
        title=page_title("New Event"),
        on_load=EventState.start_new,
    )
    app.add_page(
        _page,
        route=routes.EVENT,
        title=page_title("Event"),
        on_load=[EventState.follow, PostbacksState.follow, PlacesState.follow],
    )


def _new_page() -> rx.Component:
    return framed(
        "New Event",
        new_event(),
        section=routes.EVENT_MANAGEMENT,
        viewer=viewer(),
        back=_BACK,
        narrow=True,
    )


def _page() -> rx.Component:
    return framed(
        rx.cond(EventState.shown != "", EventState.shown, "Event"),
        stored_event(),
        section=routes.EVENT_MANAGEMENT,
        viewer=viewer(),
        back=_BACK,
        beside_title=flag_badges(archived=EventState.is_archived),
        actions=event_actions(),
        narrow=True,
    )
