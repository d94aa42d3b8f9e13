"""A form that the browser itself submits; Reflex's own never leaves the page."""

import reflex as rx

from dashboard.components.values import Text


class NativeForm(rx.el.Div):
    """`<form action method>` without Reflex's submit handler, for cookies set by our HTTP side."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def native_form(*children: rx.Component, action: Text, method: str = "post") -> rx.Component:
    """Build a form that is posted to an address of ours and answered by a whole new page."""
    return NativeForm.create(*children, action=action, method=method)


def sign_out_form(*, action: Text) -> rx.Component:
    """Build the account menu's Sign out entry, which posts to `action`."""
    return native_form(
        rx.el.button(
            rx.el.span(class_name="al-glyph", data_glyph="leave", aria_hidden="true"),
            "Sign out",
            type="submit",
            class_name="al-menu-item",
        ),
        action=action,
    )
