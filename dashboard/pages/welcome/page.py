"""`/welcome/[link_token]`: choose a password by a link."""

import reflex as rx

from dashboard import routes
from dashboard.layout import bare
from dashboard.pages.welcome.state import WelcomeState
from dashboard.pages.welcome.views import password_form
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page, route=routes.WELCOME, title=page_title("Welcome"), on_load=WelcomeState.open
    )


def _page() -> rx.Component:
    return bare(
        rx.cond(WelcomeState.is_invitation, "Welcome to Afterlead", "Choose another password"),
        password_form(),
    )
