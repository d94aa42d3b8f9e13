"""How destinations look: how each does, what waits for it, and who is sending."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import section
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.disclosure import stack
from dashboard.components.event_table import two_lines
from dashboard.components.list_state import FAILED, LOADING, READY, notice, skeleton
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when, when_text
from dashboard.pages.deliveries.destinations_state import DestinationsState
from dashboard.pages.deliveries.lines import DestinationLine, WorkerLine
from dashboard.session import SessionState
from models.words import BreakerState

ZONE = SessionState.time_zone
_PHONE = "@media (max-width: 639px)"

_CLOSED, _OPEN, _PROBING = (state.value for state in BreakerState)
_HINTS = {
    "success": "Of the calls of the last five minutes",
    "times": "How long an answer takes: mostly, and at worst for 95 of 100",
    "at_once": "How many calls are under way, of how many at once the partner gets",
    "calls": "After many failures a partner is not called for a while; one call then finds out "
    "whether it is back",
    "waiting": "Deliveries that are due or planned, and since when the oldest is due",
}


def destinations() -> rx.Component:
    """Build both parts, or what stands in their place."""
    return rx.match(
        DestinationsState.shown,
        (LOADING, skeleton(rows=6)),
        (
            FAILED,
            notice(
                "The destinations could not be loaded",
                DestinationsState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=DestinationsState.retry),
                alert=True,
            ),
        ),
        stack(
            when(DestinationsState.nobody_sends, _nobody_sends()),
            _table(),
            _workers(),
            gap="24px",
        ),
    )


def _nobody_sends() -> rx.Component:
    return banner(
        "Nothing is sent until a worker runs. Start Afterlead with AFTERLEAD_WORKER=inline, or run "
        "python -m services worker.",
        tone="bad",
        title="Nobody is sending",
    )


def _table() -> rx.Component:
    return rx.cond(
        DestinationsState.shown == READY,
        rx.fragment(
            data_table(
                [
                    "Destination",
                    Column("Success", hint=_HINTS["success"]),
                    Column("Answers in", hint=_HINTS["times"], wide_only=True),
                    Column("At once", hint=_HINTS["at_once"], wide_only=True),
                    Column("Called", hint=_HINTS["calls"], wide_only=True),
                    Column("Waiting", hint=_HINTS["waiting"]),
                    Column("Held", numeric=True, wide_only=True),
                ],
                rx.foreach(DestinationsState.lines, _row),
                label="Destinations",
            ),
            when(
                DestinationsState.has_more,
                rx.el.p("Only the first 500 are shown.", class_name="al-dim"),
            ),
        ),
        notice(
            "No partner was called yet",
            "As soon as a postback is sent, its destination stands here.",
            icon="radio-tower",
            action=link_button("Go to events", href=routes.EVENT_MANAGEMENT),
        ),
    )


def _row(line: rx.Var[DestinationLine]) -> rx.Component:
    row = table_row(
        cell(
            rx.el.div(
                row_link(line.host, href=line.href),
                when_text(
                    line.problem,
                    rx.el.span(
                        line.problem,
                        class_name="al-dim",
                        style={"font_size": "12px", "line_height": "16px"},
                    ),
                ),
                _on_phones(line),
                style={
                    "display": "flex",
                    "flex_direction": "column",
                    "max_width": "36ch",
                    "white_space": "normal",
                    "overflow_wrap": "break-word",
                    "min_width": "130px",
                    _PHONE: {"overflow_wrap": "anywhere"},
                    "padding": "6px 0",
                },
            )
        ),
        cell(two_lines(_toned(line.success, line.success_tone), line.calls)),
        cell(rx.cond(line.times, line.times, "–"), wide_only=True),
        cell(
            rx.el.span(
                rx.cond(line.at_once, line.at_once, "–"),
                when(
                    line.is_slow,
                    tag(
                        "Slow lane",
                        tone="warn",
                        title="It answers so slowly that slow partners together may use no more "
                        "than a quarter of all calls; the others are not delayed",
                    ),
                ),
                style={"display": "inline-flex", "align_items": "center", "gap": "8px"},
            ),
            wide_only=True,
        ),
        cell(_called(line), wide_only=True),
        cell(
            rx.el.div(
                rx.cond(
                    line.waiting,
                    two_lines(
                        rx.el.a(line.waiting, href=line.waiting_href, class_name="al-link"),
                        rx.cond(
                            line.is_overdue,
                            rx.fragment("oldest due ", time_cell(line.due_at, zone=ZONE)),
                            rx.fragment("next ", time_cell(line.due_at, zone=ZONE, kind="until")),
                        ),
                    ),
                    rx.el.span("None", class_name="al-dim"),
                ),
                style={_PHONE: {"white_space": "normal"}},
            )
        ),
        cell(
            rx.cond(
                line.held,
                rx.el.a(line.held, href=line.held_href, class_name="al-link"),
                rx.el.span("–", class_name="al-dim"),
            ),
            numeric=True,
            wide_only=True,
        ),
    )
    row.key = line.key
    return row


def _on_phones(line: rx.Var[DestinationLine]) -> rx.Component:
    """Build what is unusual in the columns that a phone does not show."""
    return when(
        (line.breaker == _OPEN) | (line.breaker == _PROBING) | (line.held != ""),
        rx.el.div(
            rx.match(
                line.breaker,
                (_OPEN, tag("Not now", tone="bad")),
                (_PROBING, tag("Probing", tone="warn")),
                rx.fragment(),
            ),
            when(
                line.held != "",
                rx.el.a(line.held, " held", href=line.held_href, class_name="al-link"),
            ),
            class_name="al-narrow",
            style={"margin": "4px 0 0"},
        ),
    )


def _called(line: rx.Var[DestinationLine]) -> rx.Component:
    return rx.match(
        line.breaker,
        (
            _OPEN,
            two_lines(
                rx.el.span(tag("Not now", tone="bad", title=_HINTS["calls"])),
                when_text(
                    line.probe_at,
                    rx.fragment("next probe ", time_cell(line.probe_at, zone=ZONE, kind="until")),
                ),
            ),
        ),
        (
            _PROBING,
            two_lines(
                rx.el.span(tag("Probing", tone="warn", title=_HINTS["calls"])),
                rx.fragment("one call finds out"),
            ),
        ),
        rx.el.span("As usual", class_name="al-dim"),
    )


def _toned(text: rx.Var[str], tone: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        text,
        style={
            "color": rx.match(
                tone,
                ("good", "var(--al-good)"),
                ("warn", "var(--al-warn)"),
                ("bad", "var(--al-bad)"),
                "var(--al-text-2)",
            ),
            "font_weight": "500",
            "white_space": "nowrap",
        },
    )


def _workers() -> rx.Component:
    return section(
        "Who is sending",
        rx.cond(
            DestinationsState.workers.length() > 0,
            data_table(
                [
                    "Worker",
                    "State",
                    Column("Last seen", wide_only=True),
                    Column("Started", wide_only=True),
                ],
                rx.foreach(DestinationsState.workers, _worker),
                label="Workers",
                dense=True,
            ),
            rx.el.p("Nobody.", class_name="al-dim", style={"margin": "0", "padding": "12px 16px"}),
        ),
        description="The processes that send postbacks. Each writes every few seconds that it is "
        "there.",
        flush=True,
    )


def _worker(line: rx.Var[WorkerLine]) -> rx.Component:
    row = table_row(
        cell(rx.el.span(line.key, class_name="al-mono al-clip"), clip="220px"),
        cell(
            rx.cond(
                line.is_alive,
                tag("Sending", tone="good"),
                tag("Silent", tone="bad", title="Not seen for more than ten seconds"),
            )
        ),
        cell(time_cell(line.seen_at, zone=ZONE), wide_only=True),
        cell(time_cell(line.started_at, zone=ZONE), wide_only=True),
    )
    row.key = line.key
    return row
