"""How two-step sign-in is switched on and off."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.copy_button import copy_button, id_cell
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.status_badge import tag
from dashboard.components.values import has_text, when
from dashboard.pages.account import second_step_state as steps
from dashboard.pages.account.second_step_state import SecondStepState


def second_step() -> rx.Component:
    """Build the section: what is shown depends on how far one is."""
    return section(
        "Two-step sign-in",
        rx.match(
            SecondStepState.step,
            (steps.OFF, _off()),
            (steps.SETTING_UP, _setting_up()),
            (steps.CODES, _codes()),
            (steps.ON, _on()),
            (steps.LEAVING, _leaving()),
            rx.fragment(),
        ),
        description="Beside the password, a sign-in then asks for a code from an app on your "
        "phone. A stolen password alone opens nothing.",
    )


def _off() -> rx.Component:
    return rx.el.div(
        rx.el.p(tag("Off"), " Any authenticator app will do, such as those of password managers."),
        rx.el.div(button("Set up", kind="primary", on_click=SecondStepState.begin)),
        class_name="al-form",
    )


def _setting_up() -> rx.Component:
    errors = SecondStepState.errors
    return rx.el.form(
        when(has_text(errors[""]), banner(errors[""], tone="bad")),
        rx.el.p("1. Let the app read this picture, or type the key into it."),
        rx.el.img(
            src=SecondStepState.picture,
            alt="QR code for an authenticator app; the key below says the same",
            style={"width": "180px", "height": "180px", "border_radius": "8px"},
        ),
        id_cell(SecondStepState.secret, label="Copy key"),
        form_field(
            "2. The code that the app shows now",
            text_input(
                name="step_code",
                mono=True,
                auto_complete="one-time-code",
                input_mode="numeric",
                max_length=10,
                placeholder="123 456",
                required=True,
            ),
            name="step_code",
            error=errors["code"],
        ),
        _password("3. Your password", errors["password"]),
        form_actions(
            button("Switch on", kind="primary", submit=True, loading=SecondStepState.busy),
            button("Cancel", on_click=SecondStepState.stop),
        ),
        class_name="al-form",
        on_submit=SecondStepState.confirm,
    )


def _codes() -> rx.Component:
    return rx.el.div(
        banner(
            "Keep these where you keep passwords: each opens your account once when the app is "
            "lost. They are shown this once.",
            tone="warn",
            title="Your recovery codes",
        ),
        rx.el.ul(
            rx.foreach(SecondStepState.codes, lambda code: rx.el.li(code, class_name="al-mono")),
            aria_label="Recovery codes",
            style={"columns": "2", "margin": "0", "padding_left": "18px"},
        ),
        rx.el.div(
            copy_button(SecondStepState.codes.join("\n"), label="Copy codes", word="Copy codes"),
            button("I have kept them", kind="primary", on_click=SecondStepState.finish),
            class_name="al-actions",
        ),
        class_name="al-form",
    )


def _on() -> rx.Component:
    return rx.el.div(
        rx.el.p(tag("On", tone="good"), " Each sign-in asks for a code of your app."),
        rx.el.div(button("Switch off", on_click=SecondStepState.ask_off)),
        class_name="al-form",
    )


def _leaving() -> rx.Component:
    return rx.el.form(
        banner("Your password alone opens your account then.", tone="warn"),
        _password("Your password", SecondStepState.errors["password"]),
        form_actions(
            button("Switch off", kind="danger", submit=True, loading=SecondStepState.busy),
            button("Cancel", on_click=SecondStepState.stop),
        ),
        class_name="al-form",
        on_submit=SecondStepState.switch_off,
    )


def _password(label: str, error: rx.Var[str]) -> rx.Component:
    return form_field(
        label,
        text_input(
            name="step_password", type="password", auto_complete="current-password", required=True
        ),
        name="step_password",
        error=error,
    )
