"""How the dialog that changes a lead looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.lead_fields import contact_fields, more_fields
from dashboard.components.values import has_text, when
from dashboard.pages.lead.editor_state import LeadEditorState


def editor() -> rx.Component:
    """Build the dialog; ids and campaign are not in it, since they never change."""
    errors, values = LeadEditorState.errors, LeadEditorState.values
    return form_dialog(
        rx.el.form(
            contact_fields(errors, affiliates=LeadEditorState.affiliates, values=values),
            more_fields(
                errors,
                values=values,
                free=LeadEditorState.free,
                on_add=LeadEditorState.add_free_field,
                is_open=LeadEditorState.is_unfolded,
            ),
            when(has_text(errors[""]), banner(errors[""], tone="bad")),
            dialog_actions(
                dialog_cancel(),
                button("Save", kind="primary", submit=True, loading=LeadEditorState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=LeadEditorState.save,
        ),
        title="Edit lead",
        description="Postbacks that were sent already stay as they were. An emptied field goes.",
        is_open=LeadEditorState.is_open,
        on_open_change=LeadEditorState.set_open,
        width="680px",
    )
