"""`/incoming` and `/incoming/[incoming_url_id]`: the partners' URLs, and the builder of one."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.incoming.builder_views import badges, builder, name_or_title, url_actions
from dashboard.pages.incoming.calls_state import CallsState
from dashboard.pages.incoming.form_state import IncomingUrlState
from dashboard.pages.incoming.state import IncomingState
from dashboard.pages.incoming.views import new_button, new_dialog, urls
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add both pages to the application."""
    app.add_page(
        _list,
        route=routes.INCOMING,
        title=page_title("Incoming URLs"),
        on_load=IncomingState.follow,
    )
    app.add_page(
        _one,
        route=routes.INCOMING_URL,
        title=page_title("Incoming URL"),
        on_load=[IncomingUrlState.open_form, CallsState.follow],
    )


def _list() -> rx.Component:
    return framed(
        "Incoming URLs",
        urls(),
        new_dialog(),
        section=routes.INCOMING,
        viewer=viewer(),
        actions=(new_button(),),
        subtitle="A partner calls such a URL to tell what happened to a lead. Each has a key of "
        "its own, which can do nothing else.",
    )


def _one() -> rx.Component:
    return framed(
        name_or_title(),
        builder(),
        section=routes.INCOMING,
        viewer=viewer(),
        back=("Incoming URLs", routes.INCOMING),
        beside_title=badges(),
        actions=(url_actions(),),
    )
