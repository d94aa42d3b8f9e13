"""How the sign-in form looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, text_link
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.sign_in.state import SignInState


def sign_in_form() -> rx.Component:
    """Build the form; Enter submits it, and a password manager knows its fields."""
    return rx.el.form(
        when(has_text(SignInState.problem), banner(SignInState.problem, tone="bad")),
        # Hidden, not gone: the browser sends them again together with the code.
        rx.el.div(
            form_field(
                "E-mail",
                text_input(
                    name="email",
                    type="email",
                    auto_complete="username",
                    auto_focus=True,
                    required=True,
                ),
                name="email",
            ),
            form_field(
                "Password",
                text_input(
                    name="password",
                    type="password",
                    auto_complete="current-password",
                    required=True,
                ),
                name="password",
            ),
            class_name="al-form",
            hidden=SignInState.code_needed,
        ),
        rx.cond(
            SignInState.code_needed,
            form_field(
                "Code",
                text_input(
                    name="code",
                    auto_complete="one-time-code",
                    mono=True,
                    required=True,
                    max_length=30,
                    placeholder="123 456",
                ),
                name="code",
                help_text="What your authenticator app shows now, or one of your recovery codes.",
            ),
        ),
        form_actions(
            button("Sign in", kind="primary", submit=True, loading=SignInState.busy),
            when(
                SignInState.code_needed,
                button("Start over", kind="quiet", on_click=SignInState.start_over),
            ),
        ),
        rx.cond(
            SignInState.can_mail,
            rx.el.p(text_link("Forgot your password?", href=routes.FORGOTTEN)),
            rx.el.p(
                "Forgot your password? An owner can make you a link under Users.",
                class_name="al-field-help",
            ),
        ),
        class_name="al-form",
        on_submit=SignInState.sign_in,
    )
