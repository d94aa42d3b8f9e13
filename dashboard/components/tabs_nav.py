"""Tabs that are links, so that each has an address."""

from collections.abc import Mapping
from types import MappingProxyType

import reflex as rx

from dashboard.components.values import Text, when_text

NO_COUNTS: Mapping[str, Text] = MappingProxyType({})


def tabs_nav(
    *tabs: tuple[Text, Text],
    current: Text,
    label: str = "Sections",
    counts: Mapping[str, Text] = NO_COUNTS,
) -> rx.Component:
    """Build a row of (label, href) links; the one whose label or href is `current` is marked.

    `counts` says for a label how much there is to do; an empty text shows nothing.
    """
    return rx.el.nav(
        *[
            rx.el.a(
                name,
                _count(counts.get(name, "") if isinstance(name, str) else ""),
                href=href,
                class_name="al-tab",
                custom_attrs={"aria-current": _current(name, href, current)},
            )
            for name, href in tabs
        ],
        class_name="al-tabs",
        aria_label=label,
    )


def _count(number: Text) -> rx.Component:
    return when_text(number, rx.el.span(number, class_name="al-filter-count", style=_BEHIND))


_BEHIND = {"margin_left": "6px"}


def _current(name: Text, href: Text, current: Text) -> Text | rx.Var:
    chosen = (name == current) | (href == current)
    if isinstance(chosen, rx.Var):
        return rx.cond(chosen, "page", "false")
    return "page" if chosen else "false"
