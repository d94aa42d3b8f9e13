"""How the page of an invitation or a reset looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.welcome.state import WelcomeState


def password_form() -> rx.Component:
    """Build the form, or what is said of a link that is over."""
    return rx.el.div(
        when(has_text(WelcomeState.problem), banner(WelcomeState.problem, tone="bad")),
        rx.cond(
            WelcomeState.is_open,
            _form(),
            when(
                has_text(WelcomeState.problem),
                link_button("Go to sign in", href=routes.LOGIN, kind="primary"),
            ),
        ),
        class_name="al-form",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.p(
            rx.cond(
                WelcomeState.is_invitation,
                rx.fragment("You are invited as ", WelcomeState.role, ". You sign in as "),
                "For ",
            ),
            rx.el.strong(WelcomeState.email, class_name="al-break"),
            ".",
        ),
        # A password manager stores the new password with it.
        rx.el.input(
            name="email",
            type="email",
            auto_complete="username",
            value=WelcomeState.email,
            read_only=True,
            hidden=True,
        ),
        form_field(
            "Password",
            text_input(
                name="password",
                type="password",
                auto_complete="new-password",
                auto_focus=True,
                required=True,
            ),
            name="password",
            help_text="At least 10 characters; a few unrelated words are easy to keep.",
            error=WelcomeState.password_error,
        ),
        form_field(
            "Password again",
            text_input(
                name="password_again", type="password", auto_complete="new-password", required=True
            ),
            name="password_again",
        ),
        form_actions(
            button("Save and sign in", kind="primary", submit=True, loading=WelcomeState.busy)
        ),
        class_name="al-form",
        on_submit=WelcomeState.choose,
    )
