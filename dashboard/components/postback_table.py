"""Postbacks as lines, the same on the page of an event, a campaign and an affiliate."""

from dataclasses import dataclass

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.elements import QuickSwitch
from dashboard.components.macro_input import macro_text
from dashboard.components.postback_standing import NORMAL, StandingLine, standing_facts
from dashboard.components.status_badge import code_badge, method_badge, status_badge, tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Handler, Text


@dataclass(frozen=True, slots=True)
class PostbackLine:
    """One postback on screen, with how its last delivery went; `last_at` is ISO text.

    `conditions` are its filters in words; without any, `everywhere` says what calls it.
    """

    id: str
    href: str
    method: str
    url: str
    host: str
    everywhere: str
    enabled: bool
    last_status: str = ""
    last_code: int | None = None
    last_at: str = ""
    last_event_id: str = ""
    conditions: tuple[str, ...] = ()
    standing: StandingLine = NORMAL


def postback_table(
    lines: rx.Var[list[PostbackLine]],
    *,
    zone: Text,
    on_switch: Handler,
    on_ask: Handler,
    on_pause: Handler,
    on_resume: Handler,
    label: str = "Postbacks",
) -> rx.Component:
    """Build the list. `on_switch` takes an id and whether it is on; the others take an id.

    `on_ask` begins to archive, `on_pause` and `on_resume` open their dialogs.
    """
    return rx.el.ul(
        rx.foreach(lines, lambda line: _line(line, zone, on_switch, on_ask, on_pause, on_resume)),
        aria_label=label,
        style={"margin": "0", "padding": "0", "list_style": "none"},
    )


def _line(
    line: rx.Var[PostbackLine],
    zone: Text,
    on_switch: Handler,
    on_ask: Handler,
    on_pause: Handler,
    on_resume: Handler,
) -> rx.Component:
    return rx.el.li(
        QuickSwitch.create(
            checked=line.enabled,
            on_change=lambda is_on: on_switch(line.id, is_on),
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
                    line.conditions.length() > 0,
                    rx.foreach(line.conditions, _condition),
                    rx.el.span(line.everywhere),
                ),
                rx.cond(line.enabled, rx.fragment(), tag("Off", tone="warn")),
                standing_facts(line.standing, zone=zone),
                _last(line, zone),
                class_name="al-dim",
                style=_FACTS,
            ),
            style=_TEXTS,
        ),
        rx.el.div(
            link_button("Edit", href=line.href, small=True),
            rx.cond(
                line.standing.is_paused,
                button("Resume…", small=True, on_click=on_resume(line.id)),
                button("Pause", kind="quiet", small=True, on_click=on_pause(line.id)),
            ),
            button("Archive", kind="quiet", small=True, on_click=on_ask(line.id)),
            class_name="al-actions",
        ),
        style=_LINE,
    )


def _condition(words: rx.Var[str]) -> rx.Component:
    return tag(words)


def _last(line: rx.Var[PostbackLine], zone: Text) -> rx.Component:
    return rx.cond(
        line.last_status != "",
        rx.fragment(
            status_badge(line.last_status),
            code_badge(line.last_code),
            text_link(
                time_cell(line.last_at, zone=zone), href=routes.log_entry(line.last_event_id)
            ),
        ),
        rx.el.span("Not called yet"),
    )


_LINE = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "8px 16px",
    "padding": "12px 16px",
    "border_bottom": "1px solid var(--al-line)",
    "&:last-child": {"border_bottom": "0"},
}
_TEXTS = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "6px",
    "flex": "1 1 320px",
    "min_width": "0",
}
_FACTS = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "center",
    "gap": "4px 10px",
    "font_size": "12px",
}
