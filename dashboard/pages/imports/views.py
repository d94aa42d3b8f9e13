"""How the list of imports looks."""

import reflex as rx

from dashboard import routes
from dashboard.access import hide_without
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.elements import FileUpload
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import status_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when
from dashboard.pages.imports.state import ImportLine, ImportsState
from dashboard.session import SessionState
from models.words import ImportKind
from services.actor import Right
from services.imports.contract import MAX_BYTES

_KINDS = (
    (ImportKind.EVENTS.value, "Events", "Offline sales and other events of leads that are here."),
    (ImportKind.LEADS.value, "Leads", "People who came in elsewhere, with their ids and fields."),
    (
        ImportKind.STATUS_CHANGES.value,
        "Status changes",
        "Which recorded events were approved, rejected or reversed.",
    ),
)


def upload() -> rx.Component:
    """Build the way in for a file, for who may import."""
    props: dict[str, object] = {}
    hide_without(Right.IMPORT, props)
    return rx.el.div(
        section(
            "New import",
            FileUpload.create(
                action=f"{routes.IMPORT_FILES}/upload",
                kinds=[list(kind) for kind in _KINDS],
                limit=MAX_BYTES // 1024 // 1024,
                on_done=ImportsState.uploaded,
            ),
        ),
        **props,
    )


def table() -> rx.Component:
    """Build the table, or what stands in its place."""
    return list_state(
        ImportsState.list_state,
        rx.fragment(
            data_table(
                [
                    Column("File"),
                    Column("Rows are", wide_only=True),
                    Column("Status"),
                    Column("Outcome"),
                    Column("By", wide_only=True),
                    Column("Uploaded", wide_only=True),
                ],
                rx.foreach(ImportsState.lines, _row),
                label="Imports",
            ),
            _pages(),
        ),
        empty_title="Nothing imported yet",
        empty_text="Every file that you upload stands here, with what became of its rows.",
        error=ImportsState.problem,
        on_retry=ImportsState.follow,
        on_clear=ImportsState.show_newest,
        icon="file-up",
    )


def _row(line: rx.Var[ImportLine]) -> rx.Component:
    return table_row(
        cell(row_link(line.file_name, href=routes.import_(line.id)), clip="min(280px, 40vw)"),
        cell(line.kind, wide_only=True),
        cell(
            status_badge(
                line.status, detail=rx.cond(line.is_working, line.percent.to(str) + " %", "")
            )
        ),
        # In words: they go on in a second line before a narrow screen cuts them off.
        cell(rx.el.div(line.outcome, style={"white_space": "normal"})),
        cell(line.actor, clip="180px", wide_only=True),
        cell(time_cell(line.at, zone=SessionState.time_zone), wide_only=True),
    )


def _pages() -> rx.Component:
    return when(
        ~ImportsState.is_first_page | (ImportsState.older != ""),
        rx.el.nav(
            button(
                "Newest",
                small=True,
                disabled=ImportsState.is_first_page,
                on_click=ImportsState.show_newest,
            ),
            button(
                "Older",
                small=True,
                disabled=ImportsState.older == "",
                on_click=ImportsState.show_older,
            ),
            class_name="al-actions",
            aria_label="Pages",
            style={"margin_top": "12px"},
        ),
    )
