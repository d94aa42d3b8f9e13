"""How a log entry looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet, code_view
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import copy_button, id_cell
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.key_value import key_value, key_value_each
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.next_try import next_try
from dashboard.components.status_badge import (
    code_badge,
    flag_badges,
    method_badge,
    status_badge,
    tag,
)
from dashboard.components.time_cell import time_cell
from dashboard.components.timeline import timeline, timeline_entry
from dashboard.components.values import when, when_text
from dashboard.pages.log_entry.lines import AttemptLine, DeliveryLine, Moment
from dashboard.pages.log_entry.state import MISSING, LogEntryState
from dashboard.pages.log_entry.status_views import change_dialog, conversion_status
from dashboard.session import SessionState

ZONE = SessionState.time_zone
FACTS = LogEntryState.facts

_LINE = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "6px 10px",
    "min_width": "0",
}
_COLUMNS = {
    "display": "grid",
    "grid_template_columns": "minmax(0, 1fr)",
    "gap": "24px",
    "align_items": "start",
    "@media (min-width: 1100px)": {"grid_template_columns": "minmax(0, 1fr) 300px"},
}


def badges() -> rx.Component:
    """Build the status and flags beside the title."""
    return when(
        LogEntryState.shown == READY,
        rx.fragment(
            status_badge(FACTS.status),
            flag_badges(
                is_conversion=FACTS.is_conversion,
                is_affiliate_conversion=FACTS.is_affiliate_conversion,
            ),
            when(FACTS.is_test, tag("Test", tone="warn")),
        ),
    )


def entry() -> rx.Component:
    """Build the whole entry, or what stands in its place."""
    return rx.match(
        LogEntryState.shown,
        (
            READY,
            stack(
                section("Event", _facts()),
                change_dialog(),
                rx.el.div(
                    stack(_deliveries(), _payload(), gap="24px"),
                    section("Time line", _timeline()),
                    style=_COLUMNS,
                ),
                gap="24px",
            ),
        ),
        (
            MISSING,
            notice(
                "There is no such log entry",
                "The address may be cut off. Every event that fired is in the event logs.",
                icon="search-x",
                action=link_button("Back to the event logs", href=routes.LOGS),
            ),
        ),
        (
            FAILED,
            notice(
                "This entry could not be loaded",
                LogEntryState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=LogEntryState.retry),
                alert=True,
            ),
        ),
        skeleton(rows=8),
    )


def _facts() -> rx.Component:
    return key_value(
        ("Event ID", id_cell(FACTS.event_id, label="Copy event ID")),
        ("Event", text_link(FACTS.event, href=FACTS.event_href)),
        (
            "Lead",
            rx.el.span(
                text_link(
                    rx.cond(FACTS.lead_name, FACTS.lead_name, FACTS.lead_id), href=FACTS.lead_href
                ),
                copy_button(FACTS.lead_id, label="Copy lead ID"),
                class_name="al-id",
            ),
        ),
        ("Campaign", text_link(FACTS.campaign, href=FACTS.campaign_href)),
        ("Transaction ID", id_cell(FACTS.transaction_id, label="Copy transaction ID")),
        (
            "Order ID",
            rx.cond(FACTS.order_id, id_cell(FACTS.order_id, label="Copy order ID"), "–"),
        ),
        ("Received", _moment(FACTS.received_at)),
        ("Occurred", _moment(FACTS.occurred_at)),
        (
            "Source",
            rx.el.span(
                FACTS.source,
                when_text(
                    FACTS.actor_name, rx.el.span(", ", FACTS.actor_name, class_name="al-dim")
                ),
            ),
        ),
        ("Amount", rx.cond(FACTS.amount, FACTS.amount, "–")),
        (
            "Affiliate",
            rx.cond(FACTS.affiliate, text_link(FACTS.affiliate, href=FACTS.affiliate_href), "–"),
        ),
        ("Conversion status", conversion_status()),
        columns=2,
    )


def _moment(at: rx.Var[str]) -> rx.Component:
    return rx.el.span(
        time_cell(at, zone=ZONE, kind="exact"),
        " (",
        time_cell(at, zone=ZONE),
        ")",
    )


def _deliveries() -> rx.Component:
    return rx.cond(
        LogEntryState.deliveries.length() > 0,
        stack(rx.foreach(LogEntryState.deliveries, _delivery), gap="24px"),
        section(
            "Deliveries",
            notice(
                "No postback was due",
                "When this event fired, no enabled postback matched it.",
                icon="send",
                action=link_button("Open the event", href=FACTS.event_href, small=True),
            ),
        ),
    )


def _delivery(line: rx.Var[DeliveryLine], index: rx.Var[int]) -> rx.Component:
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
        actions=(when(LogEntryState.may_resend, _resend(line)),),
    )
    part.key = line.key
    return part


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
                code_snippet(line.curl, label="cURL"),
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
        is_open=line.is_open,
        key=line.key,
    )


def _headers(title: str, pairs: rx.Var[list[tuple[str, str]]]) -> rx.Component:
    return rx.el.div(
        rx.el.p(title, class_name="al-label", style={"margin": "0"}),
        key_value_each(pairs.to(list[tuple[str, str]])),
    )


def _payload() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Payload", class_name="al-section-title"),
            rx.el.p("The event as it was received.", class_name="al-section-help"),
        ),
        code_view(LogEntryState.payload, label="Payload", empty="Nothing was sent"),
        when(
            LogEntryState.fields.length() > 0,
            section("Custom fields", key_value_each(LogEntryState.fields)),
        ),
        class_name="al-section",
    )


def _timeline() -> rx.Component:
    return timeline(rx.foreach(LogEntryState.moments, _entry_of_timeline), label="Time line")


def _entry_of_timeline(moment: rx.Var[Moment]) -> rx.Component:
    part = timeline_entry(moment.text, at=moment.at, zone=ZONE, tone=moment.tone)
    part.key = moment.key
    return part
