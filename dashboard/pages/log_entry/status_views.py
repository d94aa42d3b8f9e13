"""How an event's conversion status looks: its change, and its history."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.form_field import form_field, select_input, text_area
from dashboard.components.status_badge import status_badge
from dashboard.components.values import has_text, when
from dashboard.pages.log_entry.state import LogEntryState
from dashboard.pages.log_entry.status_state import StatusState
from models.words import ConversionStatus

_OPTIONS = [(word.value, word.value.replace("_", " ").capitalize()) for word in ConversionStatus]


def conversion_status() -> rx.Component:
    """Show the status as it is now, with the button that changes it."""
    return rx.el.span(
        status_badge(LogEntryState.facts.conversion_status),
        when(
            LogEntryState.may_change_status,
            button("Change…", small=True, on_click=StatusState.open_form),
        ),
        style={
            "display": "inline-flex",
            "flex_wrap": "wrap",
            "align_items": "center",
            "gap": "4px 8px",
        },
    )


def change_dialog() -> rx.Component:
    """Build the dialog with the new status and the reason."""
    return form_dialog(
        rx.el.form(
            when(has_text(StatusState.problem), banner(StatusState.problem, tone="bad")),
            form_field(
                "New status",
                select_input(
                    name="to",
                    options=_OPTIONS,
                    default_value=LogEntryState.facts.conversion_status,
                ),
                name="to",
                error=StatusState.to_error,
                help_text="Postbacks that ask for this status are called at once. Reports count "
                "the event under its new status.",
            ),
            form_field(
                "Reason",
                text_area(name="reason", rows=2),
                name="reason",
                error=StatusState.reason_error,
                optional=True,
                help_text="Stands in the history, for everybody who asks later.",
            ),
            dialog_actions(
                dialog_cancel(),
                button("Change status", kind="primary", submit=True, loading=StatusState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=StatusState.save,
        ),
        title="Change the conversion status",
        is_open=StatusState.is_open,
        on_open_change=StatusState.set_open,
    )
