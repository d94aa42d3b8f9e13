"""What a handler may ask of the page that is open: each a step in assets/elements/browser.jsx.

Never `rx.call_script`, `rx.toast` or the like: Reflex has the browser evaluate text for them, which
the Content-Security-Policy of the pages forbids.
"""

from typing import Literal

import reflex as rx


def toast(
    text: str, *, level: Literal["success", "warning", "error"] = "success"
) -> rx.event.EventSpec:
    """Say something at the edge of the page, for five seconds."""
    return ask("toast", level=level, text=text)


def leave(path: str) -> rx.event.EventSpec:
    """Load another address of this site as a whole, with the cookies that it sets."""
    return ask("leave", path=path)


def reload() -> rx.event.EventSpec:
    """Load this page anew."""
    return ask("reload")


def focus(element_id: str) -> rx.event.EventSpec:
    """Put the focus on an element once the answer has been drawn."""
    return ask("focus", id=element_id)


def focus_now(element_id: str) -> rx.event.EventSpec:
    """Put the focus on an element that is there: for a click that needs no server."""
    return ask("focusNow", id=element_id)


def show_problem(places: str, *, field: str = "") -> rx.event.EventSpec:
    """Scroll to the first of these places (CSS selectors) and put the cursor into `field`.

    The browser draws the sentences a moment after they arrive, hence a short wait.
    """
    return ask("firstProblem", places=places, field=field)


def ask(step: str, **how: str) -> rx.event.EventSpec:
    """Have the page do a step of browser.jsx."""
    return rx.set_value("browser", {"step": step, **how})
