"""How the custom fields of one event in one campaign look: the table, and what a row does."""

import reflex as rx

from dashboard.components.button import button, icon_button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import (
    confirm_dialog,
)
from dashboard.components.copy_button import id_cell, mono
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.list_state import notice
from dashboard.components.menu import menu_item
from dashboard.components.status_badge import tag
from dashboard.components.values import has_text, when, when_text
from dashboard.pages.campaign.field_form_views import field_dialog
from dashboard.pages.campaign.fields_state import (
    DOWN,
    UP,
    CustomFieldsState,
    FieldLine,
    move_id,
)
from services.actor import Right


def fields_section() -> rx.Component:
    """Build the table of fields, the form for one, and the question before one goes."""
    state = CustomFieldsState
    return rx.fragment(
        section(
            "Custom fields",
            rx.cond(
                state.lines.length() > 0,
                data_table(
                    [
                        Column("Name"),
                        Column("Type"),
                        Column("Example", wide_only=True),
                        Column("Macro", wide_only=True),
                        Column("Actions", hidden_title=True),
                    ],
                    rx.foreach(state.lines, _row),
                    label="Custom fields",
                ),
                notice(
                    "No custom field yet",
                    "A custom field is a value that comes with each firing in this campaign, such "
                    "as a policy number. It is checked on every way in and can be sent on by a "
                    "macro.",
                    icon="text-cursor-input",
                    action=_add_button(kind="primary"),
                ),
            ),
            description="What the event carries in this campaign, beyond amount and order ID.",
            actions=(when(state.lines.length() > 0, _add_button(kind="secondary")),),
            flush=True,
        ),
        field_dialog(),
        confirm_dialog(
            title="Remove “" + state.asked_about + "”?",
            consequence="Calls that still send it are refused from now on, and its macro is "
            "empty. Events that fired already keep their values.",
            confirm="Remove field",
            on_confirm=state.remove,
            is_open=state.is_asking,
            on_open_change=state.set_asking,
        ),
    )


def _add_button(*, kind: str) -> rx.Component:
    return button("Add Custom Field", kind=kind, icon="plus", on_click=CustomFieldsState.open_new)


def _row(line: rx.Var[FieldLine]) -> rx.Component:
    row = table_row(
        cell(
            rx.el.div(
                mono(line.name),
                when_text(
                    line.help_text,
                    rx.el.div(line.help_text, class_name="al-dim", style=_HELP),
                ),
                style={"padding": "6px 0"},
            ),
            clip="min(320px, 40vw)",
        ),
        cell(
            rx.el.span(
                rx.el.span(line.type),
                when(line.required, tag("Required", tone="accent")),
                class_name="al-tags",
                style={"align_items": "center", "gap": "4px 8px"},
            )
        ),
        cell(
            rx.cond(
                has_text(line.example),
                mono(line.example, title=line.example),
                rx.el.span("–", class_name="al-dim"),
            ),
            clip="200px",
            wide_only=True,
        ),
        cell(id_cell(line.macro, label="Copy macro"), clip="260px", wide_only=True),
        cell(_actions(line), numeric=True),
    )
    row.key = line.name
    return row


def _actions(line: rx.Var[FieldLine]) -> rx.Component:
    state = CustomFieldsState
    return rx.el.div(
        icon_button(
            "arrow-up",
            label="Move " + line.name + " up",
            on_click=state.move(line.name, UP),
            id=move_id(line.name, UP),
            disabled=line.is_first,
            style=_ARROW,
        ),
        icon_button(
            "arrow-down",
            label="Move " + line.name + " down",
            on_click=state.move(line.name, DOWN),
            id=move_id(line.name, DOWN),
            disabled=line.is_last,
            style=_ARROW,
        ),
        rx.menu.root(
            rx.menu.trigger(
                icon_button(
                    "ellipsis", label="More actions for " + line.name, right=Right.EDIT_DEFINITIONS
                )
            ),
            rx.menu.content(
                menu_item("Edit", on_select=state.open_edit(line.name)),
                rx.menu.separator(),
                menu_item("Remove", danger=True, on_select=state.ask(line.name)),
                align="end",
                variant="soft",
            ),
        ),
        style={"display": "flex", "justify_content": "flex-end", "gap": "2px"},
    )


_HELP = {"overflow": "hidden", "text_overflow": "ellipsis", "font_size": "12px"}
_ARROW = {"&:disabled": {"opacity": "0.35"}}
