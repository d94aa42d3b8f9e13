"""How the record of one lead looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.copy_button import copy_button, id_cell
from dashboard.components.key_value import key_value, key_value_each
from dashboard.components.lead_table import source_word
from dashboard.components.list_state import notice, skeleton
from dashboard.components.next_try import next_try
from dashboard.components.status_badge import status_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.timeline import timeline, timeline_entry
from dashboard.components.values import Text, has_text, when
from dashboard.pages.lead.editor_state import LeadEditorState
from dashboard.pages.lead.erase_views import erased_banner, privacy
from dashboard.pages.lead.state import MISSING, EntryLine, LeadState
from dashboard.session import SessionState, may
from services.actor import Right


def title() -> rx.Var[str]:
    """Return whom the page is about."""
    return rx.match(LeadState.shown, (MISSING, "Lead"), ("loading", "Lead"), LeadState.name)


def lead_actions(trigger: rx.Component) -> rx.Component:
    """Build what can be done with the lead, once it is there."""
    return when(
        LeadState.shown == "ready",
        rx.fragment(
            link_button("View Logs", href=routes.logs(range="30d", lead_id=LeadState.id)),
            when(
                ~has_text(LeadState.erased_at),
                button("Edit", icon="pencil", on_click=LeadEditorState.open_form),
            ),
            trigger,
        ),
    )


def body() -> rx.Component:
    """Build the record, or what stands in its place."""
    return rx.match(
        LeadState.shown,
        (
            MISSING,
            notice(
                "There is no such lead",
                "The address may be mistyped, or the lead belongs to another installation.",
                icon="search-x",
                action=link_button("Go to Leads", href=routes.LEADS),
            ),
        ),
        (
            "error",
            notice(
                "This lead could not be loaded",
                LeadState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=LeadState.follow),
                alert=True,
            ),
        ),
        ("ready", rx.fragment(erased_banner(), _record())),
        skeleton(),
    )


def _record() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _timeline(),
            style={"flex": "3 1 440px", "min_width": "0"},
        ),
        rx.el.div(
            section("Contact", _contact(), _reveal()),
            section("Identifiers", _identifiers()),
            when(
                LeadState.more.length() > 0,
                section("More fields", key_value_each(LeadState.more)),
            ),
            privacy(),
            style={
                "flex": "2 1 320px",
                "display": "flex",
                "flex_direction": "column",
                "gap": "24px",
                "min_width": "0",
            },
        ),
        style={"display": "flex", "flex_wrap": "wrap", "gap": "24px", "align_items": "flex-start"},
    )


def _contact() -> rx.Component:
    return key_value(
        ("Name", _or_dash(LeadState.full_name)),
        ("E-mail", _copied(LeadState.email, "Copy e-mail")),
        ("Phone", _copied(LeadState.phone, "Copy phone")),
        (
            "Campaign",
            text_link(LeadState.campaign_name, href=routes.campaign(LeadState.campaign)),
        ),
        (
            "Affiliate",
            rx.cond(
                has_text(LeadState.affiliate),
                text_link(LeadState.affiliate_name, href=routes.affiliate(LeadState.affiliate)),
                _dash(),
            ),
        ),
        ("Captured", _time(LeadState.captured_at)),
        ("Submitted", _time(LeadState.submitted_at)),
        ("Source", source_word(LeadState.source)),
    )


def _reveal() -> rx.Component:
    """Offer the whole contact to those who may have it; a viewer sees nothing of this."""
    return when(
        LeadState.is_masked & may(Right.REVEAL_CONTACTS),
        rx.el.div(
            button("Reveal contact", icon="eye", small=True, on_click=LeadState.reveal),
            rx.el.span("The audit keeps who looked.", class_name="al-field-help"),
            style={"display": "flex", "gap": "10px", "align_items": "center", "flex_wrap": "wrap"},
        ),
    )


def _identifiers() -> rx.Component:
    return key_value(
        ("Lead ID", id_cell(LeadState.id, label="Copy lead ID")),
        ("Transaction ID", id_cell(LeadState.transaction_id, label="Copy transaction ID")),
        (
            "External click ID",
            rx.cond(
                has_text(LeadState.external_click_id),
                id_cell(LeadState.external_click_id, label="Copy external click ID"),
                _dash(),
            ),
        ),
    )


def _timeline() -> rx.Component:
    return section(
        "Time line",
        timeline(
            rx.foreach(LeadState.entries, _entry), label="What happened to this lead, newest first"
        ),
        when(
            LeadState.has_more,
            rx.el.p("These are the newest 200 entries.", class_name="al-field-help"),
        ),
    )


def _entry(entry: rx.Var[EntryLine]) -> rx.Component:
    return timeline_entry(
        rx.cond(
            has_text(entry.href),
            text_link(entry.title, href=entry.href),
            rx.el.span(entry.title, style={"font_weight": "500"}),
        ),
        when(entry.status != "none", status_badge(entry.status)),
        next_try(entry.next_try, at=entry.next_at, zone=SessionState.time_zone),
        when(
            (entry.kind == "event") & (entry.status == "none"),
            rx.el.span("No postback", class_name="al-dim"),
        ),
        at=entry.at,
        zone=SessionState.time_zone,
        tone=entry.status,
        details=when(
            has_text(entry.detail) | has_text(entry.by),
            rx.el.p(
                entry.detail,
                when(has_text(entry.detail) & has_text(entry.by), " · "),
                entry.by,
                class_name="al-field-help al-break",
                style={"margin_top": "-4px"},
            ),
        ),
    )


def _time(at: Text) -> rx.Component:
    return time_cell(at, zone=SessionState.time_zone, kind="exact")


def _copied(text: Text, label: str) -> rx.Component:
    return rx.cond(
        has_text(text),
        rx.el.span(
            rx.el.span(text, class_name="al-break"),
            when(~LeadState.is_masked, copy_button(text, label=label)),
            class_name="al-id",
        ),
        _dash(),
    )


def _or_dash(text: Text) -> rx.Component:
    return rx.cond(has_text(text), rx.el.span(text), _dash())


def _dash() -> rx.Component:
    return rx.el.span("–", class_name="al-dim")
