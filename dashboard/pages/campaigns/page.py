"""`/campaigns`: all campaigns."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.campaigns.state import CampaignsState
from dashboard.pages.campaigns.views import actions, content
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.CAMPAIGNS,
        title=page_title("Campaigns"),
        on_load=CampaignsState.follow,
    )


def _page() -> rx.Component:
    return framed(
        "Campaigns",
        *content(),
        section=routes.CAMPAIGNS,
        viewer=viewer(),
        actions=actions(),
    )
