"""How one delivery looks in a log entry: request, attempts, answers, Resend."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet, code_view
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import copy_button
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.key_value import key_value_each
from dashboard.components.next_try import next_try
from dashboard.components.status_badge import code_badge, method_badge, status_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when, when_text
from dashboard.pages.log_entry.lines import AttemptLine, DeliveryLine
from dashboard.pages.log_entry.state import LogEntryState
from dashboard.session import SessionState

ZONE = SessionState.time_zone

_LINE = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "6px 10px",
    "min_width": "0",
}


def delivery_part(line: rx.Var[DeliveryLine], index: rx.Var[int]) -> rx.Component:
    """Build one delivery with its request and every attempt."""
    refused = LogEntryState.refused_id == line.key
    part = section(
        rx.cond(
            LogEntryState.deliveries.length() > 1,
            "Delivery " + (index + 1).to(str) + " of " + LogEntryState.deliveries.length().to(str),
            "Delivery",
        ),
        rx.el.div(
            status_badge(line.status),
            code_badge(line.code),
            when_text(line.tries, rx.el.span(line.tries, class_name="al-dim")),
            next_try(line.next_try, at=line.next_at, zone=ZONE),
            style={**_LINE, "font_size": "13px"},
        ),
        rx.el.p(line.explanation, style={"margin": "0", "font_size": "13px"}),
        when_text(
            line.detail,
            rx.el.p(line.detail, class_name="al-dim", style={"margin": "0", "font_size": "13px"}),
        ),
        when(refused, banner(LogEntryState.refusal, tone="bad")),
        _request(line),
        when(
            line.attempts.length() > 0,
            stack(rx.foreach(line.attempts.to(list[AttemptLine]), _attempt), gap="8px"),
        ),
        description=line.level,
        actions=(when(LogEntryState.may_resend & ~line.is_erased, _resend(line)),),
    )
    # What a link to one delivery leads to.
    place = rx.el.div(
        part,
        id=line.key,
        tab_index=-1,
        style={"scroll_margin_top": "72px", "outline": "none", "min_width": "0"},
    )
    place.key = line.key
    return place


def _resend(line: rx.Var[DeliveryLine]) -> rx.Component:
    return confirm_dialog(
        title="Resend this postback?",
        consequence=line.consequence,
        confirm="Resend",
        on_confirm=LogEntryState.resend(line.key),
        trigger=button("Resend", icon="rotate-cw", small=True, disabled=line.is_sending),
        danger=False,
    )


def _request(line: rx.Var[DeliveryLine]) -> rx.Component:
    return stack(
        rx.el.div(
            method_badge(line.method),
            rx.el.span(line.url, class_name="al-mono al-break", style={"flex": "1"}),
            copy_button(line.url, label="Copy URL"),
            style={**_LINE, "flex_wrap": "nowrap", "align_items": "flex-start"},
        ),
        disclosure(
            "Request as sent",
            content=rx.fragment(
                _headers("Headers", line.headers),
                when_text(line.body, code_view(line.body, label="Request body")),
                when_text(line.left_at, _left("The request", line)),
                code_snippet(line.curl, label="cURL"),
                by_api(
                    call_snippet(
                        "POST",
                        "/api/v1/deliveries/" + line.key + "/resend",
                        reference="resend_delivery",
                    )
                ),
            ),
        ),
    )


def _attempt(line: rx.Var[AttemptLine]) -> rx.Component:
    return disclosure(
        rx.el.strong("Attempt ", line.number, style={"font_weight": "500"}),
        status_badge(line.outcome),
        code_badge(line.code),
        rx.el.span(line.trigger, class_name="al-dim"),
        rx.el.span(line.duration, class_name="al-dim"),
        rx.el.span(
            time_cell(line.started_at, zone=ZONE),
            class_name="al-dim",
            style={"margin_left": "auto"},
        ),
        content=rx.fragment(
            when_text(
                line.message,
                rx.el.p(line.message, style={"margin": "0", "font_size": "13px"}),
            ),
            when(
                line.has_answer,
                rx.cond(
                    line.left_at,
                    _left("Body and headers of the answer", line),
                    rx.fragment(
                        code_view(
                            line.body,
                            label="Response body",
                            empty="The answer had no body.",
                            note=line.note,
                        ),
                        _headers("Response headers", line.headers),
                    ),
                ),
            ),
        ),
        is_open=line.is_open,
        key=line.key,
    )


def _left(what: str, line: rx.Var[DeliveryLine] | rx.Var[AttemptLine]) -> rx.Component:
    return rx.el.p(
        what,
        " left ",
        line.left_by,
        " on ",
        time_cell(line.left_at, zone=ZONE, kind="exact"),
        ".",
        class_name="al-dim",
        style={"margin": "0", "font_size": "13px"},
    )


def _headers(title: str, pairs: rx.Var[list[tuple[str, str]]]) -> rx.Component:
    return rx.el.div(
        rx.el.p(title, class_name="al-label", style={"margin": "0"}),
        key_value_each(pairs.to(list[tuple[str, str]])),
    )
