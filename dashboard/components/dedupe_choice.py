"""When a second firing counts: the words for it, and the choice between the modes."""

from typing import Final

import reflex as rx

from dashboard.components.form_field import form_field, text_input
from dashboard.components.values import Handler, Text, when
from models.words import DedupeMode

ONCE: Final = str(DedupeMode.ONCE_PER_LEAD)
PER_ORDER: Final = str(DedupeMode.ONCE_PER_ORDER)
WINDOW: Final = str(DedupeMode.WINDOW)
EVERY_TIME: Final = str(DedupeMode.ALLOW_ALL)

USUAL_WINDOW: Final = "60"
"""Minutes that a window begins with until somebody types another number."""

AGAIN: Final = (PER_ORDER, WINDOW, EVERY_TIME)
"""The modes behind the switch Multi-Trigger, strictest first."""

_HELP: Final = {
    PER_ORDER: "Each order counts once for a lead. A second firing without an order ID is a "
    "duplicate.",
    WINDOW: "A firing for the same lead within so many minutes of another one is a duplicate.",
    EVERY_TIME: "Each firing counts and sends postbacks, whatever came before.",
}


def dedupe_words(mode: DedupeMode, minutes: int | None) -> str:
    """Return in a few words when an event fires again for a lead."""
    if mode is DedupeMode.ONCE_PER_LEAD:
        return "Once per lead"
    if mode is DedupeMode.ONCE_PER_ORDER:
        return "Once per lead and order"
    if mode is DedupeMode.WINDOW:
        return f"Once in {minutes or 0:,} minute{'' if minutes == 1 else 's'}"
    return "Every time"


def dedupe_input(mode: str, minutes: str) -> object:
    """Return the choice as the services take it; they say what is wrong with it."""
    if mode != WINDOW:
        return mode
    text = minutes.strip()
    # Longer digits are no number of minutes, and Python refuses to read very long ones.
    is_number = text.isascii() and text.isdecimal() and len(text) <= 9
    return {"window_minutes": int(text) if is_number else text}


def dedupe_choice(
    *,
    value: Text,
    on_change: Handler,
    minutes: Text,
    on_minutes: Handler,
    error: Text,
) -> rx.Component:
    """Build the choice between the modes of an event that fires again, each with its consequence.

    `on_change` is called with the mode, `on_minutes` with the text of the window.
    """
    names = {
        PER_ORDER: "Once per lead and order ID",
        WINDOW: "Once in a window of minutes",
        EVERY_TIME: "Every time",
    }
    return rx.el.fieldset(
        rx.el.legend("How often it may fire for the same lead", class_name="al-label"),
        *[_mode(mode, names[mode], value, on_change) for mode in AGAIN],
        when(
            value == WINDOW,
            minutes_field(value=minutes, on_change=on_minutes, error=error),
        ),
        when(
            (value != WINDOW) & (error != ""),
            rx.el.p(error, class_name="al-field-error", role="alert"),
        ),
        style=_FIELDSET,
    )


def minutes_field(*, value: Text, on_change: Handler, error: Text) -> rx.Component:
    """Build the field for the length of the window."""
    return rx.el.div(
        form_field(
            "Window in minutes",
            text_input(
                name="window_minutes",
                value=value,
                on_change=on_change,
                input_mode="numeric",
                auto_complete="off",
                max_length=9,
            ),
            name="window_minutes",
            error=error,
            help_text="1,440 minutes are a day. Measured between the times at which both occurred.",
            required=True,
        ),
        style={"max_width": "320px"},
    )


def _mode(mode: str, name: str, value: Text, on_change: Handler) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="dedupe",
            value=mode,
            checked=value == mode,
            on_change=lambda _: on_change(mode),
            custom_attrs={"aria-describedby": f"dedupe-{mode}"},
            style={"accent_color": "var(--al-accent)", "margin": "3px 0 0", "flex": "none"},
        ),
        rx.el.span(
            rx.el.span(name, class_name="al-switch-title"),
            rx.el.span(
                _HELP[mode],
                id=f"dedupe-{mode}",
                class_name="al-field-help",
                style={"display": "block"},
            ),
        ),
        style={
            "display": "flex",
            "align_items": "flex-start",
            "gap": "10px",
            "cursor": "pointer",
            "min_height": "24px",
        },
    )


_FIELDSET = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "10px",
    "margin": "14px 0",
    "padding": "0 0 0 14px",
    "border": "0",
    "border_left": "2px solid var(--al-line-strong)",
    "min_width": "0",
    "& legend": {"padding": "0", "margin_bottom": "8px", "float": "left", "width": "100%"},
}
