"""The fields of a lead in a form: the same when it is captured and when it is edited."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from dashboard.components.button import button
from dashboard.components.form_field import (
    form_columns,
    form_field,
    select_input,
    text_area,
    text_input,
)
from dashboard.components.values import Flag, Handler, Text, has_text, when

CONTACT = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
}
SUBS = {f"sub{number}": f"Sub {number}" for number in range(1, 11)}
EDITABLE = (*CONTACT, "affiliate", "external_click_id", *SUBS)
FREE = "fields"

_INPUT_MODES = {"email": "email", "phone": "tel"}
_FIELD_NAME, _FIELD_VALUE = "field_name_", "field_value_"


def no_errors(*more: str) -> dict[str, str]:
    """Return an empty sentence for every field, which is what the form needs to be without any."""
    return dict.fromkeys((*EDITABLE, FREE, "", *more), "")


def sorted_errors(found: Mapping[str, str], *more: str) -> dict[str, str]:
    """Return the sentences by field; those of single free fields, and of strangers, together."""
    errors = no_errors(*more)
    for name, sentence in found.items():
        place = FREE if name.partition(".")[0] == FREE else name if name in errors else ""
        errors[place] = f"{errors[place]} {sentence}".strip()
    return errors


def is_folded(errors: Mapping[str, str]) -> bool:
    """Tell whether a sentence stands at a field below “More fields”."""
    return any(errors.get(name) for name in (*SUBS, FREE))


def read_free_fields(form: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return the free fields that were typed, by name, and a sentence when they make no sense."""
    fields: dict[str, str] = {}
    for key in sorted(form, key=lambda key: (len(key), key)):
        if not key.startswith(_FIELD_NAME):
            continue
        name = str(form[key]).strip()
        value = str(form.get(_FIELD_VALUE + key.removeprefix(_FIELD_NAME), ""))
        if name in fields:
            return fields, f"“{name[:64]}” is there twice. Give each field a name of its own."
        if value.strip() and not name:
            return fields, f"Name the field whose value is “{value[:40]}”."
        if name:
            fields[name] = value
    return fields, ""


def contact_fields(
    errors: rx.Var[dict[str, str]],
    *,
    affiliates: rx.Var[list[tuple[str, str]]],
    values: rx.Var[dict[str, str]] | None = None,
) -> rx.Component:
    """Build names, e-mail, phone, affiliate and its click id; `values` is what they begin with.

    `affiliates` are pairs of key and name.
    """
    chosen = {} if values is None else {"default_value": values["affiliate"]}
    return rx.fragment(
        form_columns(
            *[_field(name, label, errors, values) for name, label in CONTACT.items()],
            form_field(
                "Affiliate",
                select_input(affiliates, name="affiliate", placeholder="None", **chosen),
                name="affiliate",
                error=errors["affiliate"],
                help_text="The traffic source that brought the lead.",
            ),
            _field(
                "external_click_id",
                "External click ID",
                errors,
                values,
                mono=True,
                help_text="The affiliate's own id of the click.",
            ),
        ),
    )


def more_fields(
    errors: rx.Var[dict[str, str]],
    *,
    values: rx.Var[dict[str, str]] | None = None,
    free: rx.Var[list[tuple[str, str]]],
    on_add: Handler,
    is_open: Flag,
) -> rx.Component:
    """Build the folded rest: sub1 to sub10, and the free fields with a button for one more."""
    subs = [_field(name, label, errors, values, mono=True) for name, label in SUBS.items()]
    return rx.el.details(
        rx.el.summary(
            "More fields",
            style={"font_size": "13px", "font_weight": "500", "padding": "4px 0"},
        ),
        rx.el.div(
            rx.el.div(
                *subs,
                style={
                    "display": "grid",
                    "grid_template_columns": "repeat(auto-fit, minmax(min(140px, 100%), 1fr))",
                    "gap": "14px 12px",
                },
            ),
            _free_fields(errors[FREE], free, on_add),
            class_name="al-form",
            style={"padding_top": "12px"},
        ),
        open=is_open,
    )


def _field(
    name: str,
    label: str,
    errors: rx.Var[dict[str, str]],
    values: rx.Var[dict[str, str]] | None,
    *,
    mono: bool = False,
    help_text: str = "",
) -> rx.Component:
    # Never type="email": the browser would turn the domain ü.de into xn--tda.de.
    props: dict[str, Any] = {"auto_complete": "off"}
    if name in _INPUT_MODES:
        props["input_mode"] = _INPUT_MODES[name]
    if values is not None:
        props["default_value"] = values[name]
    return form_field(
        label,
        text_input(name=name, mono=mono, **props),
        name=name,
        error=errors[name],
        help_text=help_text,
    )


def _free_fields(
    error: rx.Var[str], free: rx.Var[list[tuple[str, str]]], on_add: Handler
) -> rx.Component:
    return rx.el.div(
        rx.el.p("Other fields", class_name="al-label", style={"margin": "0 0 6px"}),
        rx.el.p(
            "Anything else that you know of the lead, as macros {lead:name} in postbacks.",
            class_name="al-field-help",
        ),
        rx.el.div(
            rx.foreach(free, lambda pair, index: _free_field(pair[0], pair[1], index)),
            style={"display": "grid", "gap": "8px", "margin_top": "8px"},
        ),
        when(
            has_text(error),
            rx.el.p(error, class_name="al-field-error", role="alert", style={"margin_top": "6px"}),
        ),
        rx.el.div(
            button("Add Field", icon="plus", small=True, on_click=on_add),
            style={"margin_top": "8px"},
        ),
    )


def _free_field(name: Text, value: Text, index: rx.Var[int]) -> rx.Component:
    number = (index + 1).to(str)
    return rx.el.div(
        text_input(
            name=_FIELD_NAME + index.to(str),
            default_value=name,
            mono=True,
            placeholder="name",
            aria_label="Name of field " + number,
            auto_complete="off",
        ),
        text_area(
            name=_FIELD_VALUE + index.to(str),
            default_value=value,
            rows=1,
            placeholder="value",
            aria_label="Value of field " + number,
        ),
        style={
            "display": "grid",
            "grid_template_columns": "minmax(0, 2fr) minmax(0, 3fr)",
            "gap": "8px",
            "align_items": "start",
        },
    )
