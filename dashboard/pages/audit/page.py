"""`/settings/audit`: who did what, when and from where."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.audit.state import AuditState
from dashboard.pages.audit.views import audit_list, export_button, filters
from dashboard.session import viewer
from dashboard.theme import page_title
from services.actor import Right


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(_page, route=routes.AUDIT, title=page_title("Audit"), on_load=AuditState.follow)


def _page() -> rx.Component:
    return framed(
        "Audit",
        filters(),
        audit_list(),
        section=routes.AUDIT,
        viewer=viewer(),
        right=Right.READ_AUDIT,
        actions=(export_button(),),
        subtitle="Every change and every sign-in. Nothing in here can be changed or removed.",
    )
