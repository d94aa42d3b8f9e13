"""Brings a part of a page into sight once it is there."""

import json

import reflex as rx


def show_part(element_id: str) -> rx.event.EventSpec:
    """Scroll to an element and focus it, as soon as the browser has built it (two seconds)."""
    name = json.dumps(element_id)
    return rx.call_script(
        f"(function seek(left) {{ const part = document.getElementById({name});"
        " if (part) { part.scrollIntoView({ block: 'start' });"
        " part.focus({ preventScroll: true }); }"
        " else if (left > 0) requestAnimationFrame(() => seek(left - 1)); })(120)"
    )
