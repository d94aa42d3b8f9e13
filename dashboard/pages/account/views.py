"""How one's own account looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.key_value import key_value
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.account.state import AccountState, BrowserLine
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def person() -> rx.Component:
    """Say who one is here and what one may do."""
    return section(
        "You",
        key_value(
            ("E-mail", rx.el.span(SessionState.email, class_name="al-break")),
            (
                "You may",
                rx.el.ul(
                    rx.foreach(AccountState.allowed, rx.el.li),
                    style={"margin": "0", "padding_left": "18px"},
                ),
            ),
        ),
    )


def password_form() -> rx.Component:
    """Build the form for another password."""
    errors = AccountState.errors
    form = rx.el.form(
        when(has_text(errors[""]), banner(errors[""], tone="bad")),
        rx.el.input(
            name="email",
            type="email",
            auto_complete="username",
            value=SessionState.email,
            read_only=True,
            hidden=True,
        ),
        _password("Present password", "current", "current-password", error=errors["current"]),
        _password(
            "New password",
            "password",
            "new-password",
            error=errors["password"],
            help_text="At least 10 characters; a few unrelated words are easy to keep.",
        ),
        _password("New password again", "password_again", "new-password"),
        form_actions(
            button("Change password", kind="primary", submit=True, loading=AccountState.busy)
        ),
        class_name="al-form",
        on_submit=AccountState.change_password,
    )
    form.key = AccountState.form_number.to(str)
    return section("Password", form, description="All your other browsers are signed out by it.")


def browsers() -> rx.Component:
    """List the browsers in which one is signed in."""
    return section(
        "Where you are signed in",
        rx.el.ul(rx.foreach(AccountState.browsers, _browser), class_name="al-plain-list"),
        actions=(
            when(
                AccountState.browsers.length() > 1,
                button("Sign out everywhere else", on_click=AccountState.end_others),
            ),
        ),
        description="A browser is signed out by itself after 7 days without use, and after 30 "
        "days in any case.",
    )


def _password(
    label: str, name: str, purpose: str, *, error: rx.Var[str] | str = "", help_text: str = ""
) -> rx.Component:
    return form_field(
        label,
        text_input(name=name, type="password", auto_complete=purpose, required=True),
        name=name,
        error=error,
        help_text=help_text,
    )


def _browser(line: rx.Var[BrowserLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(line.name, title=line.title),
                when(line.is_current, tag("This browser", tone="good")),
                class_name="al-tags",
            ),
            rx.el.p(
                rx.cond(line.address != "", line.address + " · ", ""),
                "last seen ",
                time_cell(line.last_seen_at, zone=ZONE),
                ", signed in ",
                time_cell(line.created_at, zone=ZONE),
                class_name="al-field-help",
            ),
        ),
        when(
            ~line.is_current,
            button(
                "Sign out",
                small=True,
                on_click=AccountState.end(line.id),
                aria_label="Sign out " + line.name,
            ),
        ),
        class_name="al-switch-row",
        key=line.id,
    )
