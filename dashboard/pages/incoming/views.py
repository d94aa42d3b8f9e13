"""How the list of incoming URLs looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.form_field import form_field, text_input
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.incoming.state import IncomingState, UrlLine
from dashboard.session import SessionState


def new_button() -> rx.Component:
    """Build the button that opens the empty form, for those who may."""
    return when(
        IncomingState.may_edit,
        button("+ New Incoming URL", kind="primary", on_click=IncomingState.open_new),
    )


def urls() -> rx.Component:
    """Build the table or what stands in its place."""
    return list_state(
        IncomingState.list_state,
        data_table(
            [
                Column("Name"),
                Column("Campaign"),
                Column("Event", wide_only=True),
                Column("Key", wide_only=True),
                Column("Last call"),
            ],
            rx.foreach(IncomingState.lines, _row),
            label="Incoming URLs",
        ),
        empty_title="No incoming URL yet",
        empty_text="Make one for each partner that reports what happened to your leads. You choose "
        "the names of the parameters, so the partner changes nothing.",
        empty_action=new_button(),
        error=IncomingState.problem,
        on_retry=IncomingState.follow,
        on_clear=IncomingState.follow,
        icon="webhook",
    )


def new_dialog() -> rx.Component:
    """Build the dialog for a new one."""
    return form_dialog(
        rx.el.form(
            when(
                has_text(IncomingState.form_problem),
                banner(IncomingState.form_problem, tone="bad"),
            ),
            form_field(
                "Name",
                text_input(name="url_name", placeholder="Voluum", auto_complete="off"),
                name="url_name",
                error=IncomingState.name_error,
                help_text="Who calls it. Stands in the logs as the source of the calls.",
            ),
            dialog_actions(
                dialog_cancel(),
                button("Create", kind="primary", submit=True, loading=IncomingState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=IncomingState.create,
        ),
        title="New incoming URL",
        description="Makes a key that can record events and do nothing else.",
        is_open=IncomingState.is_open,
        on_open_change=IncomingState.set_open,
        width="480px",
    )


def _row(line: rx.Var[UrlLine]) -> rx.Component:
    anything = rx.el.span("Any", class_name="al-dim")
    return table_row(
        cell(
            row_link(line.name, href=routes.incoming_url(line.id)),
            when(line.is_archived, rx.el.span(" ", tag("Archived", tone="warn"))),
            clip="260px",
        ),
        cell(rx.cond(has_text(line.campaign), line.campaign, anything), clip="180px"),
        cell(rx.cond(has_text(line.event), mono(line.event), anything), wide_only=True),
        cell(mono(line.prefix + "…", dim=True), wide_only=True),
        cell(
            time_cell(line.last_used_at, zone=SessionState.time_zone, empty="None yet"),
        ),
    )
