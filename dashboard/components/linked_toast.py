"""A toast with a way to the thing that was just made."""

import reflex as rx
from reflex_components_sonner.toast import ToastAction


def linked_toast(message: str, *, label: str, href: str, details: str = "") -> rx.event.EventSpec:
    """Say that something was done, with a button to it; it stays long enough to be used."""
    return rx.toast.success(
        message,
        description=details or None,
        action=ToastAction(label=label, on_click=rx.redirect(href)),
        # Its cross would cover the button; the toast leaves by itself.
        close_button=False,
        duration=10_000,
    )
