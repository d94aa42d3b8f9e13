"""How the last calls of an incoming URL look."""

import reflex as rx

from dashboard.components.button import button, text_link
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.copy_button import mono
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.list_state import EMPTY, FAILED, READY, notice, skeleton
from dashboard.components.status_badge import code_badge, status_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.incoming.calls_state import CallLine, CallsState
from dashboard.session import SessionState


def calls() -> rx.Component:
    """Build the section with the newest calls and what was decided about each."""
    return section(
        "Last calls",
        rx.match(
            CallsState.shown,
            (READY, stack(rx.foreach(CallsState.calls, _call), gap="8px")),
            (
                EMPTY,
                notice(
                    "No call yet",
                    "Copy the test call above into a terminal, or have the partner send a test.",
                    icon="webhook",
                ),
            ),
            (
                FAILED,
                notice(
                    "The calls could not be loaded",
                    CallsState.problem,
                    icon="cloud-alert",
                    action=button("Try again", icon="rotate-cw", on_click=CallsState.follow),
                    alert=True,
                ),
            ),
            skeleton(rows=3),
        ),
        description="The newest 25, refused ones too. They appear by themselves.",
    )


def _call(line: rx.Var[CallLine]) -> rx.Component:
    return disclosure(
        status_badge(line.verdict),
        code_badge(line.code),
        when(has_text(line.event), mono(line.event)),
        rx.el.span(line.transaction_id, class_name="al-mono al-break"),
        rx.el.span(
            time_cell(line.at, zone=SessionState.time_zone),
            class_name="al-dim",
            style={"margin_left": "auto"},
        ),
        content=rx.fragment(
            when(
                has_text(line.reason),
                rx.el.p(line.reason, style={"margin": "0", "font_size": "13px"}),
            ),
            rx.el.div(
                when(has_text(line.href), text_link(line.link, href=line.href)),
                text_link("What to do, and the answer", href=line.details),
                style={"display": "flex", "flex_wrap": "wrap", "gap": "4px 16px"},
            ),
            rx.cond(
                CallsState.bodies.contains(line.key),
                code_view(
                    CallsState.bodies[line.key], label="As it came in", empty="Nothing was sent"
                ),
                rx.el.div(
                    button("Show what came in", small=True, on_click=CallsState.open_call(line.key))
                ),
            ),
        ),
        key=line.key,
    )
