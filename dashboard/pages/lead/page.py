"""`/leads/[lead_id]`: one lead."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.lead.editor_views import editor
from dashboard.pages.lead.erase_views import erase_dialog
from dashboard.pages.lead.state import LeadState
from dashboard.pages.lead.trigger_views import trigger_button, trigger_dialog
from dashboard.pages.lead.views import body, lead_actions, title
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(_page, route=routes.LEAD, title=page_title("Lead"), on_load=LeadState.follow)


def _page() -> rx.Component:
    return framed(
        title(),
        body(),
        editor(),
        erase_dialog(),
        trigger_dialog(),
        section=routes.LEADS,
        viewer=viewer(),
        back=("Leads", routes.LEADS),
        actions=(lead_actions(trigger_button()),),
    )
