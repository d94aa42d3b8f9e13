"""How the dialog for one person looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.form_field import form_field, select_input
from dashboard.components.values import Handler, has_text, when
from dashboard.pages.users.person_state import PersonState
from dashboard.pages.users.roles import MEANINGS, ROLES

_PERSON = PersonState.person


def person_dialog() -> rx.Component:
    """Build the dialog: role, and the ways in and out."""
    return form_dialog(
        rx.el.div(
            when(has_text(PersonState.problem), banner(PersonState.problem, tone="bad")),
            when(
                _PERSON.is_you,
                banner("This is you: another owner changes your role. See also Your account."),
            ),
            form_field(
                "Role",
                select_input(
                    ROLES,
                    name="person_role",
                    value=PersonState.role,
                    on_change=PersonState.choose_role,
                    disabled=_PERSON.is_you,
                ),
                name="person_role",
                help_text=rx.match(PersonState.role, *MEANINGS.items(), ""),
            ),
            when(
                PersonState.role != _PERSON.role,
                rx.el.div(button("Save role", kind="primary", on_click=PersonState.save_role)),
            ),
            rx.cond(
                _PERSON.is_off,
                _deed(
                    "Switched off",
                    "They cannot sign in. Their password stays as it was.",
                    "Switch on",
                    PersonState.switch_on,
                ),
                rx.fragment(
                    _deed(
                        "Password",
                        "A link, good for 24 hours, with which they choose another one.",
                        "Make link",
                        PersonState.make_link,
                    ),
                    when(
                        _PERSON.second_step,
                        _deed(
                            "Two-step sign-in",
                            "For who lost the app and the recovery codes.",
                            "Switch off",
                            PersonState.remove_second_step,
                        ),
                    ),
                    when(
                        _PERSON.sessions > 0,
                        _deed(
                            "Signed in",
                            rx.cond(
                                _PERSON.sessions == 1,
                                "In 1 browser.",
                                "In " + _PERSON.sessions.to(str) + " browsers.",
                            ),
                            rx.cond(_PERSON.is_you, "Sign out the others", "Sign out everywhere"),
                            PersonState.sign_out,
                        ),
                    ),
                    when(~_PERSON.is_you, _off()),
                ),
            ),
            dialog_actions(dialog_cancel("Close")),
            class_name="al-form",
        ),
        title=rx.el.span(_PERSON.email, class_name="al-break"),
        is_open=PersonState.is_open,
        on_open_change=PersonState.set_open,
        width="520px",
    )


def _off() -> rx.Component:
    return rx.cond(
        PersonState.is_asking,
        banner(
            "They are signed out at once and cannot sign in any more. What they did stays in the "
            "audit. You can switch them on again.",
            tone="warn",
            title="Switch off?",
            action=rx.el.div(
                button("Cancel", small=True, on_click=PersonState.keep_on),
                button("Switch off", small=True, kind="danger", on_click=PersonState.switch_off),
                class_name="al-actions",
            ),
        ),
        _deed(
            "Access",
            "Sign them out and let them in no more.",
            "Switch off",
            PersonState.ask_off,
        ),
    )


def _deed(
    title: str, text: str | rx.Component | rx.Var, label: str | rx.Var, on_click: Handler
) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(title, class_name="al-switch-title"),
            rx.el.p(text, class_name="al-field-help"),
        ),
        button(label, small=True, on_click=on_click),
        class_name="al-switch-row",
    )
