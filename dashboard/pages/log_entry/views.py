"""How a log entry looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.copy_button import copy_button, id_cell
from dashboard.components.disclosure import stack
from dashboard.components.key_value import key_value, key_value_each
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.status_badge import (
    flag_badges,
    status_badge,
    tag,
)
from dashboard.components.time_cell import time_cell
from dashboard.components.timeline import timeline, timeline_entry
from dashboard.components.values import when, when_text
from dashboard.pages.log_entry.delivery_views import delivery_part
from dashboard.pages.log_entry.lines import Moment
from dashboard.pages.log_entry.state import MISSING, LogEntryState
from dashboard.pages.log_entry.status_views import change_dialog, conversion_status
from dashboard.session import SessionState

ZONE = SessionState.time_zone
FACTS = LogEntryState.facts

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
                when_text(FACTS.erased_at, _erased()),
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
                rx.cond(
                    FACTS.import_href,
                    text_link(FACTS.source, href=FACTS.import_href),
                    FACTS.source,
                ),
                when_text(
                    FACTS.actor_name, rx.el.span(", ", FACTS.actor_name, class_name="al-dim")
                ),
                when_text(
                    LogEntryState.call_href,
                    rx.fragment(" · ", text_link("Call", href=LogEntryState.call_href)),
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
    return rx.fragment(
        when_text(FACTS.removed, _removed()),
        when(LogEntryState.deliveries.length() > 0, _present_deliveries()),
        when((LogEntryState.deliveries.length() == 0) & (FACTS.removed == ""), _no_deliveries()),
    )


def _erased() -> rx.Component:
    return banner(
        rx.fragment(
            "On ",
            time_cell(FACTS.erased_at, zone=ZONE, kind="exact"),
            ". The payload, custom fields, requests and answers of before are gone; ids, amounts, "
            "times and statuses stay.",
        ),
        title="The lead was erased",
    )


def _removed() -> rx.Component:
    return banner(
        rx.fragment(
            FACTS.removed,
            when_text(
                FACTS.removed_at, rx.fragment(" on ", time_cell(FACTS.removed_at, zone=ZONE))
            ),
            ". Deliveries are kept for as long as the administrator has set; the event stays, "
            "with its status and its last response code.",
        ),
        title="Details left with retention",
    )


def _present_deliveries() -> rx.Component:
    return stack(rx.foreach(LogEntryState.deliveries, delivery_part), gap="24px")


def _no_deliveries() -> rx.Component:
    return section(
        "Deliveries",
        notice(
            "No postback was due",
            rx.cond(
                FACTS.is_silent,
                "Its file was imported without postbacks.",
                "When this event fired, no enabled postback matched it.",
            ),
            icon="send",
            action=link_button("Open the event", href=FACTS.event_href, small=True),
        ),
    )


def _payload() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Payload", class_name="al-section-title"),
            rx.el.p(
                rx.cond(
                    (FACTS.erased_at != "") & (LogEntryState.payload == "{}"),
                    "Emptied when the lead was erased.",
                    "The event as it was received.",
                ),
                class_name="al-section-help",
            ),
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
