"""The tabs of the logs, the same on each of their pages."""

import reflex as rx

from dashboard import routes
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.values import Text


def log_tabs(current: Text, *, unmatched: Text = "") -> rx.Component:
    """Build the tabs; `current` is the path of the page.

    `unmatched` says how many calls wait for their lead; empty for none.
    """
    return tabs_nav(
        ("Events", routes.LOGS),
        ("Deliveries", routes.DELIVERIES),
        ("Incoming", routes.INCOMING_CALLS),
        ("Unmatched", routes.unmatched_calls()),
        counts={"Unmatched": unmatched},
        current=current,
        label="Logs",
    )
