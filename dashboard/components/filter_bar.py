"""Filters of a list: search, drop-downs, date range, and a chip for each that is set."""

import reflex as rx

from dashboard.components.form_field import option_list, typed
from dashboard.components.values import Handler, Text, glyph, has_text, when

RANGES: tuple[tuple[str, str], ...] = (
    ("1h", "Last hour"),
    ("24h", "Last 24 hours"),
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("30d", "Last 30 days"),
    ("month", "This month"),
    ("last-month", "Last month"),
    ("custom", "Custom range"),
)


def filter_bar(
    *controls: rx.Component,
    chips: rx.Component | None = None,
    trailing: tuple[rx.Component, ...] = (),
) -> rx.Component:
    """Lay out search, filters and range in one line that wraps; chips stand below."""
    return rx.el.div(
        rx.el.div(
            *controls,
            rx.el.div(*trailing, class_name="al-filter-trailing") if trailing else None,
            class_name="al-filters",
            role="search",
            aria_label="Filters",
        ),
        chips if chips is not None else rx.fragment(),
        class_name="al-filter-bar",
    )


def search_box(
    *, value: Text, on_change: Handler, placeholder: str = "Search", label: str = "Search"
) -> rx.Component:
    """Build the search box that `/` jumps to; typing is debounced."""
    return rx.el.div(
        glyph("search"),
        rx.debounce_input(
            rx.el.input(
                type="search",
                value=value,
                on_change=on_change,
                placeholder=placeholder,
                aria_label=label,
                auto_complete="off",
                class_name="al-input",
            ),
            debounce_timeout=250,
        ),
        rx.el.kbd("/", aria_hidden="true"),
        class_name="al-search",
        data_search="",
    )


def filter_select(
    label: str,
    *,
    value: Text,
    options: list[tuple[str, str]] | rx.Var,
    on_change: Handler,
    any_label: str = "Any",
) -> rx.Component:
    """Build a filter with its name inside; the empty value means that it is not set.

    Without `any_label` a value is always set, so that none is marked.
    """
    set_now = has_text(value) if any_label else False
    return rx.el.label(
        rx.el.span(label, class_name="al-filter-name"),
        rx.el.select(
            rx.el.option(any_label, value="") if any_label else None,
            option_list(options),
            value=value,
            on_change=on_change,
            aria_label=label,
        ),
        glyph("down"),
        class_name="al-filter",
        data_set=rx.cond(set_now, "true", "false")
        if isinstance(set_now, rx.Var)
        else str(set_now).lower(),
    )


def more_filters(*controls: rx.Component, set_now: rx.Var[int]) -> rx.Component:
    """Put filters that few need behind a button, which tells how many of them are set."""
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                "More filters",
                when(set_now > 0, rx.el.span(set_now, class_name="al-filter-count")),
                glyph("down"),
                type="button",
                class_name="al-filter al-filter-more",
                data_set=rx.cond(set_now > 0, "true", "false"),
            )
        ),
        rx.popover.content(
            rx.el.div(*controls, class_name="al-filter-more-list"),
            class_name="al-menu",
            aria_label="More filters",
        ),
    )


def range_filter(
    *,
    value: Text,
    on_change: Handler,
    start: Text,
    end: Text,
    on_start: Handler,
    on_end: Handler,
    zone: Text,
    error: Text = "",
    label: str = "Time",
) -> rx.Component:
    """Build the date range: presets of `RANGES`, and two native inputs for `custom`.

    `start` and `end` are `YYYY-MM-DDTHH:MM` in `zone`, which is named beside them.
    """
    custom = value == "custom"
    inputs = rx.el.div(
        _moment("From", start, on_start),
        rx.el.span("to", class_name="al-dim"),
        _moment("To", end, on_end),
        rx.el.span(zone, class_name="al-dim"),
        rx.el.span(error, class_name="al-field-error", role="status"),
        class_name="al-range",
        role="group",
        aria_label="Custom range",
    )
    return rx.fragment(
        filter_select(label, value=value, options=list(RANGES), on_change=on_change, any_label=""),
        when(custom, inputs),
    )


def filter_chips(chips: rx.Var, *, on_remove: Handler, on_clear: Handler) -> rx.Component:
    """Show each filter that is set, and `Clear filters`.

    `chips` is a Var of (name, label, value) triples; `on_remove` is called with the name.
    """
    return rx.cond(
        chips.length() > 0,
        rx.el.div(
            rx.foreach(
                chips,
                lambda chip: rx.el.button(
                    rx.el.span(chip[1], class_name="al-chip-name"),
                    rx.el.span(chip[2], class_name="al-chip-value"),
                    glyph("close"),
                    type="button",
                    on_click=on_remove(chip[0]),
                    aria_label="Remove filter " + chip[1].to(str) + " " + chip[2].to(str),
                    class_name="al-chip",
                ),
            ),
            rx.el.button(
                "Clear filters", type="button", on_click=on_clear, class_name="al-text-button"
            ),
            class_name="al-chips",
        ),
        rx.fragment(),
    )


def _moment(label: str, value: Text, on_change: Handler) -> rx.Component:
    return typed(
        rx.el.input(
            type="datetime-local",
            value=value,
            on_change=on_change,
            aria_label=label,
            class_name="al-input",
        )
    )
