"""How failures look by their cause: what, whose, how many, since when; and “Resend these”."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import stack
from dashboard.components.event_table import two_lines
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import code_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when_text
from dashboard.pages.deliveries.lines import CauseLine
from dashboard.pages.deliveries.resend_state import ResendState
from dashboard.pages.deliveries.state import DeliveriesState
from dashboard.session import SessionState

ZONE = SessionState.time_zone

_ACTIONS = {
    "display": "flex",
    "flex_wrap": "nowrap",
    "justify_content": "flex-end",
    "gap": "8px",
}


def causes() -> rx.Component:
    """Build the sentence and the table, or what stands in their place."""
    return list_state(
        DeliveriesState.list_state,
        stack(
            rx.el.p(DeliveriesState.headline, style={"margin": "0", "font_weight": "500"}),
            data_table(
                [
                    "Cause",
                    Column("Postback", wide_only=True),
                    Column("Given up", numeric=True, wide_only=True),
                    Column("Retrying", numeric=True, wide_only=True),
                    Column("Since", wide_only=True),
                    Column("Actions", hidden_title=True, wide_only=True),
                ],
                rx.foreach(DeliveriesState.causes, _row),
                label="Errors by cause",
            ),
            gap="12px",
        ),
        empty_title="Nothing has failed",
        empty_text="Deliveries that fail stand here, put together by their cause.",
        empty_action=link_button("All deliveries", href=routes.DELIVERIES),
        error=DeliveriesState.problem,
        on_retry=DeliveriesState.retry,
        on_clear=DeliveriesState.clear_filters,
        nothing="Nothing has failed under these filters",
        icon="circle-check",
    )


def _row(line: rx.Var[CauseLine]) -> rx.Component:
    row = table_row(
        cell(
            rx.el.div(
                rx.el.div(
                    rx.cond(line.code, code_badge(line.code), rx.el.span(line.words)),
                    rx.el.span("from ", line.host),
                    style={
                        "display": "flex",
                        "flex_wrap": "wrap",
                        "gap": "0 6px",
                        "font_weight": "500",
                        "overflow_wrap": "anywhere",
                    },
                ),
                when_text(
                    line.message,
                    rx.el.span(
                        line.message,
                        " ",
                        text_link("Example", href=line.sample_href),
                        class_name="al-dim",
                        style={"font_size": "12px", "line_height": "16px"},
                    ),
                ),
                rx.el.span(
                    line.postback,
                    ": ",
                    line.numbers,
                    style={
                        "font_size": "12px",
                        "@media (min-width: 640px)": {"display": "none"},
                    },
                ),
                rx.el.div(*_actions(line), class_name="al-narrow", style={"margin": "6px 0 2px"}),
                style={
                    "display": "flex",
                    "flex_direction": "column",
                    "gap": "2px",
                    "max_width": "52ch",
                    "white_space": "normal",
                    "padding": "6px 0",
                },
            )
        ),
        cell(
            two_lines(
                rx.el.span(line.postback, class_name="al-clip", title=line.postback),
                rx.el.span(line.level, " postback"),
            ),
            wide_only=True,
            clip="260px",
        ),
        cell(line.failed, numeric=True, wide_only=True),
        cell(line.retrying, numeric=True, wide_only=True),
        cell(
            two_lines(
                time_cell(line.since, zone=ZONE),
                rx.fragment("last ", time_cell(line.latest, zone=ZONE)),
            ),
            wide_only=True,
        ),
        cell(rx.el.div(*_actions(line), style=_ACTIONS), wide_only=True),
    )
    row.key = line.key
    return row


def _actions(line: rx.Var[CauseLine]) -> tuple[rx.Component, rx.Component]:
    return (
        link_button("Show", href=line.href, small=True),
        button(
            "Resend these…",
            small=True,
            on_click=ResendState.ask_group(line.postback_id, line.destination, line.cause),
        ),
    )
