"""How the sign-in form looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.sign_in.state import SignInState


def sign_in_form() -> rx.Component:
    """Build the form; Enter submits it, and a password manager knows its fields."""
    return rx.el.form(
        when(has_text(SignInState.problem), banner(SignInState.problem, tone="bad")),
        form_field(
            "E-mail",
            text_input(
                name="email", type="email", auto_complete="username", auto_focus=True, required=True
            ),
            name="email",
        ),
        form_field(
            "Password",
            text_input(
                name="password", type="password", auto_complete="current-password", required=True
            ),
            name="password",
        ),
        form_actions(button("Sign in", kind="primary", submit=True, loading=SignInState.busy)),
        class_name="al-form",
        on_submit=SignInState.sign_in,
    )
