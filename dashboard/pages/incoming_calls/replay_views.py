"""How bulk replay looks: the question with its count and consequences, and the progress."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.disclosure import stack
from dashboard.components.progress_panel import progress_panel
from dashboard.components.values import has_text, when
from dashboard.pages.incoming_calls.replay_state import ReplayState

_TEXT = {"margin": "0", "font_size": "13px"}


def replay_panel() -> rx.Component:
    """Build the progress of the bulk replay that runs or has just ended."""
    job = ReplayState.job
    return when(
        has_text(job.id),
        progress_panel(
            job.title,
            job.text,
            percent=job.percent,
            is_running=job.is_running,
            action=rx.cond(
                job.is_running,
                button("Cancel replay", small=True, on_click=ReplayState.cancel),
                button("Dismiss", kind="quiet", small=True, on_click=ReplayState.dismiss),
            ),
        ),
    )


def replay_dialog() -> rx.Component:
    """Build the question: how many, and what that means."""
    return form_dialog(
        stack(
            when(has_text(ReplayState.problem), banner(ReplayState.problem, tone="bad")),
            rx.el.p(
                rx.cond(
                    ReplayState.counting,
                    "Counting…",
                    rx.cond(
                        ReplayState.nothing,
                        "No refused call under these filters can be tried again.",
                        rx.fragment(
                            rx.el.strong(ReplayState.count),
                            rx.cond(ReplayState.number == 1, " call is", " calls are"),
                            " tried again as they came, in the background, by the events, fields "
                            "and leads that there are now. What is good then is recorded and fires "
                            "its postbacks; what is not stays refused, with the new reason.",
                        ),
                    ),
                ),
                role="status",
                style=_TEXT,
            ),
            rx.el.p(
                "Left out: calls that were recorded, that nothing here can mend, and that somebody "
                "has dismissed.",
                class_name="al-dim",
                style=_TEXT,
            ),
            dialog_actions(
                dialog_cancel(),
                button(
                    rx.cond(
                        ReplayState.nothing | ReplayState.counting,
                        "Replay",
                        "Replay " + ReplayState.count,
                    ),
                    kind="primary",
                    loading=ReplayState.starting | ReplayState.counting,
                    disabled=ReplayState.nothing,
                    on_click=ReplayState.start,
                ),
            ),
            gap="14px",
        ),
        title="Replay these calls?",
        is_open=ReplayState.is_open,
        on_open_change=ReplayState.set_open,
    )
