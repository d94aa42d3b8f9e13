"""`/settings/api-keys`: the keys with which programs call us."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.api_keys.form_views import key_dialog
from dashboard.pages.api_keys.state import ApiKeysState
from dashboard.pages.api_keys.views import key_list, key_place, new_button, search
from dashboard.session import viewer
from dashboard.theme import page_title
from services.actor import Right


def register(app: rx.App) -> None:
    """Add the page to the application."""
    app.add_page(
        _page, route=routes.API_KEYS, title=page_title("API keys"), on_load=ApiKeysState.follow
    )


def _page() -> rx.Component:
    return framed(
        "API keys",
        key_place(),
        search(),
        key_list(),
        key_dialog(),
        section=routes.API_KEYS,
        viewer=viewer(),
        right=Right.MANAGE_ACCESS,
        actions=(new_button(),),
        subtitle="What programs sign in with: each key with its scope, its limits and its end.",
    )
