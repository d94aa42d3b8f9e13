"""What the list of campaigns shows, and the dialog for one of them."""

import reflex as rx

from dashboard.keyed_editor import KeyedEditor
from dashboard.keyed_kind import CAMPAIGN, Kind
from dashboard.keyed_list import KeyedList


class CampaignsState(KeyedList, rx.State):
    """The list."""

    def _kind(self) -> Kind:
        return CAMPAIGN


class CampaignEditorState(KeyedEditor, rx.State):
    """The dialog."""

    def _kind(self) -> Kind:
        return CAMPAIGN
