"""`/setup`: the first visit creates the owner."""

import reflex as rx

from dashboard import routes
from dashboard.layout import bare
from dashboard.pages.setup.state import SetupState
from dashboard.pages.setup.views import owner_form
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page, route=routes.SETUP, title=page_title("Create the owner"), on_load=SetupState.open
    )


def _page() -> rx.Component:
    return bare(
        "Create the owner",
        owner_form(),
        text="This installation is new. Whoever fills this in owns it.",
    )
