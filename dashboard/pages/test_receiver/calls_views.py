"""How the calls of one receiver look."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import copy_button, mono
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.key_value import key_value_each
from dashboard.components.list_state import EMPTY, FAILED, READY, notice, skeleton
from dashboard.components.macro_input import macro_text
from dashboard.components.status_badge import code_badge, method_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.pages.test_receiver.calls_state import MISSING, CallLine, ReceiverCallsState
from dashboard.session import SessionState

_TITLE = {"margin": "0 0 2px"}


def actions() -> rx.Component:
    """Build what can be done with all calls of this name."""
    return when(
        ReceiverCallsState.may_edit & (ReceiverCallsState.shown == READY),
        confirm_dialog(
            title="Clear all calls?",
            consequence="What arrived so far is deleted here. The URL keeps working.",
            confirm="Clear calls",
            on_confirm=ReceiverCallsState.clear,
            trigger=button("Clear calls", icon="eraser"),
        ),
    )


def calls() -> rx.Component:
    """Build the URLs and the calls, or what stands in their place."""
    return rx.match(
        ReceiverCallsState.shown,
        (
            MISSING,
            notice(
                "There is no such receiver",
                "It was deleted, or the address is mistyped.",
                icon="search-x",
                action=link_button("Back to the test receiver", href=routes.TEST_RECEIVER),
            ),
        ),
        (
            FAILED,
            notice(
                "The calls could not be loaded",
                ReceiverCallsState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=ReceiverCallsState.retry),
                alert=True,
            ),
        ),
        stack(_urls(), _calls(), gap="24px"),
    )


def _urls() -> rx.Component:
    return section(
        "URLs to try",
        rx.el.dl(
            rx.foreach(
                ReceiverCallsState.urls,
                lambda pair: rx.el.div(
                    rx.el.dt(pair[0]),
                    rx.el.dd(
                        macro_text(pair[1]),
                        copy_button(pair[1], label="Copy URL: " + pair[0].to(str)),
                        style={"display": "flex", "align_items": "flex-start", "gap": "4px"},
                    ),
                    class_name="al-fact",
                ),
            ),
            class_name="al-facts",
            data_columns="1",
        ),
        description="Put one into a postback. GET and POST are both taken.",
    )


def _calls() -> rx.Component:
    return section(
        "Calls",
        rx.match(
            ReceiverCallsState.shown,
            (
                EMPTY,
                notice(
                    "Waiting for the first call",
                    "Send a test to this URL, or fire an event whose postback uses it.",
                    icon="radio-tower",
                ),
            ),
            (
                READY,
                rx.fragment(
                    stack(rx.foreach(ReceiverCallsState.calls, _call), gap="8px"),
                    when(
                        ReceiverCallsState.more,
                        rx.el.p(
                            "Older calls are not shown here. The API lists up to 200.",
                            class_name="al-field-help",
                        ),
                    ),
                ),
            ),
            skeleton(rows=4),
        ),
    )


def _call(line: rx.Var[CallLine]) -> rx.Component:
    return disclosure(
        method_badge(line.method),
        rx.el.span(line.target, class_name="al-mono al-break", style={"flex": "1 1 240px"}),
        rx.el.span("answered ", code_badge(line.answered), class_name="al-dim"),
        rx.el.span(time_cell(line.at, zone=SessionState.time_zone), class_name="al-dim"),
        content=rx.fragment(
            rx.el.div(
                rx.el.p("Path and query, as received", class_name="al-label", style=_TITLE),
                rx.el.div(
                    rx.el.span(line.target, class_name="al-mono al-break"),
                    copy_button(line.target, label="Copy path and query"),
                    style={"display": "flex", "align_items": "flex-start", "gap": "4px"},
                ),
            ),
            _parameters(line),
            _headers(line),
            rx.cond(
                line.body,
                code_view(line.body, label="Body", note=line.note),
                rx.el.p("No body", class_name="al-field-help"),
            ),
        ),
        is_open=line.is_open,
        key=line.key,
    )


def _parameters(line: rx.Var[CallLine]) -> rx.Component:
    pairs = line.parameters.to(list[tuple[str, str]])
    return rx.cond(
        pairs.length() > 0,
        data_table(
            [Column("Parameter", width="30%"), "Value, decoded"],
            rx.foreach(pairs, _parameter),
            label="Parameters",
            dense=True,
        ),
        rx.el.p("The URL has no query.", class_name="al-field-help"),
    )


def _parameter(pair: rx.Var[tuple[str, str]]) -> rx.Component:
    value = rx.el.span(pair[1], class_name="al-mono", style={"white_space": "pre-wrap"})
    empty = rx.el.span("empty", class_name="al-dim")
    return table_row(cell(mono(pair[0])), cell(rx.cond(pair[1], value, empty)))


def _headers(line: rx.Var[CallLine]) -> rx.Component:
    return rx.el.div(
        rx.el.p("Headers", class_name="al-label", style=_TITLE),
        key_value_each(line.headers.to(list[tuple[str, str]])),
    )
