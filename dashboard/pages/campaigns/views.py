"""How the list of campaigns looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, icon_button
from dashboard.components.confirm_dialog import (
    confirm_dialog,
    dialog_actions,
    dialog_cancel,
    form_dialog,
)
from dashboard.components.copy_button import id_cell
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.filter_bar import filter_bar, filter_select, search_box
from dashboard.components.form_field import form_field, text_input
from dashboard.components.list_state import list_state
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.campaigns.editor_state import CampaignEditorState
from dashboard.pages.campaigns.state import ARCHIVED, CampaignLine, CampaignsState
from dashboard.session import SessionState


def new_button() -> rx.Component:
    """Build the button that opens the empty form."""
    return button("+ New Campaign", kind="primary", on_click=CampaignEditorState.open_new)


def filters() -> rx.Component:
    """Build search and status; both stand in the address."""
    return filter_bar(
        search_box(
            value=CampaignsState.q,
            on_change=CampaignsState.search,
            placeholder="Search name or key",
            label="Search campaigns",
        ),
        filter_select(
            "Status",
            value=CampaignsState.shown,
            options=[(ARCHIVED, "Archived")],
            on_change=CampaignsState.show,
            any_label="Active",
        ),
    )


def campaign_list() -> rx.Component:
    """Build the table or what stands in its place."""
    return list_state(
        CampaignsState.list_state,
        rx.fragment(
            data_table(
                [
                    Column("Name"),
                    Column("Key", wide_only=True),
                    Column("Leads", numeric=True),
                    Column("Events 24 h", numeric=True),
                    Column("Conversions 24 h", numeric=True, wide_only=True),
                    Column("Last event", wide_only=True),
                    Column("Actions", hidden_title=True),
                ],
                rx.foreach(CampaignsState.lines, _line),
                label="Campaigns",
            ),
            when(
                CampaignsState.has_more,
                rx.el.p(
                    "These are the first 500. Search for the others.", class_name="al-field-help"
                ),
            ),
        ),
        empty_title="No campaign yet",
        empty_text="Leads are captured for a campaign. Make the first one, such as “Auto US”.",
        empty_action=new_button(),
        error=CampaignsState.problem,
        on_retry=CampaignsState.follow,
        on_clear=CampaignsState.clear,
        icon="megaphone",
    )


def _line(line: rx.Var[CampaignLine]) -> rx.Component:
    return table_row(
        cell(row_link(line.name, href=routes.campaign(line.key)), clip="260px"),
        cell(id_cell(line.key, label="Copy key"), clip="240px", wide_only=True),
        cell(line.leads, numeric=True),
        cell(line.events, numeric=True),
        cell(line.conversions, numeric=True, wide_only=True),
        cell(
            time_cell(line.last_event_at, zone=SessionState.time_zone, empty="Never"),
            wide_only=True,
        ),
        cell(
            rx.el.div(
                icon_button(
                    "pencil",
                    label="Edit " + line.name,
                    on_click=CampaignEditorState.open_edit(line.key),
                ),
                rx.cond(
                    line.is_archived,
                    button("Restore", small=True, on_click=CampaignsState.restore(line.key)),
                    icon_button(
                        "archive",
                        label="Archive " + line.name,
                        on_click=CampaignsState.ask(line.key, line.name),
                    ),
                ),
                class_name="al-actions",
                style={"justify_content": "flex-end", "flex_wrap": "nowrap", "gap": "2px"},
            )
        ),
    )


def editor() -> rx.Component:
    """Build the dialog for a new campaign and for another name."""
    return form_dialog(
        rx.el.form(
            when(
                has_text(CampaignEditorState.problem),
                banner(CampaignEditorState.problem, tone="bad"),
            ),
            form_field(
                "Name",
                text_input(
                    name="campaign_name",
                    default_value=CampaignEditorState.name,
                    on_change=CampaignEditorState.suggest.debounce(150),
                    placeholder="Auto US",
                    auto_complete="off",
                ),
                name="campaign_name",
                error=CampaignEditorState.name_error,
            ),
            rx.cond(CampaignEditorState.is_new, _key_field(), rx.fragment()),
            dialog_actions(
                dialog_cancel(),
                button("Save", kind="primary", submit=True, loading=CampaignEditorState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=CampaignEditorState.save,
        ),
        title=rx.cond(CampaignEditorState.is_new, "New campaign", "Edit campaign"),
        description=rx.cond(
            CampaignEditorState.is_new,
            "Leads are captured for a campaign, and events fire in it.",
            "The key stays as it is, because outside programs use it.",
        ),
        is_open=CampaignEditorState.is_open,
        on_open_change=CampaignEditorState.set_open,
        width="480px",
    )


def _key_field() -> rx.Component:
    return form_field(
        "Key",
        text_input(
            name="campaign_key",
            value=CampaignEditorState.key,
            on_change=CampaignEditorState.set_key,
            mono=True,
            placeholder="auto-us",
            auto_complete="off",
            spell_check=False,
        ),
        name="campaign_key",
        help_text="What programs call it by. It never changes afterwards.",
        error=CampaignEditorState.key_error,
    )


def archive_question() -> rx.Component:
    """Ask before a campaign is archived."""
    return confirm_dialog(
        title="Archive “" + CampaignsState.asking_name + "”?",
        consequence="No lead is captured for it and no event fires for its leads until you "
        "restore it. Its leads, events and logs stay.",
        confirm="Archive campaign",
        on_confirm=CampaignsState.archive,
        is_open=CampaignsState.asking != "",
        on_open_change=CampaignsState.stop_asking,
    )
