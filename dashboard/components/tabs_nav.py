"""Tabs that are links, so that each has an address."""

import reflex as rx

from dashboard.components.values import Text


def tabs_nav(*tabs: tuple[Text, Text], current: Text, label: str = "Sections") -> rx.Component:
    """Build a row of (label, href) links; the one whose label or href is `current` is marked."""
    return rx.el.nav(
        *[
            rx.el.a(
                name,
                href=href,
                class_name="al-tab",
                custom_attrs={"aria-current": _current(name, href, current)},
            )
            for name, href in tabs
        ],
        class_name="al-tabs",
        aria_label=label,
    )


def _current(name: Text, href: Text, current: Text) -> Text | rx.Var:
    chosen = (name == current) | (href == current)
    if isinstance(chosen, rx.Var):
        return rx.cond(chosen, "page", "false")
    return "page" if chosen else "false"
