"""How far long work is, while it runs and when it has ended."""

import reflex as rx

from dashboard.components.values import Flag, Text, when

_PANEL = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "10px",
    "padding": "12px 16px",
    "border": "1px solid var(--al-line)",
    "border_radius": "var(--al-radius-big)",
    "background": "var(--al-surface)",
}
_HEAD = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "justify_content": "space-between",
    "gap": "8px 16px",
}
_TRACK = {
    "height": "6px",
    "border_radius": "3px",
    "background": "var(--al-line)",
    "overflow": "hidden",
}


def progress_panel(
    title: Text, text: Text, *, percent: rx.Var[int], is_running: Flag, action: rx.Component
) -> rx.Component:
    """Build the panel; the bar is there while the work runs. `action` cancels or dismisses."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.strong(title, style={"font_size": "14px", "font_weight": "600"}),
                rx.el.span(text, class_name="al-dim", style={"font_size": "13px"}),
                role="status",
                style={"display": "flex", "flex_direction": "column", "min_width": "0"},
            ),
            action,
            style=_HEAD,
        ),
        when(
            is_running,
            rx.el.div(
                rx.el.div(
                    style={
                        "width": percent.to(str) + "%",
                        "height": "100%",
                        "background": "var(--al-accent)",
                        "transition": "width 200ms linear",
                    }
                ),
                role="progressbar",
                aria_label=title,
                custom_attrs={
                    "aria-valuemin": "0",
                    "aria-valuemax": "100",
                    "aria-valuenow": percent.to(str),
                },
                style=_TRACK,
            ),
        ),
        aria_label="Progress",
        style=_PANEL,
    )
