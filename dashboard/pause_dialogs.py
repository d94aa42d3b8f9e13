"""How Pause and Resume look: two dialogs for every page that shows postbacks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import (
    confirm_dialog,
    dialog_actions,
    dialog_cancel,
    form_dialog,
)
from dashboard.components.form_field import form_field, text_input
from dashboard.components.values import Text, when, when_text
from dashboard.postback_pause import PauseState
from dashboard.session import SessionState
from models.words import ReleaseChoice


def pause_dialogs() -> rx.Component:
    """Build both dialogs; `PauseState.ask_pause` and `ask_resume` open them."""
    return rx.fragment(
        confirm_dialog(
            title="Pause this postback?",
            consequence="Nothing more is sent to "
            + PauseState.about
            + " by it until you resume it. What it owes is held, not lost; you then choose what "
            "becomes of it.",
            confirm="Pause postback",
            on_confirm=PauseState.pause,
            is_open=PauseState.is_pausing,
            on_open_change=PauseState.set_pausing,
            danger=False,
        ),
        form_dialog(
            rx.el.form(
                when_text(PauseState.problem, banner(PauseState.problem, tone="bad")),
                rx.cond(
                    PauseState.held > 0,
                    _choices(),
                    rx.el.p("It holds nothing. What follows is sent again."),
                ),
                when(
                    PauseState.is_changed & (PauseState.held > 0),
                    banner(
                        "The postback was changed after it was paused. What is held goes out as it "
                        "was made, to the address that it had then.",
                        tone="warn",
                    ),
                ),
                dialog_actions(
                    dialog_cancel(),
                    button("Resume", kind="primary", submit=True, loading=PauseState.busy),
                ),
                class_name="al-form",
                no_validate=True,
                on_submit=PauseState.resume,
            ),
            title="Resume the postback to " + PauseState.about,
            is_open=PauseState.is_resuming,
            on_open_change=PauseState.set_resuming,
        ),
    )


def _choices() -> rx.Component:
    held = PauseState.held.to_string() + rx.cond(PauseState.held == 1, " delivery", " deliveries")
    return rx.el.fieldset(
        rx.el.legend("What becomes of the " + held + " that it holds?", class_name="al-label"),
        _choice(ReleaseChoice.SEND, "Send all", _are(PauseState.held, "sent") + ", beginning now."),
        _choice(
            ReleaseChoice.SINCE,
            "Send those since a moment",
            _are(PauseState.send, "sent")
            + "; "
            + _are(PauseState.cancel, "older and cancelled")
            + ".",
        ),
        when(PauseState.choice == ReleaseChoice.SINCE.value, _moment()),
        _choice(
            ReleaseChoice.DISCARD,
            "Discard all",
            _are(PauseState.held, "cancelled")
            + ". Each stays in the logs and can be resent there.",
        ),
        style={
            "display": "flex",
            "flex_direction": "column",
            "gap": "12px",
            "margin": "0",
            "padding": "0",
            "border": "0",
            "min_width": "0",
            "& legend": {"padding": "0", "margin_bottom": "8px", "float": "left", "width": "100%"},
        },
    )


def _moment() -> rx.Component:
    return rx.el.div(
        form_field(
            "Since",
            text_input(
                name="since",
                type="datetime-local",
                value=PauseState.since,
                on_change=PauseState.set_since,
            ),
            name="since",
            error=PauseState.since_error,
            help_text="Times in " + SessionState.time_zone + ".",
        ),
        style={"padding_left": "24px", "max_width": "280px"},
    )


def _choice(choice: ReleaseChoice, name: str, consequence: Text) -> rx.Component:
    help_id = f"held-{choice}"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="held",
            value=choice.value,
            checked=PauseState.choice == choice.value,
            on_change=PauseState.choose(choice.value),
            custom_attrs={"aria-describedby": help_id},
            style={"accent_color": "var(--al-accent)", "margin": "3px 0 0", "flex": "none"},
        ),
        rx.el.span(
            rx.el.span(name, class_name="al-switch-title"),
            rx.el.span(
                consequence, id=help_id, class_name="al-field-help", style={"display": "block"}
            ),
        ),
        style={
            "display": "flex",
            "align_items": "flex-start",
            "gap": "10px",
            "cursor": "pointer",
            "min_height": "24px",
        },
    )


def _are(number: rx.Var[int], what: str) -> rx.Var[str]:
    return number.to_string() + rx.cond(number == 1, " is ", " are ") + what
