"""A list to tick from: searchable, long, with the count of what is chosen."""

from collections.abc import Callable

import reflex as rx

from dashboard.components.button import button
from dashboard.components.elements import Tick
from dashboard.components.values import Handler, Number, Text, glyph, when_text


def check_list(
    lines: rx.Var,
    *,
    label: str,
    name: str,
    key_of: Callable[[rx.Var], rx.Var[str]],
    shown: Callable[[rx.Var], rx.Component],
    chosen: rx.Var[dict[str, bool]],
    total: Number,
    q: Text,
    only_chosen: rx.Var[bool],
    on_search: Handler,
    on_toggle: Handler,
    on_only_chosen: Handler,
    on_all: Handler,
    on_none: Handler,
    help_text: Text | rx.Component = "",
    error: Text = "",
    nothing: Text = "Nothing matches.",
) -> rx.Component:
    """Build the list; `lines` are those that match the search, `total` counts all there are.

    `chosen` holds the key of each line that is ticked. `on_toggle` takes a key; `on_all` and
    `on_none` tick and clear the lines on screen. `name` must be unique on the page.
    """
    what = label.lower()
    return rx.el.section(
        rx.el.div(
            rx.el.h2(label, id=f"{name}-label", class_name="al-section-title"),
            rx.el.span(
                chosen.length(), " of ", total, " chosen", class_name="al-dim", role="status"
            ),
            class_name="al-checks-head",
        ),
        rx.el.div(help_text, class_name="al-field-help") if help_text else None,
        rx.el.div(
            rx.el.div(
                glyph("search"),
                rx.debounce_input(
                    rx.el.input(
                        type="search",
                        value=q,
                        on_change=on_search,
                        placeholder="Search",
                        aria_label=f"Search {what}",
                        auto_complete="off",
                        class_name="al-input",
                    ),
                    debounce_timeout=200,
                ),
                class_name="al-search",
            ),
            rx.el.button(
                "Chosen only",
                type="button",
                on_click=on_only_chosen,
                class_name="al-button",
                data_kind="secondary",
                data_size="small",
                aria_label=f"Chosen only: {what}",
                aria_pressed=rx.cond(only_chosen, "true", "false"),
            ),
            class_name="al-checks-tools",
        ),
        when_text(error, rx.el.p(error, class_name="al-field-error", role="alert")),
        rx.el.div(
            rx.cond(
                lines.length() > 0,
                rx.foreach(lines, lambda line: _line(line, name, key_of, shown, chosen, on_toggle)),
                rx.el.p(nothing),
            ),
            role="group",
            aria_labelledby=f"{name}-label",
            class_name="al-checks-box",
        ),
        rx.el.div(
            button(
                "Select all shown",
                small=True,
                on_click=on_all,
                aria_label=f"Select all shown {what}",
            ),
            button(
                "Clear all shown",
                small=True,
                kind="quiet",
                on_click=on_none,
                aria_label=f"Clear all shown {what}",
            ),
            class_name="al-actions",
        ),
        class_name="al-checks",
    )


def _line(
    line: rx.Var,
    name: str,
    key_of: Callable[[rx.Var], rx.Var[str]],
    shown: Callable[[rx.Var], rx.Component],
    chosen: rx.Var[dict[str, bool]],
    on_toggle: Handler,
) -> rx.Component:
    key = key_of(line)
    row = rx.el.label(
        Tick.create(
            checked=chosen.contains(key),
            name=name,
            on_change=on_toggle(key),
            class_name="al-tick",
        ),
        rx.el.span(shown(line), class_name="al-check-shown"),
        class_name="al-check-line",
    )
    row.key = key
    return row
