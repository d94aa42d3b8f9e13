"""The postbacks of the event on screen."""

import reflex as rx

from dashboard.postback_list import PostbackList
from models.words import PostbackLevel
from services.catalog.postbacks import Owner


class PostbacksState(PostbackList, rx.State):
    """The list on an event's page."""

    def _owner(self) -> Owner:
        return Owner(PostbackLevel.EVENT, str(self.event_name))
