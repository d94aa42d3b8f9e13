"""`/logs/incoming/[submission_id]`: one call that came in."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.incoming_call.state import CallState
from dashboard.pages.incoming_call.views import badges, call, head_actions
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.INCOMING_CALL,
        title=page_title("Incoming call"),
        on_load=CallState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Incoming call",
        call(),
        section=routes.LOGS,
        viewer=viewer(),
        back=("Incoming calls", routes.INCOMING_CALLS),
        beside_title=badges(),
        actions=head_actions(),
    )
