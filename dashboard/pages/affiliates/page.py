"""`/affiliates`: all affiliates."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.affiliates.state import AffiliatesState
from dashboard.pages.affiliates.views import actions, content
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.AFFILIATES,
        title=page_title("Affiliates"),
        on_load=AffiliatesState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Affiliates",
        *content(),
        section=routes.AFFILIATES,
        viewer=viewer(),
        actions=actions(),
        subtitle="Who sends you leads, and is told when one of them converts.",
    )
