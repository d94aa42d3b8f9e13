"""How the page of a forgotten password looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, text_link
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.forgotten_password.state import ForgottenState


def wish_form() -> rx.Component:
    """Build the form, and what is said once it was sent."""
    return rx.el.div(
        rx.cond(
            ~ForgottenState.can_mail,
            banner(
                "This installation sends no e-mail. Ask an owner: under Users they make a link "
                "with which you choose another password.",
                tone="info",
            ),
            rx.cond(ForgottenState.sent_to != "", _said(), _form()),
        ),
        rx.el.p(text_link("Back to sign in", href=routes.LOGIN)),
        class_name="al-form",
    )


def _said() -> rx.Component:
    return banner(
        rx.fragment(
            "If somebody signs in as ",
            rx.el.strong(ForgottenState.sent_to),
            ", a link is on its way to them. It works for an hour. Nothing arrived? Look into the "
            "spam folder, or ask an owner.",
        ),
        tone="good",
    )


def _form() -> rx.Component:
    return rx.el.form(
        when(has_text(ForgottenState.problem), banner(ForgottenState.problem, tone="bad")),
        form_field(
            "E-mail",
            text_input(
                name="email", type="email", auto_complete="username", auto_focus=True, required=True
            ),
            name="email",
            help_text="We send you a link with which you choose another password.",
        ),
        form_actions(button("Send link", kind="primary", submit=True, loading=ForgottenState.busy)),
        class_name="al-form",
        on_submit=ForgottenState.wish,
    )
