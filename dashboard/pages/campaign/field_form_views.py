"""How the form of one custom field looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.form_field import (
    form_columns,
    form_field,
    select_input,
    switch_row,
    text_input,
)
from dashboard.components.values import has_text, when_text
from dashboard.pages.campaign.fields_state import CustomFieldsState
from models.words import FieldType


def field_dialog() -> rx.Component:
    """Build the dialog that adds a field or changes one."""
    state = CustomFieldsState
    return form_dialog(
        rx.el.form(
            when_text(state.errors[""], banner(state.errors[""], tone="bad")),
            _name_field(),
            form_columns(_type_field(), _example_field()),
            form_field(
                "Help text",
                text_input(
                    name="field_help",
                    key=state.opened.to(str),
                    default_value=state.help_text,
                    placeholder="As printed on the policy",
                    auto_complete="off",
                ),
                name="field_help",
                error=state.errors["help_text"],
                help_text="Shown to colleagues who fire the event by hand.",
                optional=True,
            ),
            rx.el.div(
                switch_row(
                    "Required",
                    rx.cond(
                        state.required,
                        "A firing without it is refused, and the answer names the field.",
                        "A firing without it is taken; its macro is empty.",
                    ),
                    name="field_required",
                    checked=state.required,
                    on_change=state.set_required,
                ),
                class_name="al-switches",
            ),
            dialog_actions(
                dialog_cancel(),
                button("Save", kind="primary", submit=True, loading=state.busy),
            ),
            class_name="al-form",
            on_submit=state.save,
            no_validate=True,
        ),
        title=rx.cond(state.is_new, "Add Custom Field", "Edit custom field"),
        description="Checked with the same rules in API calls, incoming URLs, imports and by hand.",
        is_open=state.is_open,
        on_open_change=state.set_open,
    )


def _name_field() -> rx.Component:
    state = CustomFieldsState
    return rx.el.div(
        form_field(
            "Name",
            text_input(
                name="field_name",
                value=state.name,
                on_change=state.set_name,
                mono=True,
                placeholder="policy_no",
                auto_complete="off",
                auto_capitalize="none",
                spell_check=False,
            ),
            name="field_name",
            error=state.errors["name"],
            help_text=rx.cond(
                has_text(state.renamed_from),
                "Calls and macros must use the new name from now on. Events that fired already "
                "keep their values under “" + state.renamed_from + "”.",
                "Used in calls and in the macro: lower-case letters, digits and underscores.",
            ),
            required=True,
        ),
        when_text(
            state.suggestion,
            rx.el.div(
                button(
                    "Use " + state.suggestion,
                    small=True,
                    icon="wand-sparkles",
                    on_click=state.use_suggestion,
                ),
                style={"margin_top": "8px"},
            ),
        ),
    )


def _type_field() -> rx.Component:
    state = CustomFieldsState
    return form_field(
        "Type",
        select_input(
            [
                (FieldType.TEXT, "Text"),
                (FieldType.NUMBER, "Number"),
                (FieldType.DATE, "Date"),
            ],
            name="field_type",
            value=state.type,
            on_change=state.set_type,
        ),
        name="field_type",
        error=state.errors["type"],
        help_text=rx.match(
            state.type,
            (FieldType.NUMBER, "With a point, such as 12.50. A comma is refused."),
            (FieldType.DATE, "Year, month and day, such as 2026-02-28."),
            "Up to 1,000 characters.",
        ),
    )


def _example_field() -> rx.Component:
    state = CustomFieldsState
    return form_field(
        "Example",
        text_input(
            name="field_example",
            key=state.opened.to(str),
            default_value=state.example,
            placeholder=rx.match(
                state.type,
                (FieldType.NUMBER, "12.50"),
                (FieldType.DATE, "2026-02-28"),
                "P-7731",
            ),
            auto_complete="off",
        ),
        name="field_example",
        error=state.errors["example"],
        help_text="Stands in previews and in Send Test.",
        optional=True,
    )
