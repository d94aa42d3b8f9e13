"""Dialogs: the question before something is lost, and forms that stand over a page."""

from typing import Any

import reflex as rx

from dashboard.access import hide_without, right_of
from dashboard.components.button import button, icon_button
from dashboard.components.values import Flag, Handler, Text


def confirm_dialog(
    *,
    title: Text,
    consequence: Text | rx.Component,
    confirm: Text,
    on_confirm: Handler,
    trigger: rx.Component | None = None,
    is_open: Flag | None = None,
    on_open_change: Handler = None,
    danger: bool = True,
) -> rx.Component:
    """Ask before an act that cannot be taken back, and name its consequence.

    Either `trigger` opens it, or the State does by `is_open` and `on_open_change`. Focus starts
    on Cancel and goes back to the opener. A trigger is hidden from who may not confirm.
    """
    if trigger is not None:
        marks = {"custom_attrs": trigger.custom_attrs}
        hide_without(right_of(on_confirm), marks)
        trigger.custom_attrs = marks["custom_attrs"]
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(trigger) if trigger is not None else None,
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, class_name="al-dialog-title"),
            rx.alert_dialog.description(consequence, class_name="al-dialog-text"),
            rx.el.div(
                rx.alert_dialog.cancel(button("Cancel")),
                rx.alert_dialog.action(
                    button(confirm, kind="danger" if danger else "primary", on_click=on_confirm)
                ),
                class_name="al-dialog-actions",
            ),
            class_name="al-dialog",
            max_width="440px",
            **_focus(),
        ),
        **_opened(is_open, on_open_change),
    )


def form_dialog(
    *content: rx.Component,
    title: Text,
    description: Text = "",
    trigger: rx.Component | None = None,
    is_open: Flag | None = None,
    on_open_change: Handler = None,
    width: str = "560px",
) -> rx.Component:
    """Open a form over the page; Esc and the cross close it, focus goes back to the opener."""
    described = isinstance(description, rx.Var) or bool(description)
    return rx.dialog.root(
        rx.dialog.trigger(trigger) if trigger is not None else None,
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(title, class_name="al-dialog-title"),
                rx.dialog.close(icon_button("x", label="Close")),
                class_name="al-dialog-head",
            ),
            rx.dialog.description(
                description if described else title,
                class_name="al-dialog-text" if described else "al-visually-hidden",
            ),
            *content,
            class_name="al-dialog",
            max_width=width,
            **_focus(),
        ),
        **_opened(is_open, on_open_change),
    )


def dialog_cancel(label: Text = "Cancel") -> rx.Component:
    """Build the button that closes a `form_dialog` and does nothing else."""
    return rx.dialog.close(button(label))


def dialog_actions(*buttons: rx.Component) -> rx.Component:
    """Lay out the buttons at the end of a dialog."""
    return rx.el.div(*buttons, class_name="al-dialog-actions")


# Radix gives the focus back only to a trigger of its own; a dialog that the State opens has none.
# And it would begin at the cross, not at the first field.
_REMEMBER_OPENER = (
    "(event) => { const dialog = event.currentTarget; dialog.alOpener = document.activeElement;"
    " const field = dialog.querySelector('input:not([type=hidden]), select, textarea');"
    " if (field) { event.preventDefault(); field.focus(); } }"
)
_FOCUS_OPENER = (
    "(event) => { const opener = event.currentTarget.alOpener;"
    " if (opener?.isConnected) { event.preventDefault(); opener.focus(); } }"
)


def _focus() -> dict[str, Any]:
    return {
        "on_open_auto_focus": rx.Var(_REMEMBER_OPENER, _var_type=rx.EventChain),
        "on_close_auto_focus": rx.Var(_FOCUS_OPENER, _var_type=rx.EventChain),
    }


def _opened(is_open: Flag | None, on_open_change: Handler) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if is_open is not None:
        given["open"] = is_open
    if on_open_change is not None:
        given["on_open_change"] = on_open_change
    return given
