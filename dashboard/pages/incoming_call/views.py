"""How one call looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.copy_button import id_cell, mono
from dashboard.components.disclosure import stack
from dashboard.components.form_field import form_field, text_area
from dashboard.components.key_value import key_value, key_value_each
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.status_badge import code_badge, status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when, when_text
from dashboard.pages.incoming_call.match_state import MatchState
from dashboard.pages.incoming_call.match_views import match_dialog
from dashboard.pages.incoming_call.state import MISSING, CallState
from dashboard.session import SessionState

ZONE = SessionState.time_zone
FACTS = CallState.facts

_COLUMNS = {
    "display": "grid",
    "grid_template_columns": "minmax(0, 1fr)",
    "gap": "24px",
    "align_items": "start",
    "@media (min-width: 1100px)": {"grid_template_columns": "minmax(0, 1fr) minmax(0, 1fr)"},
}
_TEXT = {"margin": "0", "font_size": "14px", "max_width": "72ch"}


def badges() -> rx.Component:
    """Build the verdict beside the title, and what became of the call later."""
    return when(
        CallState.shown == READY,
        rx.fragment(
            status_badge(FACTS.verdict),
            when(has_text(FACTS.handling), status_badge(FACTS.handling)),
            when(FACTS.is_test, tag("Test", tone="warn")),
        ),
    )


def head_actions() -> tuple[rx.Component, ...]:
    """Build what can be done about the call."""
    return (
        when(FACTS.may_dismiss, button("Dismiss…", on_click=CallState.open_dismiss)),
        when(
            FACTS.may_replay,
            button(
                "Replay",
                icon="rotate-cw",
                loading=CallState.replaying,
                on_click=CallState.replay,
                title="Try the call again as it came, by what is defined now",
            ),
        ),
        when(
            FACTS.may_match,
            button("Match with a lead…", kind="primary", on_click=MatchState.open_form),
        ),
    )


def call() -> rx.Component:
    """Build the whole page, or what stands in its place."""
    return rx.match(
        CallState.shown,
        (
            READY,
            stack(
                when_text(CallState.refusal, banner(CallState.refusal, tone="bad")),
                _verdict(),
                _since(),
                section("Call", _facts()),
                rx.el.div(_content(), _answer(), style=_COLUMNS),
                match_dialog(),
                _dismiss_dialog(),
                gap="24px",
            ),
        ),
        (
            MISSING,
            notice(
                "There is no such call",
                "The address may be cut off. Every call with a good key is in the incoming log.",
                icon="search-x",
                action=link_button("Back to the incoming log", href=routes.INCOMING_CALLS),
            ),
        ),
        (
            FAILED,
            notice(
                "This call could not be loaded",
                CallState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=CallState.retry),
                alert=True,
            ),
        ),
        skeleton(rows=8),
    )


def _verdict() -> rx.Component:
    return section(
        "What happened",
        when_text(FACTS.reason, rx.el.p(FACTS.reason, style=_TEXT)),
        when(CallState.errors.length() > 0, key_value_each(CallState.errors, plain=True)),
        rx.el.div(
            rx.el.h3("What to do", class_name="al-label", style={"margin": "0 0 2px"}),
            rx.el.p(FACTS.advice, style=_TEXT),
            when(
                has_text(FACTS.place) | has_text(FACTS.event_link),
                rx.el.div(
                    when(
                        has_text(FACTS.place),
                        link_button(FACTS.place, href=FACTS.place_href, small=True),
                    ),
                    when(
                        has_text(FACTS.event_link),
                        link_button(FACTS.event_link, href=FACTS.event_href, small=True),
                    ),
                    style={
                        "display": "flex",
                        "flex_wrap": "wrap",
                        "gap": "8px",
                        "margin_top": "10px",
                    },
                ),
            ),
        ),
    )


def _since() -> rx.Component:
    return when(
        has_text(FACTS.since) | has_text(FACTS.tried_verdict),
        section(
            "Since then",
            when(
                has_text(FACTS.since),
                rx.el.p(
                    FACTS.since,
                    when_text(
                        FACTS.waits_until,
                        rx.fragment(
                            " until ", time_cell(FACTS.waits_until, zone=ZONE, kind="exact"), "."
                        ),
                    ),
                    when_text(FACTS.handled_by, rx.fragment(" ", FACTS.handled_by)),
                    when_text(
                        FACTS.handled_at,
                        rx.fragment(", ", time_cell(FACTS.handled_at, zone=ZONE), "."),
                    ),
                    when_text(FACTS.note, rx.fragment(" Reason: ", FACTS.note)),
                    style=_TEXT,
                ),
            ),
            when(
                has_text(FACTS.tried_verdict),
                rx.el.div(
                    rx.el.span("Tried again: ", class_name="al-dim"),
                    status_badge(FACTS.tried_verdict),
                    when_text(FACTS.tried_reason, rx.fragment(" ", FACTS.tried_reason)),
                    style={"font_size": "13px"},
                ),
            ),
            when(
                CallState.tried_errors.length() > 0,
                key_value_each(CallState.tried_errors, plain=True),
            ),
        ),
    )


def _facts() -> rx.Component:
    return key_value(
        ("Call ID", id_cell(FACTS.id, label="Copy call ID")),
        (
            "Received",
            rx.el.span(
                time_cell(FACTS.at, zone=ZONE, kind="exact"),
                " (",
                time_cell(FACTS.at, zone=ZONE),
                ")",
            ),
        ),
        (
            "From",
            rx.el.span(
                FACTS.source,
                ", ",
                rx.cond(
                    FACTS.who_href, text_link(FACTS.who, href=FACTS.who_href), rx.el.span(FACTS.who)
                ),
            ),
        ),
        ("Address", _or_dash(FACTS.address, mono(FACTS.address))),
        ("Event", _or_dash(FACTS.event, mono(FACTS.event))),
        (
            "Transaction ID",
            _or_dash(
                FACTS.transaction_id, id_cell(FACTS.transaction_id, label="Copy transaction ID")
            ),
        ),
        (
            "Lead",
            rx.cond(
                FACTS.lead_href,
                text_link(FACTS.lead, href=FACTS.lead_href),
                _or_dash(FACTS.lead, mono(FACTS.lead)),
            ),
        ),
        (
            "Campaign",
            rx.cond(
                FACTS.campaign_href,
                text_link(FACTS.campaign, href=FACTS.campaign_href),
                _or_dash(FACTS.campaign, mono(FACTS.campaign)),
            ),
        ),
        columns=2,
    )


def _or_dash(text: rx.Var[str], shown: rx.Component) -> rx.Component:
    return rx.cond(text, shown, rx.el.span("–", class_name="al-dim"))


def _content() -> rx.Component:
    return section(
        "What came in",
        rx.cond(
            FACTS.emptied_at,
            rx.el.p(
                "It left with retention on ",
                time_cell(FACTS.emptied_at, zone=ZONE),
                ". The row stays, with its verdict and its answer.",
                class_name="al-dim",
                style=_TEXT,
            ),
            rx.fragment(
                when(
                    has_text(FACTS.method) | has_text(FACTS.content_type),
                    rx.el.p(
                        mono(FACTS.method),
                        " ",
                        rx.el.span(FACTS.content_type, class_name="al-dim"),
                        style={"margin": "0", "font_size": "13px"},
                    ),
                ),
                when(
                    has_text(FACTS.query),
                    code_view(FACTS.query, label="Query", empty="Nothing was sent"),
                ),
                when(
                    has_text(FACTS.body) | (FACTS.query == ""),
                    code_view(
                        FACTS.body,
                        label="Body",
                        empty="Nothing was sent",
                        note=FACTS.content_note,
                    ),
                ),
            ),
        ),
        description="As it came; keys, tokens and passwords are masked.",
    )


def _answer() -> rx.Component:
    return section(
        "Answer",
        rx.cond(
            FACTS.has_answer,
            rx.fragment(
                rx.el.p(
                    code_badge(FACTS.answer_status),
                    " ",
                    rx.el.span(FACTS.answer_type, class_name="al-dim"),
                    style={"margin": "0", "font_size": "13px"},
                ),
                code_view(FACTS.answer_body, label="Body", empty="Nothing"),
            ),
            rx.el.p(
                "It came from the dashboard or from a file, so nobody was answered over HTTP.",
                class_name="al-dim",
                style=_TEXT,
            ),
        ),
        description="What the caller got at that moment.",
    )


def _dismiss_dialog() -> rx.Component:
    return form_dialog(
        rx.el.form(
            form_field(
                "Reason",
                text_area(name="reason", rows=3),
                name="reason",
                error=CallState.reason_error,
                help_text="Stands on the call, for everybody who asks later. Nothing is recorded "
                "or sent, and the call waits for its lead no longer.",
            ),
            dialog_actions(
                dialog_cancel(),
                button("Dismiss", kind="primary", submit=True, loading=CallState.dismissing),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=CallState.dismiss,
        ),
        title="Dismiss this call?",
        is_open=CallState.is_dismissing,
        on_open_change=CallState.set_dismissing,
    )
