"""The frame of the page: its steps as tabs, what was refused, and what stands in its place."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import link_button
from dashboard.components.disclosure import stack
from dashboard.components.list_state import LOADING, NO_MATCH, notice, skeleton
from dashboard.components.status_badge import status_badge
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when, when_text
from dashboard.pages.import_record.state import CHECK, COLUMNS, IMPORT, ImportState
from dashboard.session import SessionState

_VIEW = ImportState.view
_STEPS = ((COLUMNS, "1. Columns"), (CHECK, "2. Check"), (IMPORT, "3. Import"))


def body(step: rx.Component) -> rx.Component:
    """Build the step, or what stands in its place."""
    return rx.match(
        ImportState.page_state,
        (LOADING, skeleton()),
        (
            NO_MATCH,
            notice(
                "There is no such import",
                "It was removed, or the address is mistyped.",
                icon="file-x",
                action=link_button("Go to imports", href=routes.IMPORTS),
            ),
        ),
        stack(
            when_text(ImportState.problem, banner(ImportState.problem, tone="bad")),
            when_text(
                _VIEW.problem,
                rx.cond(
                    _VIEW.is_cancelled,
                    banner(_VIEW.problem, tone="bad"),
                    banner(_VIEW.problem, tone="bad", title="The file cannot be read"),
                ),
            ),
            step,
            gap="16px",
        ),
    )


def steps() -> rx.Component:
    """Build the three steps; each has an address."""
    return rx.match(
        ImportState.page_state,
        (NO_MATCH, rx.fragment()),
        tabs_nav(
            *[(label, routes.import_(ImportState.import_id, step=name)) for name, label in _STEPS],
            current=rx.match(
                ImportState.step,
                *[(name, label) for name, label in _STEPS],
                _STEPS[0][1],
            ),
            label="Steps",
        ),
    )


def subtitle() -> rx.Component:
    """Build status, time and person in one line."""
    return when(
        ImportState.page_state != NO_MATCH,
        when_text(
            _VIEW.id,
            rx.el.span(
                status_badge(_VIEW.status),
                rx.el.span(_VIEW.kind.to(str).replace("_", " ")),
                rx.el.span("·", aria_hidden="true"),
                rx.el.span("uploaded ", time_cell(_VIEW.at, zone=SessionState.time_zone)),
                rx.el.span("·", aria_hidden="true"),
                rx.el.span(_VIEW.actor, class_name="al-clip"),
                style={
                    "display": "flex",
                    "flex_wrap": "wrap",
                    "gap": "4px 8px",
                    "align_items": "center",
                },
            ),
        ),
    )
