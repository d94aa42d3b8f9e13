"""A part that opens and closes where it stands."""

from typing import Any

import reflex as rx

from dashboard.components.values import Flag, Text, glyph

_FRAME: dict[str, Any] = {
    "border": "1px solid var(--al-line)",
    "border_radius": "var(--al-radius-big)",
    "background": "var(--al-surface)",
    "min_width": "0",
    "&[open] > summary .al-glyph[data-glyph='right']": {"transform": "rotate(90deg)"},
    "&[open] > summary": {"border_bottom": "1px solid var(--al-line)"},
}
_LINE: dict[str, Any] = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "4px 10px",
    "min_height": "40px",
    "padding": "6px 12px",
    "font_size": "13px",
    "list_style": "none",
    "&::-webkit-details-marker": {"display": "none"},
    "&:hover": {"background": "var(--al-hover)"},
}
_BODY: dict[str, Any] = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "12px",
    "padding": "12px",
    "min_width": "0",
}


def disclosure(
    *line: rx.Component | Text | rx.Var,
    content: rx.Component,
    is_open: Flag = False,
    key: Text | None = None,
    label: Text = "",
) -> rx.Component:
    """Build a line that shows and hides its content.

    `is_open` is how it starts; a later change of the value opens or closes it again. In a list,
    `key` keeps what the reader opened when entries come above it.
    """
    part = rx.el.details(
        rx.el.summary(glyph("right"), *line, style=_LINE, aria_label=label or None),
        rx.el.div(content, style=_BODY),
        open=is_open,
        style=_FRAME,
    )
    if key is not None:
        part.key = key
    return part


def stack(*parts: rx.Component, gap: str = "12px") -> rx.Component:
    """Put parts below each other."""
    style = {"display": "flex", "flex_direction": "column", "gap": gap, "min_width": "0"}
    return rx.el.div(*parts, style=style)
