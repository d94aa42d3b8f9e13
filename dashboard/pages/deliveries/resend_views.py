"""How bulk resend looks: the question with its count and consequences, and the progress."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.disclosure import stack
from dashboard.components.progress_panel import progress_panel
from dashboard.components.values import Handler, has_text, when, when_text
from dashboard.pages.deliveries.resend_state import ResendState

_TEXT = {"margin": "0", "font_size": "13px"}
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
    job = ResendState.job
    return when(
        has_text(job.id),
        progress_panel(
            job.title,
            job.text,
            percent=job.percent,
            is_running=job.is_running,
            action=rx.cond(
                job.is_running,
                when(
                    ResendState.may_resend,
                    button("Cancel resend", small=True, on_click=ResendState.cancel),
                ),
                button("Dismiss", kind="quiet", small=True, on_click=ResendState.dismiss),
            ),
        ),
    )


def resend_dialog() -> rx.Component:
    """Build the question: how many, what that means, and what is left out."""
    return form_dialog(
        stack(
            when(has_text(ResendState.problem), banner(ResendState.problem, tone="bad")),
            rx.el.p(
                rx.cond(
                    ResendState.counting,
                    "Counting…",
                    rx.cond(
                        ResendState.nothing,
                        "Nothing under these filters can be sent again.",
                        rx.fragment(
                            rx.el.strong(ResendState.count),
                            rx.cond(ResendState.number == 1, " delivery is", " deliveries are"),
                            " sent again, in the background, and tried by the whole schedule if "
                            "that fails. What fires meanwhile goes first.",
                        ),
                    ),
                ),
                role="status",
                style=_TEXT,
            ),
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
                    rx.el.p("Left out:", style=_TEXT),
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
            dialog_actions(
                dialog_cancel(),
                button(
                    rx.cond(
                        ResendState.nothing | ResendState.counting,
                        "Resend",
                        "Resend " + ResendState.count,
                    ),
                    kind="primary",
                    loading=ResendState.starting | ResendState.counting,
                    disabled=ResendState.nothing,
                    on_click=ResendState.start,
                ),
            ),
            gap="14px",
        ),
        title="Resend these deliveries?",
        is_open=ResendState.is_open,
        on_open_change=ResendState.set_open,
    )


def _choice(words: rx.Component, *, checked: rx.Var[bool], on_change: Handler) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=checked, on_change=on_change, style=_BOX),
        rx.el.span(words),
        style=_CHOICE,
    )
