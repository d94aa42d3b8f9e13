"""The tabs of the logs, the same on each of their pages."""

import reflex as rx

from dashboard import routes
from dashboard.components.tabs_nav import tabs_nav


def log_tabs(current: str) -> rx.Component:
    """Build the tabs; `current` is the path of the page."""
    return tabs_nav(
        ("Events", routes.LOGS),
        ("Deliveries", routes.DELIVERIES),
        current=current,
        label="Logs",
    )
