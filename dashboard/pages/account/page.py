"""`/account`: one's own password, second step and browsers."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.account.second_step_state import SecondStepState
from dashboard.pages.account.second_step_views import second_step
from dashboard.pages.account.state import AccountState
from dashboard.pages.account.views import browsers, password_form, person
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.ACCOUNT,
        title=page_title("Your account"),
        on_load=[AccountState.open_form, SecondStepState.open_form, AccountState.follow],
    )


def _page() -> rx.Component:
    return framed(
        "Your account",
        person(),
        password_form(),
        second_step(),
        browsers(),
        section=routes.ACCOUNT,
        viewer=viewer(),
        narrow=True,
    )
