"""Links that leave the editor open, so that nothing typed in it is lost."""

import reflex as rx

from dashboard.components.values import Text


def link_beside(label: Text, href: Text) -> rx.Component:
    """Build a link that opens in a new tab and says so."""
    return rx.el.a(
        label,
        rx.el.span(" (opens in a new tab)", class_name="al-visually-hidden"),
        href=href,
        target="_blank",
        class_name="al-link",
    )
