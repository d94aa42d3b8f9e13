"""Leads as rows: the same table on the list of leads and on a campaign's page."""

from dataclasses import dataclass

import reflex as rx

from dashboard import routes
from dashboard.components.button import text_link
from dashboard.components.copy_button import id_cell
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text, has_text


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One lead in a list; empty texts where nothing is known, `captured_at` in ISO 8601."""

    id: str
    captured_at: str
    name: str
    email: str
    transaction_id: str
    campaign: str
    campaign_name: str
    affiliate: str
    affiliate_name: str
    source: str


def lead_table(lines: rx.Var[list[LeadLine]], *, zone: Text, campaign: bool = True) -> rx.Component:
    """Build the table; without `campaign` on a page where all leads have the same one."""
    return data_table(
        [
            Column("Captured"),
            Column("Name"),
            Column("E-mail", wide_only=True),
            Column("Transaction ID"),
            *([Column("Campaign", wide_only=True)] if campaign else []),
            Column("Affiliate", wide_only=True),
            Column("Source", wide_only=True),
        ],
        rx.foreach(lines, lambda line: _row(line, zone, campaign)),
        label="Leads",
    )


def source_word(source: Text) -> rx.Component:
    """Say how a lead was captured."""
    return rx.match(source, ("api", "API"), ("manual", "By hand"), ("import", "Import"), source)


def _row(line: rx.Var[LeadLine], zone: Text, campaign: bool) -> rx.Component:
    nobody = rx.el.span("No name", class_name="al-dim")
    nothing = rx.el.span("–", class_name="al-dim")
    return table_row(
        cell(time_cell(line.captured_at, zone=zone)),
        cell(
            row_link(rx.cond(has_text(line.name), line.name, nobody), href=routes.lead(line.id)),
            clip="220px",
        ),
        cell(rx.cond(has_text(line.email), line.email, nothing), clip="240px", wide_only=True),
        cell(
            rx.el.div(
                id_cell(line.transaction_id, label="Copy transaction ID"),
                # A phone has no room for it; the lead's own page has the button too.
                style={"@media (max-width: 639px)": {"& button": {"display": "none"}}},
            ),
            clip="min(220px, 28vw)",
        ),
        *(
            [
                cell(
                    text_link(line.campaign_name, href=routes.campaign(line.campaign)),
                    clip="180px",
                    wide_only=True,
                )
            ]
            if campaign
            else []
        ),
        cell(
            rx.cond(
                has_text(line.affiliate),
                text_link(line.affiliate_name, href=routes.affiliate(line.affiliate)),
                nothing,
            ),
            clip="160px",
            wide_only=True,
        ),
        cell(source_word(line.source), wide_only=True),
    )
