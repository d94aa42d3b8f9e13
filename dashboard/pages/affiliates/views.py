"""How the list of affiliates looks: as that of campaigns does."""

import reflex as rx

from dashboard import keyed_list
from dashboard.keyed_editor import editor_dialog, new_button
from dashboard.keyed_kind import AFFILIATE
from dashboard.pages.affiliates.state import AffiliateEditorState, AffiliatesState


def content() -> tuple[rx.Component, ...]:
    """Build the filters, the list and its dialogs."""
    return (
        keyed_list.filters(AffiliatesState, AFFILIATE),
        keyed_list.keyed_list(AffiliatesState, AffiliateEditorState, AFFILIATE),
        editor_dialog(AffiliateEditorState, AFFILIATE),
        keyed_list.archive_question(AffiliatesState, AFFILIATE),
    )


def actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading."""
    return (new_button(AffiliateEditorState, AFFILIATE),)
