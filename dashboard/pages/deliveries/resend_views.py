"""How bulk resend looks: the question with its count and consequences, and the progress."""

import reflex as rx

from dashboard.bulk_job_views import TEXT, job_dialog, job_panel
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.values import Handler, when, when_text
from dashboard.pages.deliveries.resend_state import ResendState

_CHOICE = {
    "display": "flex",
    "gap": "10px",
    "align_items": "flex-start",
    "padding": "10px 12px",
    "border": "1px solid var(--al-line-strong)",
    "border_radius": "var(--al-radius)",
    "font_size": "13px",
    "cursor": "pointer",
}
_BOX = {
    "accent_color": "var(--al-accent)",
    "width": "15px",
    "height": "15px",
    "margin": "2px 0 0",
    "flex": "none",
}


def resend_panel() -> rx.Component:
    """Build the progress of the bulk resend that runs or has just ended."""
    return job_panel(ResendState, cancel="Cancel resend")


def resend_dialog() -> rx.Component:
    """Build the question: how many, what that means, and what is left out."""
    return job_dialog(
        ResendState,
        when_text(
            ResendState.delivered,
            _choice(
                rx.fragment(
                    "Also the ",
                    rx.el.strong(ResendState.delivered),
                    " that arrived. ",
                    rx.el.span(
                        "The partner gets them again and may count and pay them twice.",
                        style={"color": "var(--al-bad)"},
                    ),
                ),
                checked=ResendState.with_delivered,
                on_change=ResendState.set_delivered,
            ),
        ),
        when_text(
            ResendState.unclear,
            _choice(
                rx.fragment(
                    "Also the ",
                    rx.el.strong(ResendState.unclear),
                    " whose outcome is unclear, of postbacks that are sent at most once. ",
                    rx.el.span(
                        "The partner may have them already, and would count them twice.",
                        style={"color": "var(--al-bad)"},
                    ),
                ),
                checked=ResendState.with_unclear,
                on_change=ResendState.set_unclear,
            ),
        ),
        when(
            ResendState.left_out.length() > 0,
            rx.el.div(
                rx.el.p("Left out:", style=TEXT),
                rx.el.ul(
                    rx.foreach(ResendState.left_out, rx.el.li),
                    style={"margin": "2px 0 0", "padding_left": "20px"},
                ),
                class_name="al-dim",
                style={"font_size": "13px"},
            ),
        ),
        by_api(
            call_snippet(
                "POST",
                "/api/v1/deliveries/resend",
                body=ResendState.body,
                reference="resend_deliveries",
            )
        ),
        title="Resend these deliveries?",
        verb="Resend",
        nothing="Nothing under these filters can be sent again.",
        one="delivery is",
        many="deliveries are",
        consequence="sent again, in the background, and tried by the whole schedule if that "
        "fails. What fires meanwhile goes first.",
    )


def _choice(words: rx.Component, *, checked: rx.Var[bool], on_change: Handler) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=checked, on_change=on_change, style=_BOX),
        rx.el.span(words),
        style=_CHOICE,
    )
