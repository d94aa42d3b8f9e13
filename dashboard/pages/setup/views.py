"""How the first-owner form looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.setup.state import SetupState


def owner_form() -> rx.Component:
    """Build the form; the code is asked for only where other machines can reach the page."""
    return rx.el.form(
        when(has_text(SetupState.problem), banner(SetupState.problem, tone="bad")),
        form_field(
            "E-mail",
            text_input(
                name="email", type="email", auto_complete="username", auto_focus=True, required=True
            ),
            name="email",
            error=SetupState.email_error,
        ),
        form_field(
            "Password",
            text_input(
                name="password", type="password", auto_complete="new-password", required=True
            ),
            name="password",
            help_text="At least 10 characters.",
            error=SetupState.password_error,
        ),
        form_field(
            "Password again",
            text_input(
                name="password_again", type="password", auto_complete="new-password", required=True
            ),
            name="password_again",
        ),
        when(SetupState.code_needed, _code_field()),
        form_actions(button("Create owner", kind="primary", submit=True, loading=SetupState.busy)),
        class_name="al-form",
        on_submit=SetupState.create_owner,
    )


def _code_field() -> rx.Component:
    return form_field(
        "Set-up code",
        text_input(name="code", auto_complete="off", mono=True, required=True),
        name="code",
        help_text="Printed in the console where Afterlead was started.",
        error=SetupState.code_error,
    )
