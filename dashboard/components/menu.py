"""The entries of a menu of actions, each shown to those who may do it."""

from typing import Any

import reflex as rx

from dashboard.access import hide_without, right_of
from dashboard.components.values import Handler


def menu_item(label: str, *, on_select: Handler, danger: bool = False) -> rx.Component:
    """Build one entry; it is hidden from who lacks the right that its handler needs."""
    props: dict[str, Any] = {"color": "red"} if danger else {}
    hide_without(right_of(on_select), props)
    return rx.menu.item(label, on_select=on_select, **props)
