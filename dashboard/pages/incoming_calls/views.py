"""How the incoming log looks: its filters, the list, and who calls with a bad key."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button
from dashboard.components.choice_filter import choice_filter
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.disclosure import disclosure
from dashboard.components.event_table import SOURCES, two_lines
from dashboard.components.filter_bar import filter_bar, filter_select, more_filters, search_box
from dashboard.components.status_badge import code_badge, status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import glyph, has_text, when
from dashboard.log_views import log_chips, log_list, log_range, log_switch, timed_pages
from dashboard.pages.incoming_calls.address import HANDLINGS, VERDICTS, WAITING
from dashboard.pages.incoming_calls.lines import BadKeyLine, CallLine
from dashboard.pages.incoming_calls.replay_state import ReplayState
from dashboard.pages.incoming_calls.state import CallsLogState
from dashboard.session import SessionState

ZONE = SessionState.time_zone
IS_WAITING = CallsLogState.view == WAITING

_WORDS = {
    "white_space": "normal",
    "display": "-webkit-box",
    "-webkit-line-clamp": "2",
    "-webkit-box-orient": "vertical",
    "overflow": "hidden",
    "max_width": "44ch",
    "min_width": "22ch",
    "font_size": "12px",
    "line_height": "16px",
    "overflow_wrap": "anywhere",
}


def head_actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading: Replay for the filters, and the live switch."""
    return (
        when(
            CallsLogState.list_state == "ready",
            button("Replay these…", icon="rotate-cw", on_click=ReplayState.ask),
        ),
        log_switch(CallsLogState, title="New calls appear by themselves"),
    )


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        search_box(
            value=CallsLogState.search,
            on_change=CallsLogState.find,
            placeholder="Transaction ID",
            label="Transaction ID",
        ),
        log_range(CallsLogState),
        choice_filter(
            "Verdict",
            chosen=CallsLogState.verdict,
            options=VERDICTS,
            on_toggle=CallsLogState.toggle_verdict,
        ),
        _event_filter(),
        more_filters(
            filter_select(
                "Source",
                value=CallsLogState.source,
                options=[(word.value, name) for word, name in SOURCES.items()],
                on_change=CallsLogState.choose_source,
            ),
            filter_select(
                "Incoming URL",
                value=CallsLogState.url,
                options=CallsLogState.url_options,
                on_change=CallsLogState.choose_url,
            ),
            when(
                ~IS_WAITING,
                choice_filter(
                    "Since then",
                    chosen=CallsLogState.handling,
                    options=HANDLINGS,
                    on_toggle=CallsLogState.toggle_handling,
                ),
            ),
            set_now=CallsLogState.more_set,
        ),
        chips=log_chips(CallsLogState),
    )


def _event_filter() -> rx.Component:
    # Typed, not chosen: what was called may be no event of ours.
    return rx.el.div(
        glyph("search"),
        rx.debounce_input(
            rx.el.input(
                type="search",
                value=CallsLogState.event,
                on_change=CallsLogState.choose_event,
                placeholder="Event as called",
                aria_label="Event as called",
                auto_complete="off",
                class_name="al-input",
            ),
            debounce_timeout=250,
        ),
        class_name="al-search",
        style={"flex": "0 1 180px"},
    )


def bad_keys() -> rx.Component:
    """Say how many calls had a bad key; opened, from where and what may be meant."""
    return when(
        CallsLogState.bad_keys.length() > 0,
        disclosure(
            rx.icon("key-round", size=15, aria_hidden="true"),
            rx.el.strong(CallsLogState.bad_key_words, style={"font_weight": "500"}),
            rx.el.span("answered 401, counted and not listed one by one", class_name="al-dim"),
            content=data_table(
                [
                    "From",
                    Column("Where", wide_only=True),
                    Column("Calls", numeric=True),
                    "What it was",
                    Column("Last", wide_only=True),
                ],
                rx.foreach(CallsLogState.bad_keys, _bad_key),
                label="Calls with a bad key",
                dense=True,
            ),
        ),
    )


def _bad_key(line: rx.Var[BadKeyLine]) -> rx.Component:
    row = table_row(
        cell(mono(line.address)),
        cell(line.way, wide_only=True),
        cell(line.calls, numeric=True),
        cell(rx.el.div(line.words, style=_WORDS)),
        cell(time_cell(line.at, zone=ZONE), wide_only=True),
    )
    row.key = line.key
    return row


def call_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return log_list(
        CallsLogState,
        data_table(
            [
                "When",
                "Event",
                Column("From", wide_only=True),
                "Verdict",
                Column("Reason", wide_only=True),
                Column("Answer", wide_only=True),
            ],
            rx.foreach(CallsLogState.lines, _row),
            label="Incoming calls",
        ),
        timed_pages(CallsLogState, one="call", many="calls"),
        empty_title=rx.cond(IS_WAITING, "No call waits for its lead", "No call came in yet"),
        empty_text=rx.cond(
            IS_WAITING,
            "A call about a lead that is not here yet is kept for 30 days, and matched by "
            "itself as soon as the lead arrives.",
            "Every call to the API and to incoming URLs appears here at once, refused ones "
            "too, with the reason.",
        ),
        empty_action=rx.cond(
            IS_WAITING,
            link_button("See all calls", href=routes.INCOMING_CALLS),
            link_button("Go to incoming URLs", href=routes.INCOMING),
        ),
        icon="webhook",
    )


def _row(line: rx.Var[CallLine]) -> rx.Component:
    row = table_row(
        cell(
            two_lines(
                row_link(time_cell(line.at, zone=ZONE), href=line.href),
                rx.el.span(
                    time_cell(line.at, zone=ZONE, kind="exact"),
                    style={"@media (max-width: 639px)": {"display": "none"}},
                ),
            )
        ),
        cell(
            two_lines(
                rx.el.span(
                    rx.cond(line.event, mono(line.event), "–"),
                    class_name="al-clip",
                    style={"max_width": "min(200px, 25vw)"},
                ),
                rx.el.span(
                    line.transaction_id,
                    class_name="al-mono al-clip",
                    title=line.transaction_id,
                    style={"max_width": "min(200px, 25vw)", "display": "block"},
                ),
            )
        ),
        cell(two_lines(rx.el.span(line.source), line.who), wide_only=True, clip="150px"),
        cell(
            rx.el.div(
                status_badge(line.verdict),
                when(has_text(line.handling), status_badge(line.handling)),
                when(line.is_test, tag("Test", tone="warn")),
                style={"display": "flex", "flex_wrap": "wrap", "gap": "4px"},
            )
        ),
        cell(rx.el.div(line.reason, title=line.reason, style=_WORDS), wide_only=True),
        cell(code_badge(line.code), wide_only=True),
    )
    row.key = line.key  # a new row on top must not turn the focused link into another one
    return row
