"""How the list of channels looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.form_field import form_field, select_input, text_input
from dashboard.components.key_value import key_value
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.alerts.channels_state import ChannelLine, ChannelsState
from dashboard.session import SessionState

_KINDS = [("url", "URL"), ("email", "E-mail")]


def new_button() -> rx.Component:
    """Build the button that opens the empty form, for those who may."""
    return when(
        ChannelsState.may_edit,
        button("+ New Channel", kind="primary", on_click=ChannelsState.open_new),
    )


def channel_list() -> rx.Component:
    """Build the table, or what stands in its place."""
    return list_state(
        ChannelsState.list_state,
        data_table(
            [
                Column("Name"),
                Column("Where"),
                Column("Alerts", wide_only=True),
                Column("Status"),
                Column("Last sent", wide_only=True),
            ],
            rx.foreach(ChannelsState.lines, _row),
            label="Channels",
        ),
        empty_title="No channel yet",
        empty_text="A channel sends alerts to an e-mail address or to a URL, such as that of a "
        "chat or of an on-call service.",
        empty_action=new_button(),
        error=ChannelsState.problem,
        on_retry=ChannelsState.follow,
        on_clear=ChannelsState.follow,
        icon="send",
    )


def mail_server() -> rx.Component:
    """Say how e-mail leaves, or what to set."""
    return section(
        "E-mail",
        rx.cond(
            has_text(ChannelsState.mail_server),
            key_value(
                ("Mail server", rx.el.span(ChannelsState.mail_server, class_name="al-mono")),
                (
                    "Connection",
                    rx.cond(ChannelsState.mail_is_encrypted, "Encrypted", "Not encrypted"),
                ),
                ("Sender", ChannelsState.mail_sender),
                columns=2,
            ),
            banner(
                "Set AFTERLEAD_SMTP_URL, such as smtp://user:password@host:587?starttls, and "
                "AFTERLEAD_MAIL_FROM, then restart. Until then only URLs can be added.",
                title="No mail server is set",
            ),
        ),
    )


def new_dialog() -> rx.Component:
    """Build the dialog for a new channel."""
    errors = ChannelsState.errors
    by_url = ChannelsState.kind == "url"
    return form_dialog(
        rx.el.form(
            when(has_text(errors[""]), banner(errors[""], tone="bad")),
            form_field(
                "Name",
                text_input(name="channel_name", placeholder="On-call", auto_complete="off"),
                name="channel_name",
                error=errors["name"],
                help_text="Who hears of it.",
            ),
            form_field(
                "How",
                select_input(
                    _KINDS,
                    name="channel_kind",
                    value=ChannelsState.kind,
                    on_change=ChannelsState.set_kind,
                ),
                name="channel_kind",
                error=errors["kind"],
                help_text=rx.cond(
                    has_text(ChannelsState.mail_server),
                    "A URL gets signed JSON by POST.",
                    "A URL gets signed JSON by POST. E-mail needs a mail server: see below.",
                ),
            ),
            form_field(
                rx.cond(by_url, "URL", "E-mail address"),
                text_input(
                    name="channel_target",
                    placeholder=rx.cond(
                        by_url, "https://hooks.example.com/alerts", "ops@example.com"
                    ),
                    auto_complete="off",
                ),
                name="channel_target",
                error=errors["target"],
            ),
            dialog_actions(
                dialog_cancel(),
                button("Create", kind="primary", submit=True, loading=ChannelsState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=ChannelsState.create,
        ),
        title="New channel",
        description="It is told of every type of alert; choose fewer on its page.",
        is_open=ChannelsState.is_open,
        on_open_change=ChannelsState.set_open,
        width="480px",
    )


def _row(line: rx.Var[ChannelLine]) -> rx.Component:
    row = table_row(
        cell(row_link(line.name, href=routes.alert_channel(line.id)), clip="220px"),
        cell(
            tag(line.kind),
            rx.el.span(" "),
            rx.el.span(line.target, class_name="al-mono"),
            clip="clamp(120px, 34vw - 20px, 380px)",
        ),
        cell(line.types, wide_only=True, clip="220px"),
        cell(rx.el.span(status_badge(line.status), title=line.last_error)),
        cell(
            time_cell(line.last_sent_at, zone=SessionState.time_zone, empty="Never"),
            wide_only=True,
        ),
    )
    row.key = line.id
    return row
