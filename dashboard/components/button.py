"""Buttons and links that look like them: one primary per view, the rest quiet."""

from typing import Any

import reflex as rx

from dashboard.access import hide_without, right_of
from dashboard.components.values import Flag, Handler, Text, when
from services.actor import Right


def button(
    label: Text,
    *,
    kind: str = "secondary",
    icon: str = "",
    on_click: Handler = None,
    submit: bool = False,
    loading: Flag = False,
    disabled: Flag = False,
    small: bool = False,
    right: Right | None = None,
    **props: Any,
) -> rx.Component:
    """Build a button. `kind`: `primary`, `secondary`, `quiet` or `danger`.

    While `loading` it shows a spinner, keeps its width and takes no click. A `submit` button takes
    none until the page answers either: before, the browser would send the form by itself, with a
    password in the address.

    `icon` is a lucide name. The button is hidden from who lacks the right that its handler needs;
    `right` says it for a button that only opens something or submits a form.
    """
    hide_without(right or right_of(on_click), props)
    busy = _either(loading, ~rx.State.is_hydrated) if submit else loading
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        when(loading, rx.el.span(class_name="al-spinner", aria_hidden="true")),
        _icon(icon),
        rx.el.span(label),
        type="submit" if submit else "button",
        class_name="al-button",
        data_kind=kind,
        data_size="small" if small else "normal",
        aria_busy=busy,
        disabled=_either(busy, disabled),
        **props,
    )


def link_button(
    label: Text,
    *,
    href: Text,
    kind: str = "secondary",
    icon: str = "",
    small: bool = False,
    right: Right | None = None,
) -> rx.Component:
    """Build a link to another page that looks like a button, for who has the right."""
    props: dict[str, Any] = {}
    hide_without(right, props)
    return rx.el.a(
        _icon(icon),
        rx.el.span(label),
        href=href,
        class_name="al-button",
        data_kind=kind,
        data_size="small" if small else "normal",
        **props,
    )


def icon_button(
    icon: str,
    *,
    label: str,
    on_click: Handler = None,
    right: Right | None = None,
    **props: Any,
) -> rx.Component:
    """Build a button that is only an icon; `label` is its name for everybody who cannot see it.

    Hidden from who lacks the right as `button` is.
    """
    hide_without(right or right_of(on_click), props)
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        rx.icon(icon, size=16, aria_hidden="true"),
        type="button",
        class_name="al-icon-button",
        aria_label=label,
        title=label,
        **props,
    )


def text_link(label: Text | rx.Component, *, href: Text) -> rx.Component:
    """Build a link inside text or a cell."""
    return rx.el.a(label, href=href, class_name="al-link")


def _icon(name: str) -> rx.Component:
    return rx.icon(name, size=15, aria_hidden="true") if name else rx.fragment()


def _either(first: Flag, second: Flag) -> Flag:
    if isinstance(first, rx.Var):
        return first | second if isinstance(second, rx.Var) or not second else True
    if first:
        return True
    return second
