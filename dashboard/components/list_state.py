"""The four states of a list that are not its rows: loading, error, no match, empty."""

import reflex as rx

from dashboard.components.button import button
from dashboard.components.values import Handler, Text

LOADING = "loading"
FAILED = "error"
NO_MATCH = "no_match"
EMPTY = "empty"
READY = "ready"


def list_state(
    state: Text,
    rows: rx.Component,
    *,
    empty_title: Text,
    empty_text: Text,
    empty_action: rx.Component | None = None,
    error: Text = "",
    on_retry: Handler,
    on_clear: Handler,
    nothing: Text = "Nothing matches these filters",
    skeleton_rows: int = 6,
    icon: str = "inbox",
) -> rx.Component:
    """Show the rows, or what stands in their place.

    `state` is one of this module's words: `loading`, `error`, `no_match`, `empty`, `ready`.
    """
    return rx.match(
        state,
        (LOADING, skeleton(rows=skeleton_rows)),
        (
            FAILED,
            notice(
                "This list could not be loaded",
                error,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=on_retry),
                alert=True,
            ),
        ),
        (
            NO_MATCH,
            notice(
                nothing,
                "Widen the time range or take a filter away.",
                icon="search-x",
                action=button("Clear filters", on_click=on_clear),
            ),
        ),
        (EMPTY, notice(empty_title, empty_text, icon=icon, action=empty_action)),
        rows,
    )


def notice(
    title: Text,
    text: Text,
    *,
    icon: str,
    action: rx.Component | None = None,
    alert: bool = False,
) -> rx.Component:
    """Say in the middle of an empty surface what is the case and what to do next."""
    return rx.el.div(
        rx.el.span(rx.icon(icon, size=20, aria_hidden="true"), class_name="al-notice-icon"),
        rx.el.p(title, class_name="al-notice-title"),
        rx.el.p(text, class_name="al-notice-text"),
        action if action is not None else rx.fragment(),
        class_name="al-notice",
        role="alert" if alert else "status",
    )


def skeleton(*, rows: int = 6) -> rx.Component:
    """Hold the place of rows that are on their way."""
    return rx.el.div(
        *[
            rx.el.div(
                *[rx.el.span(class_name="al-bone") for _ in range(4)], class_name="al-skeleton-row"
            )
            for _ in range(rows)
        ],
        class_name="al-skeleton",
        role="status",
        aria_label="Loading",
    )
