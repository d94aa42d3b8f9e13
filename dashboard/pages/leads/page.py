"""`/leads`: all leads."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.leads.state import LeadsState
from dashboard.pages.leads.views import capture_dialog, filters, lead_list, new_button
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(_page, route=routes.LEADS, title=page_title("Leads"), on_load=LeadsState.follow)


def _page() -> rx.Component:
    return framed(
        "Leads",
        filters(),
        lead_list(),
        capture_dialog(),
        section=routes.LEADS,
        viewer=viewer(),
        actions=(new_button(),),
    )
