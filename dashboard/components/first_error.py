"""Leads the eye, and a screen reader, to what is wrong in a form."""

import reflex as rx

_SCRIPT = (
    "setTimeout(() => document.querySelector("
    "'[role=dialog] [aria-invalid=true], [role=dialog] .al-banner'"
    ")?.scrollIntoView({block: 'center'}), 60);"
    "setTimeout(() => document.querySelector('[role=dialog] [aria-invalid=true]')"
    "?.focus({preventScroll: true}), 60)"
)


def show_first_error() -> rx.event.EventSpec:
    """Scroll an open dialog to its first wrong field and put the cursor there.

    The browser draws the sentences a moment after they arrive, hence the short wait.
    """
    return rx.call_script(_SCRIPT)


_ON_PAGE = (
    "setTimeout(() => document.querySelector("
    "'main .al-banner, main [aria-invalid=true], main .al-field-error:not(:empty)'"
    ")?.scrollIntoView({block: 'center'}), 60)"
)


def show_first_problem() -> rx.event.EventSpec:
    """Scroll a page to its first message, where the button that led to it may be far below."""
    return rx.call_script(_ON_PAGE)
