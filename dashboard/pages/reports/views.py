"""How the reports look."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import link_button
from dashboard.components.call_snippet import by_api, call_snippet
from dashboard.components.card import section, stat_card, stat_row
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import disclosure, stack
from dashboard.components.filter_bar import filter_bar, filter_chips, filter_select
from dashboard.components.form_field import typed
from dashboard.components.key_value import key_value
from dashboard.components.list_state import list_state
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.trend_chart import trend_chart
from dashboard.components.values import has_text, when
from dashboard.pages.reports.address import CUSTOM, DAY, GROUPINGS, RANGES, STATUSES
from dashboard.pages.reports.lines import FiguresLine, ReportLine
from dashboard.pages.reports.state import ReportsState
from dashboard.session import SessionState
from services.reporting.definitions import DEFINITIONS

_WORDS = dict(GROUPINGS)


def grouping() -> rx.Component:
    """Build the tabs: what a row of the report is."""
    tabs = tabs_nav(
        *[(word, ReportsState.hrefs[by].to(str)) for by, word in GROUPINGS],
        current=rx.match(ReportsState.by, *list(_WORDS.items()), _WORDS[DAY]),
        label="Grouping",
    )
    # Until the address was read they would lead to nowhere; their place is kept.
    is_read = ReportsState.hrefs.contains(DAY)
    return rx.el.div(tabs, style={"visibility": rx.cond(is_read, "visible", "hidden")})


def filters() -> rx.Component:
    """Build the filters; all of them stand in the address."""
    return filter_bar(
        filter_select(
            "Time",
            value=ReportsState.range,
            options=list(RANGES),
            on_change=ReportsState.choose_range,
            any_label="",
        ),
        when(ReportsState.range == CUSTOM, _custom_range()),
        filter_select(
            "Day of",
            value=ReportsState.time,
            options=[("received", "Receipt"), ("occurred", "The event")],
            on_change=ReportsState.choose_time,
            any_label="",
        ),
        filter_select(
            "Campaign",
            value=ReportsState.campaign,
            options=ReportsState.campaign_options,
            on_change=ReportsState.choose_campaign,
        ),
        filter_select(
            "Event",
            value=ReportsState.event,
            options=ReportsState.event_options,
            on_change=ReportsState.choose_event,
        ),
        filter_select(
            "Affiliate",
            value=ReportsState.affiliate,
            options=ReportsState.affiliate_options,
            on_change=ReportsState.choose_affiliate,
        ),
        filter_select(
            "Conversion status",
            value=ReportsState.conversion_status,
            options=list(STATUSES),
            on_change=ReportsState.choose_conversion_status,
        ),
        chips=filter_chips(
            ReportsState.chips,
            on_remove=ReportsState.remove_filter,
            on_clear=ReportsState.clear_filters,
        ),
    )


def report() -> rx.Component:
    """Build the figures, the chart and the table, or what stands in their place."""
    return list_state(
        ReportsState.shown,
        stack(_figures(), _chart(), _table(), _definitions(), _by_api(), gap="24px"),
        empty_title="Nothing to report yet",
        empty_text="Capture a lead and fire a Conversion Event for it; both are counted here at "
        "once.",
        empty_action=link_button("Go to leads", href=routes.LEADS),
        error=ReportsState.problem,
        on_retry=ReportsState.follow,
        on_clear=ReportsState.clear_filters,
        icon="chart-column",
    )


def _by_api() -> rx.Component:
    return by_api(
        call_snippet(
            "GET",
            "/api/v1/reports/conversions",
            query={
                "by": ReportsState.by,
                "campaign": ReportsState.campaign,
                "event": ReportsState.event,
                "affiliate": ReportsState.affiliate,
                "conversion_status": ReportsState.conversion_status,
                "time": ReportsState.time,
                "tz": SessionState.time_zone,
            },
            reference="report_conversions",
        )
    )


def _custom_range() -> rx.Component:
    return rx.el.div(
        _day("From", ReportsState.start, ReportsState.choose_start),
        rx.el.span("to", class_name="al-dim"),
        _day("To", ReportsState.end, ReportsState.choose_end),
        rx.el.span(SessionState.time_zone, class_name="al-dim"),
        rx.el.span(ReportsState.range_error, class_name="al-field-error", role="status"),
        class_name="al-range",
        role="group",
        aria_label="Custom range",
    )


def _day(label: str, value: rx.Var[str], on_change: rx.event.EventType) -> rx.Component:
    return typed(
        rx.el.input(
            type="date", value=value, on_change=on_change, aria_label=label, class_name="al-input"
        )
    )


def _figures() -> rx.Component:
    total = ReportsState.total
    return stat_row(
        stat_card(
            "Conversions",
            ReportsState.conversions.figure,
            href=total.conversions_href,
            delta=ReportsState.conversions.delta,
            before=ReportsState.conversions.before,
        ),
        stat_card(
            "Conversion rate",
            ReportsState.rate.figure,
            delta=ReportsState.rate.delta,
            before=ReportsState.rate.before,
        ),
        stat_card(
            "Leads",
            ReportsState.leads.figure,
            href=total.leads_href,
            delta=ReportsState.leads.delta,
            before=ReportsState.leads.before,
        ),
        stat_card(
            "Amount",
            rx.el.span(ReportsState.amount.figure, class_name="al-amounts"),
            href=total.conversions_href,
            before=ReportsState.amount.before,
        ),
    )


def _chart() -> rx.Component:
    return when(
        ReportsState.chart.length() > 0,
        section(
            "Conversions by day",
            trend_chart(
                ReportsState.chart,
                label="Conversions of each day and how many of them are approved",
                whole="Conversions",
                part="Approved",
                highest=ReportsState.highest,
                span="day",
            ),
        ),
    )


def _table() -> rx.Component:
    return section(
        rx.match(ReportsState.by, *list(_WORDS.items()), _WORDS[DAY]),
        data_table(
            [
                Column("Row", hidden_title=True),
                Column("Leads", numeric=True, hint=DEFINITIONS["leads"]),
                Column("Conversions", numeric=True, hint=DEFINITIONS["conversions"]),
                Column("Rate", numeric=True, hint=DEFINITIONS["rate"]),
                Column("Approved", numeric=True, hint=DEFINITIONS["approved"], wide_only=True),
                Column("Open", numeric=True, hint=DEFINITIONS["open"], wide_only=True),
                Column("Rejected", numeric=True, hint=DEFINITIONS["rejected"], wide_only=True),
                Column("Amount", numeric=True, hint=DEFINITIONS["amounts"]),
                Column(
                    "Approved amount",
                    numeric=True,
                    hint=DEFINITIONS["approved_amounts"],
                    wide_only=True,
                ),
            ],
            rx.foreach(ReportsState.rows, _row),
            table_row(rx.el.th("Total", scope="row"), *_cells(ReportsState.total), selected=True),
            label="Report",
        ),
        flush=True,
    )


def _row(line: rx.Var[ReportLine]) -> rx.Component:
    return table_row(rx.el.th(line.name, scope="row"), *_cells(line.figures))


def _cells(figures: rx.Var[FiguresLine] | FiguresLine) -> tuple[rx.Component, ...]:
    return (
        _figure(figures.leads, figures.leads_href),
        _figure(figures.conversions, figures.conversions_href),
        cell(figures.rate, numeric=True),
        _figure(figures.approved, figures.approved_href, wide_only=True),
        _figure(figures.open, figures.open_href, wide_only=True),
        _figure(figures.rejected, figures.rejected_href, wide_only=True),
        cell(rx.el.span(figures.amount, class_name="al-amounts"), numeric=True),
        cell(
            rx.el.span(figures.approved_amount, class_name="al-amounts"),
            numeric=True,
            wide_only=True,
        ),
    )


def _figure(text: rx.Var[str], href: rx.Var[str], *, wide_only: bool = False) -> rx.Component:
    return cell(
        rx.cond(
            has_text(href),
            rx.el.a(text, href=href, class_name=rx.cond(text == "0", "al-dim", "al-link")),
            text,
        ),
        numeric=True,
        wide_only=wide_only,
    )


def _definitions() -> rx.Component:
    return disclosure(
        "How the figures are counted",
        content=key_value(
            *[(name.replace("_", " ").capitalize(), text) for name, text in DEFINITIONS.items()]
        ),
    )
