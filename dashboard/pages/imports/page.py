"""`/imports`: upload a file, and every import with how far it is."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.imports.state import ImportsState
from dashboard.pages.imports.views import table, upload
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page, route=routes.IMPORTS, title=page_title("Imports"), on_load=ImportsState.follow
    )


def _page() -> rx.Component:
    return framed(
        "Imports",
        upload(),
        table(),
        section=routes.IMPORTS,
        viewer=viewer(),
        subtitle="Leads, events and status changes from a CSV file: checked first, and undone as "
        "one step.",
    )
