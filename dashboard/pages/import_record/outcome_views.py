"""How the second and third step look: progress, counts, reasons, and the way back."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import section, stat_card, stat_row
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.list_state import notice
from dashboard.components.progress_panel import progress_panel
from dashboard.components.status_badge import status_badge
from dashboard.components.values import when
from dashboard.pages.import_record.lines import ReasonLine
from dashboard.pages.import_record.state import COLUMNS, ImportState

_VIEW = ImportState.view


def check_step() -> rx.Component:
    """Build the second step: what would become of the rows."""
    return rx.cond(
        _VIEW.is_verifying,
        progress_panel(
            "Checking every row",
            _VIEW.progress,
            percent=_VIEW.percent,
            is_running=True,
            action=button("Cancel", small=True, on_click=ImportState.cancel),
        ),
        rx.cond(
            _VIEW.is_verified,
            stack(
                stat_row(
                    stat_card("Ready", _VIEW.good),
                    stat_card("Duplicates", _VIEW.duplicate),
                    stat_card("Refused", _VIEW.refused),
                ),
                when(
                    _VIEW.nothing_ready,
                    banner("No row of this file can be imported; see why below.", tone="warn"),
                ),
                _reasons(),
                rx.el.div(
                    confirm_dialog(
                        title=_VIEW.import_label + "?",
                        consequence=_VIEW.import_text,
                        confirm=_VIEW.import_label,
                        on_confirm=ImportState.apply,
                        danger=False,
                        is_open=ImportState.import_asking,
                        on_open_change=ImportState.close_import,
                    ),
                    when(
                        ~_VIEW.nothing_ready,
                        button(_VIEW.import_label, kind="primary", on_click=ImportState.ask_import),
                    ),
                    link_button(
                        "Change the columns",
                        href=routes.import_(ImportState.import_id, step=COLUMNS),
                    ),
                    _downloads(),
                    class_name="al-actions",
                ),
                gap="16px",
            ),
            notice(
                "The rows were not checked yet",
                "Say what the columns are first, then check every row. Nothing is recorded by it.",
                icon="list-checks",
                action=button("Check every row", kind="primary", on_click=ImportState.verify),
            ),
        ),
    )


def import_step() -> rx.Component:
    """Build the third step: progress, what became of the rows, and undoing."""
    return stack(
        rx.cond(
            _VIEW.is_applying,
            progress_panel(
                "Importing",
                _VIEW.progress,
                percent=_VIEW.percent,
                is_running=True,
                action=button("Cancel", small=True, on_click=ImportState.cancel),
            ),
            rx.cond(
                _VIEW.is_undoing,
                progress_panel(
                    "Undoing the import",
                    _VIEW.undone + " taken back. You can leave this page.",
                    percent=_VIEW.percent,
                    is_running=True,
                    action=rx.fragment(),
                ),
                _ended(),
            ),
        ),
        rx.cond(
            _VIEW.is_undoing | _VIEW.is_undone,
            stat_row(
                stat_card("Taken back", _VIEW.undone),
                stat_card("Stay as reversed", _VIEW.reversed),
                stat_card("Stay as they are", _VIEW.kept),
            ),
            stat_row(
                stat_card("Imported", _VIEW.good),
                stat_card("Duplicates", _VIEW.duplicate),
                stat_card("Refused", _VIEW.refused),
            ),
        ),
        _reasons(),
        rx.el.div(_downloads(), class_name="al-actions"),
        gap="16px",
    )


def undo_dialog() -> rx.Component:
    """Ask before an import is undone, with what that would do now."""
    return confirm_dialog(
        title="Undo this import?",
        consequence=ImportState.undo_consequence,
        confirm="Undo import",
        on_confirm=ImportState.undo,
        is_open=ImportState.undo_asking,
        on_open_change=ImportState.close_undo,
    )


def _ended() -> rx.Component:
    undo = when(_VIEW.may_undo, button("Undo import", small=True, on_click=ImportState.ask_undo))
    return rx.cond(
        _VIEW.is_cancelled,
        banner(
            _VIEW.outcome,
            tone="warn",
            action=rx.el.span(
                button("Go on", small=True, on_click=ImportState.apply),
                undo,
                class_name="al-actions",
            ),
        ),
        rx.cond(
            _VIEW.is_undone,
            banner(_VIEW.outcome),
            rx.cond(
                _VIEW.is_applied,
                banner(rx.fragment(_VIEW.outcome, " ", _VIEW.undo_note), tone="good", action=undo),
                rx.fragment(),
            ),
        ),
    )


def _reasons() -> rx.Component:
    return when(
        ImportState.reasons.length() > 0,
        section(
            rx.cond(
                _VIEW.is_undoing | _VIEW.is_undone,
                "Why rows stay",
                "Why rows are not imported",
            ),
            data_table(
                [Column("Result"), Column("Rows", numeric=True), Column("Reason")],
                rx.foreach(ImportState.reasons, _reason),
                label="Reasons",
            ),
            flush=True,
        ),
    )


def _reason(line: rx.Var[ReasonLine]) -> rx.Component:
    row = table_row(
        cell(status_badge(line.verdict)),
        cell(line.count, numeric=True),
        cell(
            disclosure(
                rx.el.span(
                    line.text, style={"white_space": "normal", "flex": "1 1 0", "min_width": "0"}
                ),
                content=rx.el.ul(
                    rx.foreach(
                        line.rows,
                        lambda each: rx.el.li(rx.el.strong("Row ", each[0], ": "), each[1]),
                    ),
                    style={
                        "margin": "0",
                        "padding_left": "18px",
                        "font_size": "13px",
                        "white_space": "normal",
                    },
                ),
            ),
        ),
    )
    row.key = line.verdict + line.text
    return row


def _downloads() -> rx.Component:
    return when(
        _VIEW.has_result,
        rx.fragment(
            button("Download result", icon="download", on_click=ImportState.download),
            when(
                _VIEW.has_bad,
                button(
                    "Only the rows left out", icon="download", on_click=ImportState.download_bad
                ),
            ),
        ),
    )
