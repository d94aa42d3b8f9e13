"""How the postbacks of an event look."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.list_state import list_state
from dashboard.components.macro_input import macro_text
from dashboard.components.status_badge import code_badge, method_badge, status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.pages.event.postbacks_state import PostbackLine, PostbacksState
from dashboard.pages.event.state import EventState
from dashboard.session import SessionState

_LINE = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "8px 16px",
    "padding": "12px 16px",
    "border_bottom": "1px solid var(--al-line)",
    "&:last-child": {"border_bottom": "0"},
}


def postback_list() -> rx.Component:
    """Build the section with the postbacks of the event."""
    return section(
        "Postbacks",
        list_state(
            PostbacksState.list_state,
            rx.el.ul(
                rx.foreach(PostbacksState.lines, _line),
                aria_label="Postbacks",
                style={"margin": "0", "padding": "0", "list_style": "none"},
            ),
            empty_title="No postback yet",
            empty_text="A postback URL is called each time this event fires, with the lead's "
            "values in place of the macros.",
            empty_action=link_button(
                "Add Postback URL",
                href=routes.postback_new(routes.event(EventState.shown)),
                kind="primary",
                icon="plus",
            ),
            error=PostbacksState.problem,
            on_retry=PostbacksState.follow,
            on_clear=PostbacksState.follow,
            skeleton_rows=2,
            icon="send",
        ),
        _question(),
        description="Every postback that is on is called, each on its own.",
        actions=(
            rx.cond(
                PostbacksState.lines.length() > 0,
                link_button(
                    "Add Postback URL",
                    href=routes.postback_new(routes.event(EventState.shown)),
                    icon="plus",
                ),
            ),
        ),
        flush=True,
    )


def _line(line: rx.Var[PostbackLine]) -> rx.Component:
    return rx.el.li(
        rx.switch(
            checked=line.enabled,
            on_change=lambda is_on: PostbacksState.switch(line.id, is_on),
            size="1",
            aria_label="Postback to " + line.host,
        ),
        rx.el.div(
            rx.el.div(
                method_badge(line.method),
                macro_text(line.url),
                style={"display": "flex", "gap": "8px", "align_items": "flex-start"},
            ),
            rx.el.div(
                rx.cond(
                    line.campaign,
                    tag("Only campaign " + line.campaign, title="Fires for this campaign's leads"),
                    rx.el.span("All campaigns"),
                ),
                rx.cond(line.enabled, rx.fragment(), tag("Off", tone="warn")),
                _last(line),
                class_name="al-dim",
                style={
                    "display": "flex",
                    "flex_wrap": "wrap",
                    "align_items": "center",
                    "gap": "4px 10px",
                    "font_size": "12px",
                },
            ),
            style={
                "display": "flex",
                "flex_direction": "column",
                "gap": "6px",
                "flex": "1 1 320px",
                "min_width": "0",
            },
        ),
        rx.el.div(
            link_button(
                "Edit", href=routes.postback(routes.event(line.event), line.id), small=True
            ),
            button(
                "Archive",
                kind="quiet",
                small=True,
                on_click=PostbacksState.ask(line.id),
            ),
            class_name="al-actions",
        ),
        style=_LINE,
    )


def _last(line: rx.Var[PostbackLine]) -> rx.Component:
    return rx.cond(
        line.last_status != "",
        rx.fragment(
            status_badge(line.last_status),
            code_badge(line.last_code),
            text_link(
                time_cell(line.last_at, zone=SessionState.time_zone),
                href=routes.log_entry(line.last_event_id),
            ),
        ),
        rx.el.span("Not called yet"),
    )


def _question() -> rx.Component:
    return confirm_dialog(
        title="Archive this postback?",
        consequence="From now on nothing new is sent to "
        + PostbacksState.asked_about
        + " when this event fires. What was sent stays in the logs.",
        confirm="Archive postback",
        on_confirm=PostbacksState.archive,
        is_open=PostbacksState.is_asking,
        on_open_change=PostbacksState.set_asking,
    )
