"""How bulk replay looks: the question with its count and consequences, and the progress."""

import reflex as rx

from dashboard.bulk_job_views import TEXT, job_dialog, job_panel
from dashboard.pages.incoming_calls.replay_state import ReplayState


def replay_panel() -> rx.Component:
    """Build the progress of the bulk replay that runs or has just ended."""
    return job_panel(ReplayState, cancel="Cancel replay")


def replay_dialog() -> rx.Component:
    """Build the question: how many, and what that means."""
    return job_dialog(
        ReplayState,
        rx.el.p(
            "Left out: calls that were recorded, that nothing here can mend, and that somebody "
            "has dismissed.",
            class_name="al-dim",
            style=TEXT,
        ),
        title="Replay these calls?",
        verb="Replay",
        nothing="No refused call under these filters can be tried again.",
        one="call is",
        many="calls are",
        consequence="tried again as they came, in the background, by the events, fields and leads "
        "that there are now. What is good then is recorded and fires its postbacks; what is not "
        "stays refused, with the new reason.",
    )
