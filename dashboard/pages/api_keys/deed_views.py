"""How rotating and revoking look, below the limits of a key."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.form_field import select_input
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.api_keys.deed_state import KeyDeedState
from dashboard.pages.api_keys.form_state import KeyFormState
from dashboard.session import SessionState

_OVERLAPS = [
    ("0", "Old key ends now"),
    ("1", "Old key works 1 hour"),
    ("24", "Old key works 24 hours"),
    ("72", "Old key works 72 hours"),
]


def deeds() -> rx.Component:
    """Build what can be done to the key that is open."""
    return when(
        ~KeyFormState.is_revoked & ~KeyFormState.is_incoming,
        rx.fragment(
            when(has_text(KeyDeedState.problem), banner(KeyDeedState.problem, tone="bad")),
            when(has_text(KeyFormState.old_key_ends_at), _old_key()),
            _rotation(),
            _revocation(),
        ),
    )


def _old_key() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("The old key still works", class_name="al-switch-title"),
            rx.el.p(
                "It ends ",
                time_cell(KeyFormState.old_key_ends_at, zone=SessionState.time_zone, kind="until"),
                ". End it as soon as every program has the new one.",
                class_name="al-field-help",
            ),
        ),
        button("End it now", small=True, on_click=KeyDeedState.end_old),
        class_name="al-switch-row",
    )


def _rotation() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p("Rotate", class_name="al-switch-title"),
            rx.el.p(
                "Another secret for the same key: name, limits and logs stay.",
                class_name="al-field-help",
            ),
        ),
        rx.el.div(
            select_input(
                _OVERLAPS,
                name="key_overlap",
                value=KeyDeedState.overlap,
                on_change=KeyDeedState.choose_overlap,
                aria_label="How long the old key works on",
                style={"width": "204px"},
            ),
            button("Rotate", small=True, on_click=KeyDeedState.rotate),
            class_name="al-actions",
            style={"flex_wrap": ["wrap", None, "nowrap"], "justify_content": "flex-end"},
        ),
        class_name="al-switch-row",
    )


def _revocation() -> rx.Component:
    return rx.cond(
        KeyDeedState.is_asking,
        banner(
            "Every program that uses this key is refused at once, and no other key takes its "
            "place by itself. It cannot be undone; its history stays.",
            tone="warn",
            title="Revoke this key?",
            action=rx.el.div(
                button("Cancel", small=True, on_click=KeyDeedState.leave),
                button("Revoke", small=True, kind="danger", on_click=KeyDeedState.revoke),
                class_name="al-actions",
            ),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p("Revoke", class_name="al-switch-title"),
                rx.el.p("For good, and at once.", class_name="al-field-help"),
            ),
            button("Revoke…", small=True, on_click=KeyDeedState.ask),
            class_name="al-switch-row",
        ),
    )
