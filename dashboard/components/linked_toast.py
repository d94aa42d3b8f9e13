"""A toast with a way to the thing that was just made."""

import reflex as rx

from dashboard.components import browser


def linked_toast(message: str, *, label: str, href: str, details: str = "") -> rx.event.EventSpec:
    """Say that something was done, with a button to it; it stays long enough to be used."""
    return browser.ask("linkedToast", text=message, label=label, href=href, details=details)
