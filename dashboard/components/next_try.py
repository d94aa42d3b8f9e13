"""The coming try of a delivery: “Retry 3 of 12 in 8 min”, counting down by itself."""

import reflex as rx

from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text, when_text


def next_try_words(number: int, planned: int) -> str:
    """Return which try comes next, of how many; `next_try` adds when."""
    return f"Retry {number} of {planned}" if number > 1 else f"Try 1 of {planned}"


def next_try(words: Text, *, at: Text, zone: Text) -> rx.Component:
    """Show the coming try with the time until then; nothing while `words` is empty."""
    return when_text(
        words,
        rx.el.span(
            rx.el.span(words, style={"white_space": "nowrap"}),
            " ",
            time_cell(at, zone=zone, kind="until"),
            class_name="al-dim",
            # In a narrow cell the time goes below.
            style={"white_space": "normal", "font_size": "12px"},
        ),
    )
