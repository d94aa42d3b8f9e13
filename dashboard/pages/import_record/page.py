"""`/imports/[import_id]`: one file, from its columns to what became of its rows."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.import_record.columns_state import ColumnsState
from dashboard.pages.import_record.columns_views import columns_step
from dashboard.pages.import_record.outcome_views import check_step, import_step, undo_dialog
from dashboard.pages.import_record.state import CHECK, COLUMNS, ImportState
from dashboard.pages.import_record.views import body, steps, subtitle
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page,
        route=routes.IMPORT,
        title=page_title("Import"),
        on_load=[ImportState.follow, ColumnsState.follow],
    )


def _page() -> rx.Component:
    return framed(
        ImportState.title,
        body(
            rx.match(
                ImportState.step,
                (COLUMNS, columns_step()),
                (CHECK, check_step()),
                import_step(),
            )
        ),
        undo_dialog(),
        section=routes.IMPORTS,
        viewer=viewer(),
        back=("Imports", routes.IMPORTS),
        subtitle=subtitle(),
        tabs=steps(),
    )
