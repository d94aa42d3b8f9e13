"""How the postbacks of an event look."""

import reflex as rx

from dashboard import routes
from dashboard.pages.event.postbacks_state import PostbacksState
from dashboard.pages.event.state import EventState
from dashboard.postback_list import postback_section


def postback_list() -> rx.Component:
    """Build the section with the postbacks of the event."""
    return postback_section(
        PostbacksState,
        owner_path=routes.event(EventState.shown),
        description="Every postback that is on is called, each on its own.",
        empty_text="A postback URL is called each time this event fires, with the lead's values in "
        "place of the macros.",
    )
