"""`/campaigns/[campaign_key]`: one campaign."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.campaign.event_state import EventInCampaignState
from dashboard.pages.campaign.fields_state import CustomFieldsState
from dashboard.pages.campaign.lists_state import CampaignListsState
from dashboard.pages.campaign.manager_state import EventManagerState
from dashboard.pages.campaign.state import (
    CampaignPostbacksState,
    CampaignSettingsState,
    CampaignState,
)
from dashboard.pages.campaign.views import beside_title, body, key_line, tabs, title
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.CAMPAIGN,
        title=page_title("Campaign"),
        on_load=[
            CampaignSettingsState.open_form,
            CampaignState.follow,
            CampaignPostbacksState.follow,
            EventManagerState.follow,
            CampaignListsState.follow,
            EventInCampaignState.follow,
            CustomFieldsState.follow,
        ],
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
