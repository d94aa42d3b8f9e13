"""What a handler needs: declared once beside it, enforced by the guard, known to its buttons."""

from typing import Any, Final

import reflex as rx

from services.actor import Right

ACCESS: Final = "afterlead_access"
"""The mark on every handler: the `Right` that it needs, or `PUBLIC`."""

PUBLIC: Final = "public"
"""For the few handlers that people use before they are signed in."""


def right_of(handler: Any) -> Right | None:
    """Return the right that an event handler needs, where one is declared.

    Takes what a component is given as `on_click`: a handler, one with arguments, or a list.
    """
    if isinstance(handler, list | tuple):
        return next((right for each in handler if (right := right_of(each))), None)
    if isinstance(handler, rx.event.EventSpec):
        handler = handler.handler
    declared = getattr(getattr(handler, "fn", None), ACCESS, None)
    return declared if isinstance(declared, Right) else None


def hide_without(right: Right | None, props: dict[str, Any]) -> None:
    """Mark a control's props so that people without the right do not see it.

    Everybody has `Right.READ`, so it needs no mark. The stylesheet hides what `data-may` of the
    page does not name; the server refuses it in any case.
    """
    if right is not None and right is not Right.READ:
        given = props.get("custom_attrs", {})
        props["custom_attrs"] = {**given, "data-right": right.value}
