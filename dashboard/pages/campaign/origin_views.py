"""Where an event of a campaign comes from, as a badge."""

import reflex as rx

from dashboard.components.status_badge import tag
from models.words import EventOrigin


def origin_badge(origin: rx.Var[str], lists: rx.Var[list[tuple[str, str]]]) -> rx.Component:
    """Say what brings an event here; `lists` are (path, name), each with its link."""
    return rx.match(
        origin,
        (
            str(EventOrigin.EVERYWHERE),
            tag("Everywhere", title="Available to all campaigns of the organisation"),
        ),
        (
            str(EventOrigin.LIST),
            rx.el.span(
                rx.foreach(lists, _list),
                class_name="al-tags",
            ),
        ),
        (
            str(EventOrigin.DIRECT),
            tag("Assigned here", tone="accent", title="Assigned to this campaign one by one"),
        ),
        tag(
            "Not available",
            tone="warn",
            title="Switch it on here, or assign an event list that holds it",
        ),
    )


def _list(pair: rx.Var[tuple[str, str]]) -> rx.Component:
    return rx.el.span(
        "List",
        rx.el.a(
            rx.el.span("“", pair[1], "”"),
            href=pair[0],
            title=pair[1],
            class_name="al-link",
            style={"overflow": "hidden", "text_overflow": "ellipsis"},
        ),
        class_name="al-tag",
        data_tone="good",
        style={"gap": "4px", "max_width": "min(240px, 38vw)"},
    )
