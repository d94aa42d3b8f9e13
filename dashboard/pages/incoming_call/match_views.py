"""How matching by hand looks: the leads that may be meant, a search, and what it would fire."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.copy_button import mono
from dashboard.components.disclosure import stack
from dashboard.components.filter_bar import search_box
from dashboard.components.list_state import skeleton
from dashboard.components.status_badge import method_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.incoming_call.match_state import LeadLine, MatchState, RequestLine
from dashboard.session import SessionState

_SMALL = {"margin": "0", "font_size": "13px"}
_LIST = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "6px",
    "margin": "0",
    "padding": "0",
    "border": "0",
    "min_width": "0",
}
_LEAD = {
    "display": "flex",
    "gap": "10px",
    "align_items": "flex-start",
    "padding": "8px 12px",
    "border": "1px solid var(--al-line-strong)",
    "border_radius": "var(--al-radius)",
    "font_size": "13px",
    "line_height": "18px",
    "cursor": "pointer",
    "&:has(input:checked)": {
        "border_color": "var(--al-accent-line)",
        "background": "var(--al-accent-soft)",
    },
}
_RADIO = {"accent_color": "var(--al-accent)", "margin": "3px 0 0", "flex": "none"}
_BOX = {
    "padding": "12px 14px",
    "border": "1px solid var(--al-line)",
    "border_radius": "var(--al-radius-big)",
    "background": "var(--al-sunken)",
    "font_size": "13px",
}


def match_dialog() -> rx.Component:
    """Build the dialog: choose a lead, see what that fires, confirm."""
    return form_dialog(
        stack(
            when(has_text(MatchState.problem), banner(MatchState.problem, tone="bad")),
            rx.cond(
                MatchState.loading,
                skeleton(rows=2),
                _leads(
                    "Leads that may be meant",
                    MatchState.suggested,
                    nothing="No lead looks like it. Search for the right one.",
                ),
            ),
            rx.el.div(
                search_box(
                    value=MatchState.search,
                    on_change=MatchState.find,
                    placeholder="Id, e-mail, phone or name",
                    label="Search all leads",
                ),
                style={"display": "flex"},
            ),
            when(
                MatchState.searched,
                _leads("Found", MatchState.found, nothing="No lead matches this search."),
            ),
            when(has_text(MatchState.chosen), _consequences()),
            dialog_actions(
                dialog_cancel(),
                button(
                    "Match with this lead",
                    kind="primary",
                    loading=MatchState.busy | MatchState.asking,
                    disabled=~MatchState.can,
                    on_click=MatchState.confirm,
                ),
            ),
            gap="14px",
        ),
        title="Match with a lead",
        description="The call's event is recorded for the lead that you choose.",
        is_open=MatchState.is_open,
        on_open_change=MatchState.set_open,
        width="640px",
    )


def _leads(title: str, lines: rx.Var[list[LeadLine]], *, nothing: str) -> rx.Component:
    return rx.cond(
        lines.length() > 0,
        rx.el.fieldset(
            rx.el.legend(title, class_name="al-label", style={"margin_bottom": "6px"}),
            rx.foreach(lines, _lead),
            style=_LIST,
        ),
        rx.el.p(nothing, class_name="al-dim", role="status", style=_SMALL),
    )


def _lead(line: rx.Var[LeadLine]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="lead",
            value=line.id,
            checked=MatchState.chosen == line.id,
            on_change=lambda _: MatchState.choose(line.id),
            style=_RADIO,
        ),
        rx.el.span(
            rx.el.span(
                mono(line.transaction_id),
                when(has_text(line.name), rx.el.span(" · ", line.name)),
                style={"display": "block", "overflow_wrap": "anywhere"},
            ),
            rx.el.span(
                when(has_text(line.why), rx.fragment(line.why, ". ")),
                line.campaign,
                ", captured ",
                time_cell(line.at, zone=SessionState.time_zone),
                class_name="al-dim",
                style={"font_size": "12px"},
            ),
            style={"min_width": "0"},
        ),
        key=line.id,
        style=_LEAD,
    )


def _consequences() -> rx.Component:
    """Say what the match comes to, before it does."""
    return rx.el.section(
        rx.el.p("What it will do", class_name="al-label", style={"margin": "0 0 6px"}),
        rx.cond(
            MatchState.asking,
            rx.el.p("Looking…", style=_SMALL),
            rx.fragment(
                when(has_text(MatchState.outcome), rx.el.p(MatchState.outcome, style=_SMALL)),
                when(
                    MatchState.wrong.length() > 0,
                    rx.fragment(
                        rx.el.p(
                            "It would be refused. Mend this first:",
                            style={**_SMALL, "color": "var(--al-bad)"},
                        ),
                        rx.el.ul(
                            rx.foreach(MatchState.wrong, rx.el.li),
                            style={"margin": "4px 0 0", "padding_left": "20px"},
                        ),
                    ),
                ),
                when(
                    MatchState.requests.length() > 0,
                    rx.el.ul(
                        rx.foreach(MatchState.requests, _request),
                        style={
                            "margin": "8px 0 0",
                            "padding": "0",
                            "list_style": "none",
                            "display": "grid",
                            "gap": "6px",
                        },
                    ),
                ),
                when(
                    MatchState.can & (MatchState.requests.length() == 0),
                    rx.el.p("No postback is called.", class_name="al-dim", style=_SMALL),
                ),
            ),
        ),
        aria_label="What it will do",
        aria_live="polite",
        style=_BOX,
    )


def _request(line: rx.Var[RequestLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span("Sends ", class_name="al-visually-hidden"),
            method_badge(line.method),
            rx.el.span(mono(line.url), class_name="al-break", style={"min_width": "0"}),
            style={"display": "flex", "gap": "8px", "align_items": "baseline"},
        ),
        when(
            has_text(line.not_sent),
            rx.el.span(line.not_sent, class_name="al-dim", style={"font_size": "12px"}),
        ),
    )
