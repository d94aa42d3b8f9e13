"""A text that is shown once: it goes to the open page alone, past every State."""

import reflex as rx

from dashboard.components import browser
from dashboard.components.elements import ShownOnce
from dashboard.components.values import Text


def shown_once(
    name: Text, *, title: Text, note: Text, copy_label: Text, done: Text
) -> rx.Component:
    """Keep a place for what `say_once` says to this name; `done` puts it away.

    Nothing else is left of the text: a reload shows it no more, and neither does another name.
    """
    return ShownOnce.create(name=name, title=title, note=note, copy_label=copy_label, done=done)


def say_once(name: str, text: str) -> rx.event.EventSpec:
    """Show a text at the place of this name, in the page that asked for it."""
    return browser.ask("once", name=name, text=text)
