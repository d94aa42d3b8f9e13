"""Leads the eye, and a screen reader, to what is wrong in a form."""

import reflex as rx

from dashboard.components import browser

_WRONG_FIELD = "[role=dialog] [aria-invalid=true]"


def show_first_error() -> rx.event.EventSpec:
    """Scroll an open dialog to its first wrong field and put the cursor there."""
    return browser.show_problem(f"{_WRONG_FIELD}, [role=dialog] .al-banner", field=_WRONG_FIELD)


def show_first_problem() -> rx.event.EventSpec:
    """Scroll a page to its first message, where the button that led to it may be far below."""
    return browser.show_problem(
        "main .al-banner, main [aria-invalid=true], main .al-field-error:not(:empty)"
    )
