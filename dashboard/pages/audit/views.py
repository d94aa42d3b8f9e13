"""How the audit looks."""

import reflex as rx

from dashboard.components.button import button
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.filter_bar import filter_bar, filter_select
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.log_views import counted_pages, log_chips, log_list
from dashboard.pages.audit.filters import ACTIONS, KINDS
from dashboard.pages.audit.state import AuditLine, AuditState, Difference
from dashboard.session import SessionState
from dashboard.time_ranges import RECENT

ZONE = SessionState.time_zone


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        filter_select(
            "Deed",
            value=AuditState.action,
            options=ACTIONS,
            on_change=lambda value: AuditState.choose("action", value),
        ),
        filter_select(
            "What",
            value=AuditState.subject,
            options=KINDS,
            on_change=lambda value: AuditState.choose("subject", value),
        ),
        filter_select(
            "Time",
            value=AuditState.range,
            options=RECENT,
            on_change=lambda value: AuditState.choose("range", value),
        ),
        chips=log_chips(AuditState),
    )


def export_button() -> rx.Component:
    """Build the button that fetches what the filters cover as CSV."""
    return button("Export CSV", icon="download", on_click=AuditState.export)


def audit_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return log_list(
        AuditState,
        data_table(
            [
                Column("When", wide_only=True, width="1%"),
                Column("Who", wide_only=True),
                Column("What"),
                Column("Before → after", wide_only=True),
            ],
            rx.foreach(AuditState.lines, _row),
            label="Audit",
        ),
        counted_pages(AuditState, one="entry", many="entries"),
        empty_title="Nothing yet",
        empty_text="Changes and sign-ins appear here.",
        icon="history",
    )


def _row(line: rx.Var[AuditLine]) -> rx.Component:
    row = table_row(
        cell(time_cell(line.at, zone=ZONE), wide_only=True),
        cell(_who(line), wide_only=True),
        rx.el.td(
            # On a phone everything stands in one cell.
            rx.el.div(
                rx.el.span(line.who, class_name="al-break"),
                time_cell(line.at, zone=ZONE),
                class_name="al-narrow",
            ),
            rx.el.span(
                line.deed,
                " ",
                rx.cond(
                    has_text(line.href),
                    rx.el.a(line.what, href=line.href, class_name="al-link al-break"),
                    rx.el.strong(line.what, class_name="al-break"),
                ),
            ),
            rx.el.div(_differences(line), class_name="al-narrow"),
            class_name="al-words",
        ),
        rx.el.td(_differences(line), class_name="al-words", data_wide="true"),
    )
    row.key = line.id
    return row


def _who(line: rx.Var[AuditLine]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            has_text(line.who_id),
            rx.el.button(
                line.who,
                type="button",
                title="Show only what they did",
                on_click=AuditState.choose_actor(line.who_id, line.who),
                class_name="al-text-button al-break",
                style={"padding": "0", "text_align": "left"},
            ),
            rx.el.span(line.who, class_name="al-break"),
        ),
        when(line.kind == "key", tag("API key")),
        when(
            has_text(line.address),
            rx.el.p(line.address, class_name="al-field-help al-mono"),
        ),
    )


def _differences(line: rx.Var[AuditLine]) -> rx.Component:
    return rx.el.dl(rx.foreach(line.differences, _difference), class_name="al-diff")


def _difference(each: rx.Var[Difference]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(each.name),
        rx.el.dd(
            when(has_text(each.before), rx.el.del_(each.before, title=each.before)),
            when(has_text(each.before) & has_text(each.after), " → "),
            when(has_text(each.after), rx.el.ins(each.after, title=each.after)),
        ),
    )
