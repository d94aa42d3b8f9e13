"""Copying: the button, and ids and addresses that carry one."""

import reflex as rx

from dashboard.components.elements import CopyButton
from dashboard.components.values import Text


def copy_button(text: Text, *, label: Text = "Copy", word: str = "") -> rx.Component:
    """Build a button that copies `text` without asking the server.

    `label` is its accessible name; with `word` it shows text beside the icon.
    """
    return CopyButton.create(text=text, label=label, word=word)


def mono(text: Text, *, title: Text = "", dim: bool = False) -> rx.Component:
    """Show an id, an address or a number as a machine writes it."""
    return rx.el.span(text, class_name="al-mono al-dim" if dim else "al-mono", title=title)


def id_cell(text: Text, *, label: Text = "Copy id", href: Text | None = None) -> rx.Component:
    """Show an id with its copy button; with `href` the id is a link."""
    shown = (
        rx.el.span(text, class_name="al-mono al-clip", title=text)
        if href is None
        else rx.el.a(text, href=href, class_name="al-mono al-clip al-link", title=text)
    )
    return rx.el.span(shown, copy_button(text, label=label), class_name="al-id")
