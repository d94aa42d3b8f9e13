"""How a bulk job looks: the question with its count and consequences, and the progress."""

from typing import Final

import reflex as rx

from dashboard.bulk_job import BulkJobState
from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.disclosure import stack
from dashboard.components.progress_panel import progress_panel
from dashboard.components.values import has_text, when

TEXT: Final = {"margin": "0", "font_size": "13px"}


def job_panel(state: type[BulkJobState], *, cancel: str) -> rx.Component:
    """Build the progress of the job that runs or has just ended; `cancel` is on its button."""
    job = state.job
    return when(
        has_text(job.id),
        progress_panel(
            job.title,
            job.text,
            percent=job.percent,
            is_running=job.is_running,
            action=rx.cond(
                job.is_running,
                button(cancel, small=True, on_click=state.cancel),
                button("Dismiss", kind="quiet", small=True, on_click=state.dismiss),
            ),
        ),
    )


def job_dialog(
    state: type[BulkJobState],
    *details: rx.Component,
    title: str,
    verb: str,
    nothing: str,
    one: str,
    many: str,
    consequence: str,
) -> rx.Component:
    """Build the question: how many, what that means, and `details`.

    The sentence is the count, then `one` or `many`, then `consequence`; `nothing` stands in its
    place where the count is zero. `verb` is on the button.
    """
    return form_dialog(
        stack(
            when(has_text(state.problem), banner(state.problem, tone="bad")),
            rx.el.p(
                rx.cond(
                    state.counting,
                    "Counting…",
                    rx.cond(
                        state.nothing,
                        nothing,
                        rx.fragment(
                            rx.el.strong(state.count),
                            rx.cond(state.number == 1, f" {one} ", f" {many} "),
                            consequence,
                        ),
                    ),
                ),
                role="status",
                style=TEXT,
            ),
            *details,
            dialog_actions(
                dialog_cancel(),
                button(
                    rx.cond(state.nothing | state.counting, verb, f"{verb} " + state.count),
                    kind="primary",
                    loading=state.starting | state.counting,
                    disabled=state.nothing,
                    on_click=state.start,
                ),
            ),
            gap="14px",
        ),
        title=title,
        is_open=state.is_open,
        on_open_change=state.set_open,
    )
