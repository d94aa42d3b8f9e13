"""How the list of receiver names looks."""

import reflex as rx

from dashboard.components.button import button, icon_button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import id_cell
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.form_field import form_field, text_input
from dashboard.components.list_state import list_state
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.pages.test_receiver.state import ReceiverLine, TestReceiverState
from dashboard.session import SessionState


def new_name() -> rx.Component:
    """Build the form for a new name."""
    return when(
        TestReceiverState.may_edit,
        section(
            "New receiver",
            rx.form(
                rx.el.div(
                    form_field(
                        "Name",
                        text_input(
                            name="receiver_name",
                            placeholder="my-partner",
                            mono=True,
                            auto_complete="off",
                        ),
                        name="receiver_name",
                        help_text="It becomes the end of the URL.",
                        error=TestReceiverState.name_error,
                    ),
                    rx.el.div(
                        button("Create receiver", kind="primary", submit=True),
                        style={"padding_top": "24px"},
                    ),
                    style={
                        "display": "grid",
                        "grid_template_columns": "minmax(0, 320px) auto",
                        "justify_content": "start",
                        "gap": "12px",
                        "@media (max-width: 480px)": {
                            "grid_template_columns": "minmax(0, 1fr)",
                            "& > div:last-child": {"padding_top": "0"},
                        },
                    },
                ),
                on_submit=TestReceiverState.create,
            ),
        ),
    )


def receivers() -> rx.Component:
    """Build the table of names, or what stands in its place."""
    return list_state(
        TestReceiverState.list_state,
        data_table(
            [
                "Name",
                "URL",
                Column("Calls", numeric=True),
                Column("Last call", wide_only=True),
                Column("Delete", hidden_title=True),
            ],
            rx.foreach(TestReceiverState.lines, _row),
            label="Test receivers",
        ),
        empty_title="No receiver yet",
        empty_text="Create one, copy its URL into a postback, and see what a partner would get.",
        error=TestReceiverState.problem,
        on_retry=TestReceiverState.retry,
        on_clear=TestReceiverState.retry,
        icon="radio-tower",
    )


def _row(line: rx.Var[ReceiverLine]) -> rx.Component:
    row = table_row(
        cell(row_link(line.name, href=line.href)),
        cell(id_cell(line.url, label="Copy URL"), clip="clamp(96px, 40vw - 60px, 420px)"),
        cell(line.calls, numeric=True),
        cell(
            time_cell(line.last_call_at, zone=SessionState.time_zone, empty="Never"),
            wide_only=True,
        ),
        cell(
            when(
                TestReceiverState.may_edit,
                confirm_dialog(
                    title="Delete this receiver?",
                    consequence=rx.el.span(
                        "“",
                        line.name,
                        "” and its calls are deleted. A postback that still uses its URL gets "
                        "404 from then on.",
                    ),
                    confirm="Delete receiver",
                    on_confirm=TestReceiverState.delete(line.name),
                    trigger=icon_button("trash-2", label="Delete receiver"),
                ),
            ),
            numeric=True,
        ),
    )
    row.key = line.name
    return row
