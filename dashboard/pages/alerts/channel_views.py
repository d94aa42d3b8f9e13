"""How the page of one channel looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.copy_button import copy_button
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import stack
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.status_badge import code_badge, status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.alerts.channel_form_views import channel_form
from dashboard.pages.alerts.channel_state import MISSING, ChannelState, SendLine
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def name_or_title() -> rx.Var[str]:
    """Return the name, once it is known."""
    return rx.cond(has_text(ChannelState.name), ChannelState.name, "Channel")


def badges() -> rx.Component:
    """Show that the channel is archived."""
    return when(ChannelState.is_archived, tag("Archived", tone="warn"))


def channel_actions() -> rx.Component:
    """Build what can be done with the channel."""
    is_ready = (ChannelState.shown == READY) & ~ChannelState.is_archived
    return rx.fragment(
        when(
            is_ready & ChannelState.may_edit,
            confirm_dialog(
                title="Archive “" + ChannelState.name + "”?",
                consequence="Nothing more is sent to it, and what waits for it is cancelled. What "
                "was sent stays in its history.",
                confirm="Archive",
                on_confirm=ChannelState.archive,
                trigger=button("Archive…", icon="archive"),
            ),
        ),
        when(
            is_ready & ChannelState.may_test,
            button(
                "Send a test notice",
                icon="send",
                loading=ChannelState.is_testing,
                on_click=ChannelState.send_test,
            ),
        ),
    )


def channel() -> rx.Component:
    """Build the page, or what stands in its place."""
    return rx.match(
        ChannelState.shown,
        (READY, rx.cond(is_here(ChannelState.address), _content(), skeleton(rows=8))),
        (
            MISSING,
            notice(
                "There is no such channel",
                "The address may be mistyped.",
                icon="search-x",
                action=link_button("Back to channels", href=routes.ALERT_CHANNELS),
            ),
        ),
        (
            FAILED,
            notice(
                "This channel could not be loaded",
                ChannelState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=ChannelState.open_form),
                alert=True,
            ),
        ),
        skeleton(rows=8),
    )


def _content() -> rx.Component:
    return stack(
        conflict_panel(
            ChannelState.conflict,
            on_keep=ChannelState.keep_mine,
            on_take=ChannelState.take_theirs,
        ),
        _test_result(),
        when(
            has_text(ChannelState.failing_since) & ~ChannelState.is_archived,
            banner(
                ChannelState.last_error,
                tone="bad",
                title="Alerts do not reach this channel",
            ),
        ),
        _secret(),
        channel_form(),
        _sends(),
        gap="24px",
    )


def _test_result() -> rx.Component:
    return rx.el.div(
        when(
            ChannelState.tested == "succeeded",
            banner(ChannelState.test_line, tone="good", title="The test notice arrived"),
        ),
        when(
            ChannelState.tested == "failed",
            banner(ChannelState.test_line, tone="bad", title="The test notice did not arrive"),
        ),
        when(
            ChannelState.tested == "refused",
            banner(ChannelState.test_line, tone="warn", title="No test notice was sent"),
        ),
        when(
            has_text(ChannelState.tested) & has_text(ChannelState.test_answer),
            code_view(ChannelState.test_answer, label="Its answer"),
        ),
        aria_live="polite",
        # Nothing in it takes no place: the gap below goes, too.
        style={
            "display": "flex",
            "flex_direction": "column",
            "gap": "8px",
            "&:empty": {"margin_bottom": "-24px"},
        },
    )


def _secret() -> rx.Component:
    shown = rx.el.div(
        rx.el.code(ChannelState.secret, class_name="al-mono al-break", style={"flex": "1"}),
        copy_button(ChannelState.secret, label="Copy secret", word="Copy"),
        style={"display": "flex", "gap": "12px", "align_items": "flex-start"},
    )
    return when(
        ChannelState.is_url & ~ChannelState.is_archived,
        section(
            "Signing secret",
            rx.cond(
                has_text(ChannelState.secret),
                stack(
                    shown,
                    banner("Copy it now: it is shown this once.", tone="warn"),
                ),
                rx.el.p(
                    "It was shown when it was made. Make another one if nobody has it.",
                    class_name="al-field-help",
                ),
            ),
            description="Each call is signed by Standard Webhooks, so that the receiver can tell "
            "that it comes from here and was not changed.",
            actions=(
                when(
                    ChannelState.may_edit,
                    confirm_dialog(
                        title="Make another secret?",
                        consequence="Calls are signed with both for 24 hours, then with the new "
                        "one alone. Give it to the receiver until then.",
                        confirm="Make another secret",
                        danger=False,
                        on_confirm=ChannelState.new_secret,
                        trigger=button("New secret…", icon="key-round", small=True),
                    ),
                ),
            ),
        ),
    )


def _sends() -> rx.Component:
    return section(
        "Last sends",
        rx.cond(
            ChannelState.sends.length() > 0,
            data_table(
                [
                    Column("Status"),
                    Column("Alert"),
                    Column("Code", wide_only=True),
                    Column("Tries", numeric=True, wide_only=True),
                    Column("Time"),
                ],
                rx.foreach(ChannelState.sends, _send),
                label="Last sends",
            ),
            notice(
                "Nothing was sent yet",
                "Alerts appear here as they happen. Try the channel with “Send a test notice”.",
                icon="send",
            ),
        ),
        description="The newest 50. Each is tried six times within nine hours.",
        flush=True,
    )


def _send(line: rx.Var[SendLine]) -> rx.Component:
    row = table_row(
        cell(status_badge(line.status)),
        rx.el.td(
            line.title,
            when(has_text(line.error), rx.el.p(line.error, class_name="al-field-help")),
            when(
                has_text(line.next_at),
                rx.el.p(
                    "Next try ", time_cell(line.next_at, zone=ZONE), class_name="al-field-help"
                ),
            ),
            class_name="al-words",
        ),
        cell(code_badge(line.code), wide_only=True),
        cell(line.tries, numeric=True, wide_only=True),
        cell(time_cell(line.created_at, zone=ZONE)),
    )
    row.key = line.key
    return row
