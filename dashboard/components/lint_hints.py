"""What is wrong with a template, each finding with a button that puts it right."""

from collections.abc import Callable

import reflex as rx

from dashboard.components.button import button
from dashboard.components.values import Handler


def lint_hints(lints: rx.Var, *, on_use: Callable[[rx.Var], Handler]) -> rx.Component:
    """List findings: a Var of lines with `level`, `message`, `suggestion`.

    `on_use` gets a line and returns what the button `Use …` does.
    """
    return rx.el.ul(
        rx.foreach(
            lints,
            lambda lint: rx.el.li(
                rx.el.span(
                    rx.cond(lint.level == "error", "Error", "Warning"),
                    class_name="al-lint-level",
                ),
                rx.el.span(lint.message, style={"flex": "1 1 200px", "min_width": "0"}),
                rx.cond(
                    lint.suggestion != "",
                    button(
                        "Use " + lint.suggestion.to(str),
                        small=True,
                        icon="wand-sparkles",
                        on_click=on_use(lint),
                    ),
                ),
                data_level=lint.level,
                style={"flex_wrap": "wrap", "align_items": "center"},
            ),
        ),
        class_name="al-lints",
        aria_live="polite",
    )
