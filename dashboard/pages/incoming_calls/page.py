"""`/logs/incoming`: every call that came in, and those that wait for their lead."""

import reflex as rx

from dashboard import routes
from dashboard.components.log_tabs import log_tabs
from dashboard.layout import framed
from dashboard.pages.incoming_calls.replay_state import ReplayState
from dashboard.pages.incoming_calls.replay_views import replay_dialog, replay_panel
from dashboard.pages.incoming_calls.state import CallsLogState
from dashboard.pages.incoming_calls.views import (
    IS_WAITING,
    bad_keys,
    call_list,
    filters,
    head_actions,
)
from dashboard.session import viewer
from dashboard.theme import page_title
from dashboard.unmatched_count import UnmatchedCount


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.INCOMING_CALLS,
        title=page_title("Incoming"),
        on_load=[CallsLogState.follow, ReplayState.follow, UnmatchedCount.follow],
    )


def _page() -> rx.Component:
    return framed(
        rx.cond(IS_WAITING, "Unmatched calls", "Incoming calls"),
        replay_panel(),
        filters(),
        bad_keys(),
        call_list(),
        replay_dialog(),
        section=routes.LOGS,
        viewer=viewer(),
        actions=head_actions(),
        tabs=log_tabs(
            rx.cond(IS_WAITING, routes.unmatched_calls(), routes.INCOMING_CALLS),
            unmatched=UnmatchedCount.words,
        ),
        subtitle=rx.cond(
            IS_WAITING,
            "Calls about leads that are not here yet: matched by themselves when the lead arrives, "
            "or by hand.",
            "Every call of a program or a partner, what was decided about it, and what was "
            "answered.",
        ),
    )
