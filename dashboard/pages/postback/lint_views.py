"""Findings of the macro lint beside a field, each with the button that puts it right."""

import reflex as rx

from dashboard.components.lint_hints import lint_hints
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import TrialState


def hints(lints: rx.Var, *, where: str | rx.Var[str]) -> rx.Component:
    """List the findings of a field: `url`, `body`, or the key of a header's row."""
    return lint_hints(
        lints,
        on_use=lambda lint: [
            PostbackState.use(where, lint.start, lint.end, lint.suggestion),
            TrialState.refresh,
        ],
    )
