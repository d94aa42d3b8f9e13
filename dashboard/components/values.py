"""What components accept: a plain value or a Var that carries it, and handlers of events."""

from typing import Any

import reflex as rx

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Number = int | float | rx.Var[int] | rx.Var[float]
Handler = Any
"""A State's handler, an event spec, a list of them or a lambda: whatever Reflex takes."""


def when(condition: Flag, shown: rx.Component) -> rx.Component:
    """Show a component only while `condition` holds; a plain `False` costs nothing."""
    if isinstance(condition, rx.Var):
        return rx.cond(condition, shown, rx.fragment())
    return shown if condition else rx.fragment()


def has_text(value: Text | None) -> Flag:
    """Tell whether there is something to show, for plain strings and for Vars."""
    if isinstance(value, rx.Var):
        return value.bool()  # null and undefined are no text either
    return bool(value)


def when_text(value: Text | None, shown: rx.Component) -> rx.Component:
    """Show a component only while `value` is not empty."""
    return when(has_text(value), shown)


def glyph(name: str) -> rx.Component:
    """Draw a small icon in the colour of its text; the stylesheet knows the names."""
    return rx.el.span(class_name="al-glyph", data_glyph=name, aria_hidden="true")
