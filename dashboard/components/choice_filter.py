"""Filters that take several words, or a word that is typed or chosen."""

from typing import Any

import reflex as rx

from dashboard.components.values import Handler, Text, glyph, when_text

Options = list[tuple[str, str]]

_LIST: dict[str, Any] = {"display": "flex", "flex_direction": "column", "gap": "1px"}
_CHOICE: dict[str, Any] = {
    "display": "flex",
    "align_items": "center",
    "gap": "8px",
    "min_height": "30px",
    "padding": "0 8px",
    "border_radius": "var(--al-radius)",
    "font_size": "13px",
    "cursor": "pointer",
    "&:hover": {"background": "var(--al-hover)"},
}
_BOX: dict[str, Any] = {"accent_color": "var(--al-accent)", "width": "15px", "height": "15px"}


def choice_filter(
    label: str, *, chosen: rx.Var[list[str]], options: Options, on_toggle: Handler
) -> rx.Component:
    """Build a filter of check boxes in a popover; `on_toggle` gets the word that was clicked."""
    shown: Any = "Any"
    for word, name in reversed(options):
        shown = rx.cond(chosen.contains(word) & (chosen.length() == 1), name, shown)
    shown = rx.cond(chosen.length() > 1, chosen.length().to(str) + " chosen", shown)
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.el.span(label, class_name="al-filter-name", style={"padding_left": "10px"}),
                rx.el.span(shown, style={"padding": "0 28px 0 6px", "font_weight": "500"}),
                glyph("down"),
                type="button",
                class_name="al-filter",
                style={"padding": "0", "color": "var(--al-text)", "font_family": "inherit"},
                data_set=rx.cond(chosen.length() > 0, "true", "false"),
            )
        ),
        rx.popover.content(
            rx.el.div(
                *[_choice(word, name, chosen, on_toggle) for word, name in options],
                role="group",
                aria_label=label,
                style=_LIST,
            ),
            class_name="al-menu",
            style={"width": "200px"},
        ),
    )


def combo_filter(
    label: str,
    *,
    value: Text,
    options: Options,
    on_change: Handler,
    error: Text = "",
    width: str = "50px",
) -> rx.Component:
    """Build a small field that suggests `options` and takes any text; typing is debounced."""
    suggestions = f"{label.lower().replace(' ', '-')}-suggestions"
    return rx.fragment(
        rx.el.label(
            rx.el.span(label, class_name="al-filter-name"),
            rx.debounce_input(
                rx.el.input(
                    value=value,
                    on_change=on_change,
                    placeholder="Any",
                    list=suggestions,
                    auto_complete="off",
                    aria_label=label,
                    style={
                        "width": width,
                        "height": "30px",
                        "padding": "0 6px",
                        "border": "0",
                        "background": "transparent",
                        "color": "var(--al-text)",
                        "font": "500 13px/18px var(--al-sans)",
                        "&:focus": {"outline": "none !important"},
                        "&::-webkit-calendar-picker-indicator": {"display": "none !important"},
                        "&::placeholder": {"color": "var(--al-text)", "opacity": "1"},
                    },
                ),
                debounce_timeout=400,
            ),
            rx.el.datalist(
                *[rx.el.option(name, value=word) for word, name in options], id=suggestions
            ),
            class_name="al-filter",
            data_set=rx.cond(value != "", "true", "false"),  # type: ignore[arg-type]
        ),
        when_text(error, rx.el.span(error, class_name="al-field-error", role="status")),
    )


def _choice(word: str, name: str, chosen: rx.Var[list[str]], on_toggle: Handler) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=chosen.contains(word),
            on_change=on_toggle(word),
            style=_BOX,
        ),
        name,
        style=_CHOICE,
    )
