"""How the list of campaigns looks: as that of affiliates does."""

import reflex as rx

from dashboard import keyed_list
from dashboard.keyed_editor import editor_dialog, new_button
from dashboard.keyed_kind import CAMPAIGN
from dashboard.pages.campaigns.state import CampaignEditorState, CampaignsState


def content() -> tuple[rx.Component, ...]:
    """Build the filters, the list and its dialogs."""
    return (
        keyed_list.filters(CampaignsState, CAMPAIGN),
        keyed_list.keyed_list(CampaignsState, CampaignEditorState, CAMPAIGN),
        editor_dialog(CampaignEditorState, CAMPAIGN),
        keyed_list.archive_question(CampaignsState, CAMPAIGN),
    )


def actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading."""
    return (new_button(CampaignEditorState, CAMPAIGN),)
