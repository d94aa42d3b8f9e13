"""`/reports`: conversions by day, campaign, event and affiliate."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.reports.state import ReportsState
from dashboard.pages.reports.views import filters, grouping, report
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page, route=routes.REPORTS, title=page_title("Reports"), on_load=ReportsState.follow
    )


def _page() -> rx.Component:
    return framed(
        "Reports",
        filters(),
        report(),
        section=routes.REPORTS,
        viewer=viewer(),
        subtitle="Every figure leads to the log rows that it counts.",
        tabs=grouping(),
    )
