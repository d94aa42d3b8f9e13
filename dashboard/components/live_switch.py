"""The switch that holds a live list still."""

import reflex as rx

from dashboard.components.elements import QuickSwitch
from dashboard.components.values import Flag, Handler


def live_switch(*, is_live: Flag, on_change: Handler, title: str) -> rx.Component:
    """Build the switch; `title` says what appears by itself."""
    return rx.el.label(
        QuickSwitch.create(checked=is_live, on_change=on_change, aria_label="Live", size="1"),
        "Live",
        title=title,
        style={
            "display": "inline-flex",
            "align_items": "center",
            "gap": "8px",
            "height": "32px",
            "font_size": "13px",
            "font_weight": "500",
            "cursor": "pointer",
        },
    )
