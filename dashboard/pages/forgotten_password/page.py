"""`/forgotten-password`: have a link sent."""

import reflex as rx

from dashboard import routes
from dashboard.layout import bare
from dashboard.pages.forgotten_password.state import ForgottenState
from dashboard.pages.forgotten_password.views import wish_form
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.FORGOTTEN,
        title=page_title("Forgotten password"),
        on_load=ForgottenState.open,
    )


def _page() -> rx.Component:
    return bare("Forgotten password", wish_form())
