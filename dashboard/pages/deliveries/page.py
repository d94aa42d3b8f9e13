"""`/logs/deliveries`: every delivery, failures by cause, and destinations."""

import reflex as rx

from dashboard import routes
from dashboard.components.log_tabs import log_tabs
from dashboard.layout import framed
from dashboard.pages.deliveries.address import CAUSES, DESTINATIONS
from dashboard.pages.deliveries.cause_views import causes
from dashboard.pages.deliveries.destination_views import destinations
from dashboard.pages.deliveries.destinations_state import DestinationsState
from dashboard.pages.deliveries.resend_state import ResendState
from dashboard.pages.deliveries.resend_views import resend_dialog, resend_panel
from dashboard.pages.deliveries.state import DeliveriesState
from dashboard.pages.deliveries.views import delivery_list, filters, head_actions, views_nav
from dashboard.session import viewer
from dashboard.theme import page_title
from dashboard.unmatched_count import UnmatchedCount


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.DELIVERIES,
        title=page_title("Deliveries"),
        on_load=[
            DeliveriesState.follow,
            DestinationsState.follow,
            ResendState.follow,
            UnmatchedCount.follow,
        ],
    )


def _page() -> rx.Component:
    return framed(
        "Deliveries",
        views_nav(),
        resend_panel(),
        rx.match(
            DeliveriesState.view,
            (DESTINATIONS, destinations()),
            (CAUSES, rx.fragment(filters(), causes())),
            rx.fragment(filters(), delivery_list()),
        ),
        resend_dialog(),
        section=routes.LOGS,
        viewer=viewer(),
        actions=head_actions(),
        tabs=log_tabs(routes.DELIVERIES, unmatched=UnmatchedCount.words),
        subtitle="Every call to a partner that was due, and what became of it.",
    )
