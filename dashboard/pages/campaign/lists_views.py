"""How the event lists of a campaign look."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import (
    confirm_dialog,
    dialog_actions,
    dialog_cancel,
    form_dialog,
)
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.form_field import form_field, select_input
from dashboard.components.list_state import list_state
from dashboard.components.values import when
from dashboard.pages.campaign.lists_state import CampaignListsState, UsedList
from services.actor import Right


def lists_section() -> rx.Component:
    """Build the lists in use, the way to one more, and the question before one goes."""
    state = CampaignListsState
    return rx.fragment(
        section(
            "Event lists",
            list_state(
                state.list_state,
                data_table(
                    [
                        Column("List"),
                        Column("Events", numeric=True),
                        Column("Actions", hidden_title=True),
                    ],
                    rx.foreach(state.lists, _row),
                    label="Event lists of this campaign",
                ),
                empty_title="No event list in use",
                empty_text="A list brings its events to every campaign that uses it; a change of "
                "the list holds in all of them at once.",
                empty_action=_assign_button(kind="primary"),
                error=state.problem,
                on_retry=state.follow,
                on_clear=state.follow,
                skeleton_rows=2,
                icon="list-checks",
            ),
            description="Events that come to this campaign together.",
            actions=(when(state.lists.length() > 0, _assign_button(kind="secondary")),),
            flush=True,
        ),
        _assign_dialog(),
        confirm_dialog(
            title="Take “" + state.asked_about + "” from this campaign?",
            consequence=state.consequence,
            confirm="Remove list",
            on_confirm=state.remove,
            is_open=state.is_asking,
            on_open_change=state.set_asking,
        ),
    )


def _assign_button(*, kind: str) -> rx.Component:
    return button(
        "Assign event list",
        kind=kind,
        icon="plus",
        on_click=CampaignListsState.open_form,
    )


def _row(line: rx.Var[UsedList]) -> rx.Component:
    row = table_row(
        cell(row_link(line.name, href=line.href), clip="min(420px, 46vw)"),
        cell(line.events, numeric=True),
        cell(
            rx.el.div(
                button(
                    "Remove",
                    kind="quiet",
                    small=True,
                    on_click=CampaignListsState.ask(line.id),
                    aria_label="Remove " + line.name,
                ),
                style={"display": "flex", "justify_content": "flex-end"},
            )
        ),
    )
    row.key = line.id
    return row


def _assign_dialog() -> rx.Component:
    state = CampaignListsState
    return form_dialog(
        rx.el.form(
            rx.cond(
                state.free.length() > 0,
                form_field(
                    "Event list",
                    select_input(
                        state.free,
                        name="event_list",
                        value=state.chosen,
                        on_change=state.choose,
                        placeholder="Choose a list",
                    ),
                    name="event_list",
                    error=state.dialog_problem,
                ),
                banner("Every event list is in use here already, or there is none yet."),
            ),
            when(state.knows_gains, _gains()),
            dialog_actions(
                dialog_cancel(),
                link_button(
                    "+ New Event List", href=routes.EVENT_LIST_NEW, right=Right.EDIT_DEFINITIONS
                ),
                button("Save", kind="primary", submit=True, disabled=state.free.length() == 0),
            ),
            class_name="al-form",
            on_submit=state.assign,
            no_validate=True,
        ),
        title="Assign event list",
        description="Its events come into force in this campaign at once.",
        is_open=state.is_assigning,
        on_open_change=state.set_assigning,
    )


def _gains() -> rx.Component:
    gains = CampaignListsState.gains
    return rx.cond(
        gains.length() > 0,
        rx.el.div(
            rx.el.p("This campaign gains", class_name="al-label", style={"margin": "0 0 6px"}),
            rx.el.ul(
                rx.foreach(gains, lambda name: rx.el.li(mono(name), class_name="al-tag")),
                class_name="al-tags",
                aria_label="This campaign gains",
                style={"margin": "0", "padding": "0", "list_style": "none"},
            ),
        ),
        rx.el.p(
            "This campaign gains no event: each one of the list is in force here already, or "
            "switched off here.",
            class_name="al-field-help",
        ),
    )
