"""`/affiliates/[affiliate_key]`: one affiliate."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.affiliate.state import (
    AffiliatePostbacksState,
    AffiliateSettingsState,
    AffiliateState,
)
from dashboard.pages.affiliate.views import beside_title, body, key_line, tabs, title
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.AFFILIATE,
        title=page_title("Affiliate"),
        on_load=[
            AffiliateSettingsState.open_form,
            AffiliatePostbacksState.follow,
            AffiliateState.follow,
        ],
    )


def _page() -> rx.Component:
    return framed(
        title(),
        body(),
        section=routes.AFFILIATES,
        viewer=viewer(),
        back=("Affiliates", routes.AFFILIATES),
        beside_title=beside_title(),
        subtitle=key_line(),
        tabs=tabs(),
    )
