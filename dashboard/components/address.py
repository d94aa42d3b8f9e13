"""Tells whether what a State holds belongs to the page that is on screen."""

import reflex as rx

# A page is rendered once on the server, where there is no window.
_PATH = rx.Var(
    "(typeof window === 'undefined' ? '' : window.location.pathname.replace(/[/]+$/, ''))"
).to(str)


def is_here(path: rx.Var[str]) -> rx.Var[bool]:
    """Return whether `path`, which the State was filled for, is the browser's present one.

    A tab's State outlives a full page load: for a moment it still holds the thing of the page
    before, and what is typed into that would be lost. `path` has no slash at its end.
    """
    return path == _PATH
