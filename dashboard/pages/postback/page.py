"""The postback editor: `/settings/events/[event_name]/postbacks/new` and `…/[postback_id]`."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.postback.trial_state import TrialState
from dashboard.pages.postback.views import editor
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add both pages to the application."""
    app.add_page(
        lambda: _page("Add Postback URL"),
        route=routes.POSTBACK_NEW,
        title=page_title("Add Postback URL"),
        on_load=TrialState.follow,
    )
    app.add_page(
        lambda: _page("Postback"),
        route=routes.POSTBACK,
        title=page_title("Postback"),
        on_load=TrialState.follow,
    )


def _page(title: str) -> rx.Component:
    return framed(
        title,
        editor(),
        section=routes.EVENT_MANAGEMENT,
        viewer=viewer(),
        back=(TrialState.event, routes.event(TrialState.event)),
        subtitle="Called when the event fires, with the lead's values in place of the macros.",
    )
