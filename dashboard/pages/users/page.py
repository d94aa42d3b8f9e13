"""`/settings/users`: the people who sign in, what each may do, and invitations."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.users.person_views import person_dialog
from dashboard.pages.users.state import UsersState
from dashboard.pages.users.views import (
    invitations,
    invite_button,
    invite_dialog,
    link_place,
    people,
    search,
)
from dashboard.session import viewer
from dashboard.theme import page_title
from services.actor import Right


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(_page, route=routes.USERS, title=page_title("Users"), on_load=UsersState.follow)


def _page() -> rx.Component:
    return framed(
        "Users",
        link_place(),
        search(),
        people(),
        invitations(),
        invite_dialog(),
        person_dialog(),
        section=routes.USERS,
        viewer=viewer(),
        right=Right.MANAGE_ACCESS,
        actions=(invite_button(),),
        subtitle="Who signs in, and what each may do.",
    )
