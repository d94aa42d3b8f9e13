"""The right column of the postback editor: what will be sent, and what came back from a test."""

import reflex as rx

from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet, code_view
from dashboard.components.copy_button import copy_button
from dashboard.components.data_table import Column, cell, data_table, head_cell, table_row
from dashboard.components.form_field import form_field, select_input
from dashboard.components.key_value import key_value_each
from dashboard.components.status_badge import code_badge, method_badge, status_badge, tag
from dashboard.components.values import when_text
from dashboard.pages.postback.lines import RequestLine, ValueLine
from dashboard.pages.postback.trial_state import TrialState

_GAP = {"display": "flex", "flex_direction": "column", "gap": "12px", "min_width": "0"}


def preview() -> rx.Component:
    """Build the live preview of the exact request."""
    return section(
        "Preview",
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
        ),
        rx.cond(TrialState.has_preview, _request_and_values(), _nothing_yet()),
    )


def test_panel() -> rx.Component:
    """Build `Send Test` with the answer in place."""
    return section(
        "Test",
        rx.el.div(
            button(
                "Send Test",
                kind="secondary",
                icon="send",
                loading=TrialState.is_testing,
                on_click=TrialState.send_test,
            ),
            rx.el.span(
                "Really calls the URL, once, with what stands in the form now. Counts nowhere.",
                class_name="al-dim",
                style={"font_size": "12px", "flex": "1 1 180px"},
            ),
            class_name="al-actions",
        ),
        rx.el.div(
            when_text(
                TrialState.test_problem,
                rx.el.p(TrialState.test_problem, class_name="al-field-error"),
            ),
            rx.cond(TrialState.has_answer, _answer()),
            aria_live="polite",
            style=_GAP,
        ),
    )


def _nothing_yet() -> rx.Component:
    return rx.cond(
        TrialState.incomplete.length() > 0,
        rx.el.div(
            rx.el.p("Not ready to be sent:", class_name="al-label", style={"margin": "0 0 4px"}),
            rx.el.ul(
                rx.foreach(TrialState.incomplete, rx.el.li),
                style={"margin": "0", "padding_left": "18px", "font_size": "13px"},
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
        when_text(
            TrialState.not_sent,
            rx.el.p(
                rx.icon("circle-alert", size=13, aria_hidden="true"),
                TrialState.not_sent,
                class_name="al-field-error",
            ),
        ),
        _request(TrialState.request),
        rx.cond(
            TrialState.values.length() > 0,
            data_table(
                [Column("Macro"), Column("Value"), Column("Sent as")],
                rx.foreach(TrialState.values, _value),
                label="Macros and their values",
                dense=True,
            ),
            rx.el.p("It has no macros: every call is the same.", class_name="al-field-help"),
        ),
        style=_GAP,
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
    return table_row(
        head_cell(
            rx.el.span(line.expression, class_name="al-mono"),
            rx.cond(
                line.where != "URL",
                rx.el.span(" in ", line.where, class_name="al-dim"),
            ),
        ),
        cell(
            rx.cond(
                line.is_empty,
                tag("Empty", tone="warn", title="Nothing stands in its place"),
                rx.el.span(line.value, class_name="al-mono", title=line.value),
            ),
            clip="180px",
        ),
        cell(rx.el.span(line.encoded, class_name="al-mono", title=line.encoded), clip="180px"),
    )


def _answer() -> rx.Component:
    answer = TrialState.answer
    return rx.fragment(
        rx.el.div(
            status_badge(answer.outcome),
            code_badge(answer.code),
            rx.el.span(answer.duration_ms, " ms", class_name="al-dim"),
            tag("Test", title="Counts in no figure and stands in no log"),
            class_name="al-actions",
        ),
        when_text(answer.message, rx.el.p(answer.message, style={"margin": "0"})),
        rx.cond(
            answer.code,
            rx.fragment(
                code_view(answer.body, label="Response body", note=answer.note, max_height="16rem"),
                rx.el.details(
                    rx.el.summary(
                        "Response headers", style={"cursor": "pointer", "font_size": "13px"}
                    ),
                    key_value_each(answer.headers, empty="No headers"),
                ),
            ),
        ),
        rx.el.details(
            rx.el.summary("Request as sent", style={"cursor": "pointer", "font_size": "13px"}),
            rx.el.div(
                _request(TrialState.sent),
                code_snippet(TrialState.sent.curl, label="cURL"),
                style={**_GAP, "padding_top": "8px"},
            ),
        ),
        rx.el.div(copy_button(TrialState.sent.curl, label="Copy as cURL", word="Copy as cURL")),
    )
