"""How the overview looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section, stat_card, stat_row
from dashboard.components.checklist import Step, checklist
from dashboard.components.disclosure import stack
from dashboard.components.event_table import event_table
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.trend_chart import trend_chart
from dashboard.components.values import when
from dashboard.pages.overview.state import OverviewState
from dashboard.session import SessionState

STEPS = 4
WAITING = "pending,retrying,sending"


def content() -> rx.Component:
    """Build the page for a new installation, for a running one, or for a failure."""
    return rx.match(
        OverviewState.shown,
        (
            READY,
            stack(
                when(OverviewState.steps_done < STEPS, _first_steps()),
                when(OverviewState.has_fired, stack(_figures(), _trend(), _latest(), gap="24px")),
                gap="24px",
            ),
        ),
        (
            FAILED,
            notice(
                "The figures could not be loaded",
                OverviewState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=OverviewState.retry),
                alert=True,
            ),
        ),
        skeleton(rows=8),
    )


def _first_steps() -> rx.Component:
    return checklist(
        "Get started",
        Step(
            "Create an event",
            "Name what happens to a lead, such as sale or qualified.",
            OverviewState.has_event,
            routes.EVENT_NEW,
            "Create event",
        ),
        Step(
            "Add a postback",
            "Open the event and say which URL hears of it. The test receiver gives you one to try.",
            OverviewState.has_postback,
            routes.EVENT_MANAGEMENT,
            "Open events",
        ),
        Step(
            "Send a test",
            "Send Test at the postback shows the request and the answer. Nothing is counted.",
            OverviewState.has_test,
            routes.EVENT_MANAGEMENT,
            "Open events",
        ),
        Step(
            "Fire the event",
            "Trigger it on a lead's page, or send it over the API.",
            OverviewState.has_fired,
            routes.LEADS,
            "Open leads",
        ),
        done=OverviewState.steps_done,
    )


def _figures() -> rx.Component:
    events, conversions = OverviewState.events, OverviewState.conversions
    success, waiting = OverviewState.success, OverviewState.waiting
    return stat_row(
        stat_card(
            "Events",
            events.figure,
            href=routes.logs(range="24h"),
            delta=events.delta,
            tone=events.tone,
            before=events.before,
        ),
        stat_card(
            "Conversions",
            conversions.figure,
            href=routes.logs(range="24h", conversion="yes"),
            delta=conversions.delta,
            tone=conversions.tone,
            before=conversions.before,
        ),
        stat_card(
            "Delivery success",
            success.figure,
            href=routes.deliveries(range="24h", status="failed"),
            delta=success.delta,
            tone=success.tone,
            before=success.before,
        ),
        stat_card(
            "Waiting deliveries",
            waiting.figure,
            href=routes.deliveries(range="30d", status=WAITING),
            before=waiting.before,
        ),
    )


def _trend() -> rx.Component:
    return section(
        "Events by hour",
        trend_chart(
            OverviewState.trend,
            label="Events and conversions in each of the last 24 hours",
            whole="Events",
            part="Conversions",
            highest=OverviewState.highest,
        ),
    )


def _latest() -> rx.Component:
    return section(
        "Latest events",
        rx.cond(
            OverviewState.latest.length() > 0,
            event_table(OverviewState.latest, zone=SessionState.time_zone, label="Latest events"),
            notice(
                "No event has fired yet",
                "Fire one from a lead's page or over the API.",
                icon="zap",
                action=link_button("Open leads", href=routes.LEADS, small=True),
            ),
        ),
        actions=(text_link("All events", href=routes.LOGS),),
        flush=True,
    )
