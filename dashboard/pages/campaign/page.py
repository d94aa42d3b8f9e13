"""`/campaigns/[campaign_key]`: one campaign."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.campaign.settings_state import CampaignSettingsState
from dashboard.pages.campaign.state import CampaignState
from dashboard.pages.campaign.views import beside_title, body, key_line, tabs, title
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.CAMPAIGN,
        title=page_title("Campaign"),
        on_load=[CampaignSettingsState.open_form, CampaignState.follow],
    )


def _page() -> rx.Component:
    return framed(
        title(),
        body(),
        section=routes.CAMPAIGNS,
        viewer=viewer(),
        back=("Campaigns", routes.CAMPAIGNS),
        beside_title=beside_title(),
        subtitle=key_line(),
        tabs=tabs(),
    )
