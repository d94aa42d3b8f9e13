"""Form fields: label, control, help and error tied together for eyes and screen readers alike."""

from typing import Any, Final

import reflex as rx

from dashboard.components.elements import QuickSwitch
from dashboard.components.values import Flag, Handler, Text, has_text, when, when_text

_PAUSE_MS: Final = 150  # below what is felt as waiting, above the time between two keys


def form_field(
    label: Text,
    control: rx.Component,
    *,
    name: str,
    help_text: Text | rx.Component = "",
    error: Text = "",
    required: bool = False,
    optional: bool = False,
) -> rx.Component:
    """Tie a control to its label, help and error.

    `name` must be unique on the page: the control gets it as id, and `aria-describedby` and
    `aria-invalid` with it. `error` is the text of a field message; empty means there is none.
    """
    control.id = name
    if "input_ref" in control.get_props():  # one of `typed`: a form asks for the input inside
        control.input_ref = rx.Var(str(control.get_ref()))
    control.custom_attrs = {
        **control.custom_attrs,
        "aria-describedby": described_by(name),
        "aria-invalid": rx.cond(error, "true", "false")
        if isinstance(error, rx.Var)
        else str(bool(error)).lower(),
        **({"aria-required": "true"} if required else {}),
    }
    return field_frame(
        label, control, name=name, help_text=help_text, error=error, optional=optional
    )


def described_by(name: str) -> str:
    """Return the ids of a field's help and error, for controls that tie themselves."""
    return f"{name}-help {name}-error"


def field_frame(
    label: Text,
    control: rx.Component,
    *,
    name: str,
    help_text: Text | rx.Component = "",
    error: Text = "",
    optional: bool = False,
    corner: rx.Component | None = None,
) -> rx.Component:
    """Lay out a control that already carries its id and ARIA attributes."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=name, class_name="al-label"),
            rx.el.span("optional", class_name="al-optional") if optional else None,
            corner,
            class_name="al-label-line",
        ),
        control,
        rx.el.p(
            when_text(
                error, rx.fragment(rx.icon("circle-alert", size=13, aria_hidden="true"), error)
            ),
            id=f"{name}-error",
            class_name="al-field-error",
            aria_live="polite",
        ),
        rx.el.div(help_text, id=f"{name}-help", class_name="al-field-help"),
        class_name="al-field",
        data_invalid=rx.cond(error, "true", "false")
        if isinstance(error, rx.Var)
        else str(bool(error)).lower(),
    )


def text_input(
    *,
    name: str,
    value: Text | None = None,
    on_change: Handler = None,
    mono: bool = False,
    **props: Any,
) -> rx.Component:
    """Build a one-line input; with `value` and `on_change` it follows the State."""
    if on_change is not None:
        props["on_change"] = on_change
    props.setdefault("type", "text")
    props |= {"name": name, "class_name": "al-input al-mono" if mono else "al-input"}
    return rx.el.input(**props) if value is None else typed(rx.el.input(value=value, **props))


def text_area(
    *,
    name: str,
    value: Text | None = None,
    on_change: Handler = None,
    rows: int = 3,
    mono: bool = False,
    **props: Any,
) -> rx.Component:
    """Build an input of several lines; with `value` and `on_change` it follows the State."""
    if on_change is not None:
        props["on_change"] = on_change
    props |= {"name": name, "class_name": "al-input al-mono" if mono else "al-input"}
    props["rows"] = str(rows)
    return rx.el.textarea(**props) if value is None else typed(rx.el.textarea(value=value, **props))


def typed(control: rx.Component) -> rx.Component:
    """Let a control that follows the State keep what is typed, and tell it when typing pauses.

    Alone it would show what the State says and nothing else: far from the server each key is taken
    back until the answer comes, and the next one goes into the text as it was before.
    """
    return rx.debounce_input(control, debounce_timeout=_PAUSE_MS)


def select_input(
    options: list[tuple[str, str]] | rx.Var,
    *,
    name: str,
    value: Text | None = None,
    on_change: Handler = None,
    placeholder: str = "",
    **props: Any,
) -> rx.Component:
    """Build a native drop-down of (value, label) pairs, given plainly or as a Var of pairs."""
    if value is not None:
        props["value"] = value
    if on_change is not None:
        props["on_change"] = on_change
    return rx.el.select(
        rx.el.option(placeholder, value="") if placeholder else None,
        option_list(options),
        name=name,
        class_name="al-input al-select",
        **props,
    )


def option_list(options: list[tuple[str, str]] | rx.Var) -> rx.Component:
    """Build `<option>`s from (value, label) pairs."""
    if isinstance(options, rx.Var):
        return rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0]))
    return rx.fragment(*[rx.el.option(label, value=value) for value, label in options])


def switch_row(
    title: Text,
    consequence: Text,
    *,
    name: str,
    checked: Flag,
    on_change: Handler = None,
    disabled: Flag = False,
) -> rx.Component:
    """Build a switch with its title and the one line that says what it causes."""
    control = QuickSwitch.create(
        name=name,
        id=name,
        checked=checked,
        disabled=disabled,
        size="2",
        custom_attrs={"aria-describedby": f"{name}-consequence"},
        **({"on_change": on_change} if on_change is not None else {}),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.label(title, html_for=name, class_name="al-switch-title"),
            rx.el.p(consequence, id=f"{name}-consequence", class_name="al-field-help"),
        ),
        control,
        class_name="al-switch-row",
    )


def form_actions(*buttons: rx.Component, note: Text = "") -> rx.Component:
    """Lay out the buttons at the end of a form, with a quiet word about its state."""
    return rx.el.div(
        *buttons,
        when(has_text(note), rx.el.span(note, class_name="al-dim", role="status")),
        class_name="al-form-actions",
    )


def form_columns(*fields: rx.Component) -> rx.Component:
    """Lay fields side by side where there is room."""
    return rx.el.div(*fields, class_name="al-columns")
