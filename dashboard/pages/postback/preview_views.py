"""The right column of the postback editor: what will be sent, and what came back from a test."""

import reflex as rx

from dashboard.components.button import button
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet, code_view
from dashboard.components.copy_button import copy_button
from dashboard.components.form_field import form_field, select_input
from dashboard.components.key_value import key_value_each
from dashboard.components.status_badge import code_badge, method_badge, status_badge, tag
from dashboard.components.values import when_text
from dashboard.pages.postback.lines import RequestLine, ValueLine
from dashboard.pages.postback.trial_state import TrialState

_is_tested = TrialState.has_answer | (TrialState.test_problem != "")
_BREAKS = {"overflow_wrap": "anywhere"}
_GAP = {"display": "flex", "flex_direction": "column", "gap": "12px", "min_width": "0"}


def preview() -> rx.Component:
    """Build `Send Test` with the answer in place, and below it the live preview."""
    return section(
        "Preview and test",
        form_field(
            "With the values of",
            select_input(
                TrialState.lead_options,
                name="sample",
                value=TrialState.lead_id,
                on_change=TrialState.choose_lead,
                placeholder="A sample lead",
            ),
            name="sample",
            help_text="Send Test really calls the URL, once, with what stands in the form now. "
            "It counts in no figure.",
        ),
        rx.el.div(
            when_text(TrialState.test_problem, _problem(TrialState.test_problem)),
            rx.cond(TrialState.has_answer, _answer()),
            aria_live="polite",
            style={"display": rx.cond(_is_tested, "block", "none")},
        ),
        rx.cond(TrialState.has_preview, _request_and_values(), _nothing_yet()),
        when_text(TrialState.shown, _by_api()),
        actions=(
            button(
                "Send Test",
                icon="send",
                loading=TrialState.is_testing,
                on_click=TrialState.send_test,
            ),
        ),
    )


def _by_api() -> rx.Component:
    return by_api(
        call_snippet(
            "POST",
            "/api/v1/postbacks/" + TrialState.shown + "/test",
            body={"values": {"amount": "49.90"}},
            reference="test_postback",
        )
    )


def _nothing_yet() -> rx.Component:
    return rx.cond(
        TrialState.incomplete.length() > 0,
        rx.el.div(
            rx.el.p("Not ready to be sent:", class_name="al-label", style={"margin": "0 0 4px"}),
            rx.el.ul(
                rx.foreach(TrialState.incomplete, rx.el.li),
                style={
                    "margin": "0",
                    "padding_left": "18px",
                    "font_size": "13px",
                    "list_style": "disc",
                },
            ),
            role="status",
        ),
        rx.el.p(
            "Type a URL, and the exact request appears here, every macro filled in.",
            class_name="al-field-help",
        ),
    )


def _request_and_values() -> rx.Component:
    return rx.el.div(
        when_text(TrialState.not_sent, _problem(TrialState.not_sent)),
        _request(TrialState.request),
        when_text(
            TrialState.not_signed, rx.el.p(TrialState.not_signed, class_name="al-field-help")
        ),
        rx.cond(
            TrialState.values.length() > 0,
            rx.el.ul(
                rx.foreach(TrialState.values, _value),
                aria_label="Macros and their values",
                style={"margin": "0", "padding": "0", "list_style": "none", "font_size": "13px"},
            ),
            rx.el.p("It has no macros: every call is the same.", class_name="al-field-help"),
        ),
        style=_GAP,
    )


def _problem(text: rx.Var[str]) -> rx.Component:
    return rx.el.p(
        rx.icon("circle-alert", size=13, aria_hidden="true"), text, class_name="al-field-error"
    )


def _request(request: rx.Var[RequestLine]) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            method_badge(request.method),
            rx.el.span(
                request.url,
                class_name="al-mono al-break",
                style={"flex": "1", "min_width": "0", "overflow_wrap": "anywhere"},
                aria_label="Request URL",
                role="group",
            ),
            copy_button(request.url, label="Copy URL"),
            style={"display": "flex", "gap": "8px", "align_items": "flex-start"},
        ),
        key_value_each(request.headers, empty="No headers"),
        rx.cond(request.body != "", code_view(request.body, label="Request body")),
    )


def _value(line: rx.Var[ValueLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.expression, class_name="al-macro", style=_BREAKS),
            rx.cond(line.where != "URL", rx.el.span(" in ", line.where, class_name="al-dim")),
        ),
        rx.el.div(
            rx.cond(
                line.later != "",
                rx.el.span(line.later, class_name="al-dim"),
                rx.cond(
                    line.is_empty,
                    tag("Empty", tone="warn", title="Nothing stands in its place"),
                    rx.el.span(line.value, class_name="al-mono", style=_BREAKS),
                ),
            ),
            when_text(
                line.encoded,
                rx.el.div(
                    rx.el.span("sent as ", class_name="al-dim"),
                    rx.el.span(line.encoded, class_name="al-mono", style=_BREAKS),
                ),
            ),
        ),
        style={
            "display": "grid",
            "grid_template_columns": "minmax(0, 1fr) minmax(0, 1fr)",
            "gap": "4px 12px",
            "padding": "6px 0",
            "border_top": "1px solid var(--al-line)",
        },
    )


def _answer() -> rx.Component:
    answer = TrialState.answer
    return rx.el.div(
        rx.el.div(
            status_badge(answer.outcome),
            code_badge(answer.code),
            rx.el.span(answer.duration_ms, " ms", class_name="al-dim"),
            tag("Test", title="Counts in no figure and stands in no log"),
            rx.el.span(
                copy_button(TrialState.sent.curl, label="Copy as cURL", word="Copy as cURL"),
                style={"margin_left": "auto"},
            ),
            class_name="al-actions",
        ),
        when_text(answer.message, rx.el.p(answer.message, style={"margin": "0"})),
        rx.cond(
            answer.code,
            rx.fragment(
                code_view(answer.body, label="Response body", note=answer.note, max_height="16rem"),
                _more("Response headers", key_value_each(answer.headers, empty="No headers")),
            ),
        ),
        _more(
            "Request as sent",
            _request(TrialState.sent),
            code_snippet(TrialState.sent.curl, label="cURL"),
        ),
        style={
            **_GAP,
            "padding": "12px",
            "border": "1px solid var(--al-line)",
            "border_radius": "var(--al-radius)",
            "background": "var(--al-sunken)",
            "font_size": "13px",
        },
        role="group",
        aria_label="Test result",
    )


def _more(summary: str, *content: rx.Component) -> rx.Component:
    return rx.el.details(
        rx.el.summary(summary, style={"cursor": "pointer", "font_size": "13px"}),
        rx.el.div(*content, style={**_GAP, "padding_top": "8px"}),
    )
