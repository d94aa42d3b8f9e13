"""What happened, one thing below the other."""

import reflex as rx

from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text


def timeline(*entries: rx.Component, label: str = "Timeline") -> rx.Component:
    """Build a list of `timeline_entry`s, or of one `rx.foreach` of them, newest first."""
    return rx.el.ol(*entries, class_name="al-timeline", aria_label=label)


def timeline_entry(
    *content: rx.Component | Text | rx.Var,
    at: Text | rx.Var,
    zone: Text = "",
    tone: Text = "none",
    details: rx.Component | None = None,
) -> rx.Component:
    """Build one entry; `tone` is a status word, which colours its dot."""
    return rx.el.li(
        rx.el.span(class_name="al-timeline-dot", data_status=tone, aria_hidden="true"),
        rx.el.div(
            rx.el.div(
                rx.el.div(*content, class_name="al-timeline-what"),
                time_cell(at, zone=zone),
                class_name="al-timeline-line",
            ),
            details if details is not None else rx.fragment(),
            class_name="al-timeline-body",
        ),
    )
