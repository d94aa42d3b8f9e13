"""`/`: what happened lately, and what to do first."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.overview.state import OverviewState
from dashboard.pages.overview.views import content
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.OVERVIEW,
        title=page_title("Overview"),
        on_load=OverviewState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Overview",
        content(),
        section=routes.OVERVIEW,
        viewer=viewer(),
        subtitle=rx.cond(
            OverviewState.has_fired, "The last 24 hours, compared with the 24 hours before.", ""
        ),
    )
