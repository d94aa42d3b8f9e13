"""Brings a part of a page into sight once it is there."""

import reflex as rx

from dashboard.components import browser


def show_part(element_id: str) -> rx.event.EventSpec:
    """Scroll to an element and focus it, as soon as the browser has built it (two seconds)."""
    return browser.ask("show", id=element_id)
