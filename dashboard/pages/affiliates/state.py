"""What the list of affiliates shows, and the dialog for one of them."""

import reflex as rx

from dashboard.keyed_editor import KeyedEditor
from dashboard.keyed_kind import AFFILIATE, Kind
from dashboard.keyed_list import KeyedList


class AffiliatesState(KeyedList, rx.State):
    """The list."""

    def _kind(self) -> Kind:
        return AFFILIATE


class AffiliateEditorState(KeyedEditor, rx.State):
    """The dialog."""

    def _kind(self) -> Kind:
        return AFFILIATE
