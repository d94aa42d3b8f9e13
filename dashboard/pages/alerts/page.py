"""`/settings/alerts`: what operators are told; `…/channels`: where it is sent, and one of them."""

import reflex as rx

from dashboard import routes
from dashboard.layout import framed
from dashboard.pages.alerts.channel_state import ChannelState
from dashboard.pages.alerts.channel_views import badges, channel, channel_actions, name_or_title
from dashboard.pages.alerts.channels_state import ChannelsState
from dashboard.pages.alerts.channels_views import (
    channel_list,
    mail_server,
    new_button,
    new_dialog,
)
from dashboard.pages.alerts.state import AlertsState
from dashboard.pages.alerts.views import alert_list, filters, tabs
from dashboard.session import viewer
from dashboard.theme import page_title

_SUBTITLE = "What an operator should know: failing and paused postbacks, and a queue that waits."


def register(app: rx.App) -> None:
    """Add the three pages to the application."""
    app.add_page(
        _alerts, route=routes.ALERTS, title=page_title("Alerts"), on_load=AlertsState.follow
    )
    app.add_page(
        _channels,
        route=routes.ALERT_CHANNELS,
        title=page_title("Alert channels"),
        on_load=ChannelsState.follow,
    )
    app.add_page(
        _channel,
        route=routes.ALERT_CHANNEL,
        title=page_title("Alert channel"),
        on_load=[ChannelState.open_form, ChannelState.follow],
    )


def _alerts() -> rx.Component:
    return framed(
        "Alerts",
        filters(),
        alert_list(),
        section=routes.ALERTS,
        viewer=viewer(),
        tabs=tabs(routes.ALERTS),
        subtitle=_SUBTITLE,
    )


def _channels() -> rx.Component:
    return framed(
        "Alerts",
        channel_list(),
        mail_server(),
        new_dialog(),
        section=routes.ALERTS,
        viewer=viewer(),
        tabs=tabs(routes.ALERT_CHANNELS),
        actions=(new_button(),),
        subtitle=_SUBTITLE,
    )


def _channel() -> rx.Component:
    return framed(
        name_or_title(),
        channel(),
        section=routes.ALERTS,
        viewer=viewer(),
        back=("Channels", routes.ALERT_CHANNELS),
        beside_title=badges(),
        actions=(channel_actions(),),
        narrow=True,
    )
