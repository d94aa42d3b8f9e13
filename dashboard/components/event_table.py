"""Fired events as rows, the same on every page that lists them."""

from dataclasses import dataclass

import reflex as rx

from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.next_try import next_try
from dashboard.components.status_badge import code_badge, status_badge
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text
from models.words import Source

SOURCES: dict[Source, str] = {
    Source.API: "API",
    Source.INCOMING: "Incoming",
    Source.MANUAL: "By hand",
    Source.IMPORT: "Import",
}
"""What screens call the ways in; leads use the same words."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One fired event on screen; times are ISO text, `lead` a name or, without one, the id.

    `next_try` says which try comes at `next_at`; empty when none is waited for.
    """

    key: str
    href: str
    at: str
    transaction_id: str
    lead: str
    campaign: str
    status: str
    code: int | None
    event: str
    deliveries: int
    source: str
    next_try: str = ""
    next_at: str = ""


def event_table(lines: rx.Var[list[EventLine]], *, zone: Text, label: str) -> rx.Component:
    """Build the table; each row leads to its log entry, and phones get the telling columns."""
    return data_table(
        [
            "Timestamp",
            "Lead / Transaction ID",
            Column("Campaign", wide_only=True),
            "Status",
            Column("Response Code", wide_only=True),
            Column("Event", wide_only=True),
            Column("Deliveries", numeric=True, wide_only=True),
            Column("Source", wide_only=True),
        ],
        rx.foreach(lines, lambda line: _row(line, zone)),
        label=label,
    )


def two_lines(first: rx.Component, second: rx.Component | Text | rx.Var) -> rx.Component:
    """Stack two texts in one cell, the second one smaller and dimmed."""
    return rx.el.div(
        first,
        rx.el.div(second, class_name="al-dim", style=_SECOND_LINE),
        style={"display": "flex", "flex_direction": "column", "min_width": "0"},
    )


_SECOND_LINE = {
    "font_size": "12px",
    "line_height": "16px",
    "max_width": "260px",
    "overflow": "hidden",
    "text_overflow": "ellipsis",
}


def _row(line: rx.Var[EventLine], zone: Text) -> rx.Component:
    row = table_row(
        cell(
            two_lines(
                row_link(time_cell(line.at, zone=zone), href=line.href),
                rx.el.span(
                    time_cell(line.at, zone=zone, kind="exact"),
                    style={"@media (max-width: 639px)": {"display": "none"}},
                ),
            )
        ),
        cell(
            two_lines(
                rx.el.span(
                    line.transaction_id,
                    class_name="al-mono al-clip",
                    title=line.transaction_id,
                    style={"max_width": "min(260px, 42vw)"},
                ),
                line.lead,
            )
        ),
        cell(line.campaign, clip="180px", wide_only=True),
        cell(
            rx.cond(
                line.next_try,
                two_lines(
                    rx.el.div(status_badge(line.status)),  # or it would be as wide as the cell
                    next_try(line.next_try, at=line.next_at, zone=zone),
                ),
                status_badge(line.status),
            )
        ),
        cell(code_badge(line.code), wide_only=True),
        cell(mono(line.event), clip="180px", wide_only=True),
        cell(line.deliveries, numeric=True, wide_only=True),
        cell(line.source, wide_only=True),
    )
    row.key = line.key  # a new row on top must not turn the focused link into another one
    return row
