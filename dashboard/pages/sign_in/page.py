"""`/login`: sign in."""

import reflex as rx

from dashboard import routes
from dashboard.layout import bare
from dashboard.pages.sign_in.state import SignInState
from dashboard.pages.sign_in.views import sign_in_form
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(_page, route=routes.LOGIN, title=page_title("Sign in"), on_load=SignInState.open)


def _page() -> rx.Component:
    return bare("Sign in", sign_in_form())
