"""How the first step looks: reading, columns, values for all rows, and the first rows."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import stack
from dashboard.components.form_field import form_columns, form_field, select_input, switch_row
from dashboard.components.values import has_text, when, when_text
from dashboard.pages.import_record.columns_state import (
    ColumnLine,
    ColumnsState,
    FixedLine,
    PreviewLine,
)
from dashboard.pages.import_record.state import ImportState
from models.words import ImportKind

_VIEW = ImportState.view
_DELIMITERS = [(",", "Comma ,"), (";", "Semicolon ;"), ("tab", "Tab"), ("|", "Bar |")]
_ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("windows-1252", "Windows-1252 (Western European)"),
    ("utf-16-le", "UTF-16"),
    ("utf-16-be", "UTF-16 (big endian)"),
]
_NUMBERS = [("point", "1,234.50 – decimal point"), ("comma", "1.234,50 – decimal comma")]
_DATES = [
    ("iso", "2026-01-31 – year first"),
    ("dmy", "31.01.2026 – day first"),
    ("mdy", "01/31/2026 – month first"),
]


def columns_step() -> rx.Component:
    """Build the step; what is imported already can only be looked at."""
    return rx.cond(
        ColumnsState.may_import,
        stack(
            when_text(ColumnsState.error, banner(ColumnsState.error, tone="bad")),
            when(
                ColumnsState.notes.length() > 0,
                banner(
                    rx.fragment(rx.foreach(ColumnsState.notes, rx.el.div)),
                    tone="warn",
                ),
            ),
            when(
                _VIEW.is_begun,
                banner("This file was imported like this. Nothing here can be changed any more."),
            ),
            rx.el.fieldset(
                stack(_reading(), _columns(), _fixed(), _sending(), _preview(), gap="20px"),
                disabled=~_VIEW.is_open,
                style={"border": "0", "padding": "0", "margin": "0", "min_width": "0"},
            ),
            when(_VIEW.is_open, _actions()),
            gap="16px",
        ),
        banner("Your role does not allow imports. Ask an owner or a manager."),
    )


def _reading() -> rx.Component:
    return section(
        "How the file is read",
        form_columns(
            _choice("Cells are separated by", "delimiter", ColumnsState.delimiter, _DELIMITERS),
            _choice("Characters", "encoding", ColumnsState.encoding, _ENCODINGS),
            _choice("Numbers", "numbers", ColumnsState.numbers, _NUMBERS),
            _choice("Dates", "dates", ColumnsState.dates, _DATES),
            form_field(
                "Time zone of times without an offset",
                select_input(
                    ColumnsState.zones,
                    name="time_zone",
                    value=ColumnsState.time_zone,
                    on_change=ColumnsState.read_as("time_zone"),
                    placeholder="None: every time has its offset",
                ),
                name="time_zone",
                help_text="Times that the clocks skip or show twice are refused, with the reason.",
            ),
        ),
    )


def _choice(
    label: str, name: str, value: rx.Var[str], options: list[tuple[str, str]]
) -> rx.Component:
    control = select_input(options, name=name, value=value, on_change=ColumnsState.read_as(name))
    return form_field(label, control, name=name)


def _columns() -> rx.Component:
    return section(
        "Columns",
        data_table(
            [
                Column("Column"),
                Column("First values", wide_only=True),
                Column("Is our field"),
            ],
            rx.foreach(ColumnsState.columns, _column),
            label="Columns of the file",
        ),
        description="What is left out stays in your file and comes back with the result.",
        flush=True,
    )


def _column(line: rx.Var[ColumnLine]) -> rx.Component:
    row = table_row(
        cell(line.name, clip="min(240px, 30vw)"),
        cell(
            rx.cond(
                has_text(line.sample),
                rx.el.span(line.sample, class_name="al-mono"),
                rx.el.span("empty", class_name="al-dim"),
            ),
            clip="min(320px, 34vw)",
            wide_only=True,
        ),
        cell(
            rx.el.select(
                rx.el.option("Leave out", value=""),
                rx.foreach(line.choices, lambda pair: rx.el.option(pair[1], value=pair[0])),
                value=line.field,
                on_change=ColumnsState.map_column(line.name),
                aria_label="Field of " + line.name,
                class_name="al-input al-select",
                style={"min_width": "170px"},
            )
        ),
    )
    row.key = line.name
    return row


def _fixed() -> rx.Component:
    return section(
        "One value for all rows",
        form_columns(rx.foreach(ColumnsState.fixed, _fixed_field)),
        description="It fills in where a row has no value of its own.",
    )


def _fixed_field(line: rx.Var[FixedLine]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label(line.label, html_for="fixed-" + line.name, class_name="al-label"),
            class_name="al-label-line",
        ),
        rx.el.select(
            rx.el.option(
                rx.cond(line.column != "", "From the column “" + line.column + "”", "None"),
                value="",
            ),
            rx.foreach(line.choices, lambda pair: rx.el.option(pair[1], value=pair[0])),
            id="fixed-" + line.name,
            value=line.value,
            on_change=ColumnsState.fix(line.name),
            class_name="al-input al-select",
        ),
        class_name="al-field",
        key=line.name,
    )


def _sending() -> rx.Component:
    return when(
        _VIEW.kind.to(str) != ImportKind.LEADS.value,
        section(
            "Postbacks",
            switch_row(
                "Send postbacks",
                "Partners are told as if each row had just come in. Off: rows are recorded and "
                "counted, and no postback is sent.",
                name="send_postbacks",
                checked=ColumnsState.send_postbacks,
                on_change=ColumnsState.set_sending,
            ),
        ),
    )


def _preview() -> rx.Component:
    return section(
        "The first rows as they are understood",
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("Row", scope="col", data_numeric="true"),
                        rx.foreach(ColumnsState.heads, lambda head: rx.el.th(head, scope="col")),
                        rx.el.th("Problem", scope="col"),
                    )
                ),
                rx.el.tbody(rx.foreach(ColumnsState.preview, _preview_row)),
                class_name="al-table",
                aria_label="First rows",
                data_dense="true",
            ),
            class_name="al-table-frame",
            role="region",
            aria_label="First rows, scrolls sideways",
            tab_index=0,
        ),
        flush=True,
    )


def _preview_row(line: rx.Var[PreviewLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(line.number, data_numeric="true"),
        rx.foreach(
            line.cells,
            lambda value: rx.el.td(value, class_name="al-mono", style={"white_space": "nowrap"}),
        ),
        rx.el.td(
            rx.cond(
                has_text(line.problem),
                rx.el.span(line.problem, style={"color": "var(--al-bad)"}),
                rx.el.span("–", class_name="al-dim"),
            ),
            style={"min_width": "220px", "white_space": "normal"},
        ),
    )


def _actions() -> rx.Component:
    return rx.el.div(
        button("Check every row", kind="primary", on_click=ImportState.verify),
        confirm_dialog(
            title="Remove this file?",
            consequence="Nothing of it was imported. The file and its mapping are removed.",
            confirm="Remove file",
            on_confirm=ImportState.discard,
            trigger=button("Remove file", kind="quiet"),
        ),
        class_name="al-actions",
    )
