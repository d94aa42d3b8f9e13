"""`/test-receiver` and `/test-receiver/[receiver_name]`: names, and the calls of one."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.test_receiver.calls_state import ReceiverCallsState
from dashboard.pages.test_receiver.calls_views import actions, calls
from dashboard.pages.test_receiver.state import TestReceiverState
from dashboard.pages.test_receiver.views import new_name, receivers
from dashboard.session import viewer
from dashboard.theme import page_title


def register(app: rx.App) -> None:
    """Add both pages to the application."""
    app.add_page(
        _names,
        route=routes.TEST_RECEIVER,
        title=page_title("Test receiver"),
        on_load=TestReceiverState.follow,
    )
    app.add_page(
        _calls,
        route=routes.TEST_RECEIVER_NAME,
        title=page_title("Test receiver calls"),
        on_load=ReceiverCallsState.follow,
    )


def _names() -> rx.Component:
    return framed(
        "Test receiver",
        new_name(),
        receivers(),
        section=routes.TEST_RECEIVER,
        viewer=viewer(),
        subtitle="Stands in for a partner: send a postback to its URL and see here what arrives.",
    )


def _calls() -> rx.Component:
    return framed(
        ReceiverCallsState.name,
        calls(),
        section=routes.TEST_RECEIVER,
        viewer=viewer(),
        back=("Test receiver", routes.TEST_RECEIVER),
        actions=(actions(),),
        subtitle="Calls appear by themselves as they arrive. The last 200 are kept.",
    )
