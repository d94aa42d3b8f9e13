"""Fields for text with macros: coloured while typing, picked from a list, linted below."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import reflex as rx

from dashboard.components.elements import MacroField, MacroText
from dashboard.components.form_field import described_by, field_frame
from dashboard.components.values import Flag, Handler, Text


@dataclass(frozen=True, slots=True)
class MacroDoc:
    """What the picker says about a macro."""

    name: str
    group: str
    meaning: str
    example: str = ""


def macro_input(
    label: Text,
    *,
    name: str,
    value: Text,
    on_change: Handler,
    macros: Sequence[MacroDoc] | rx.Var,
    multiline: bool = False,
    rows: int = 1,
    placeholder: str = "",
    help_text: Text | rx.Component = "",
    error: Text = "",
    lints: rx.Component | None = None,
    read_only: Flag = False,
    leading: rx.Component | None = None,
) -> rx.Component:
    """Build a field whose macros are highlighted, with a picker that inserts at the cursor.

    `on_change` gets the whole text shortly after typing stops, at once after an insertion.
    `leading` stands before the field in the same line, such as the method's drop-down.
    """
    known = macros if isinstance(macros, rx.Var) else [asdict(each) for each in macros]
    field = MacroField.create(
        id=name,
        name=name,
        label=label,
        value=value,
        on_change=on_change,
        macros=known,
        multiline=multiline,
        rows=rows,
        placeholder=placeholder,
        described_by=described_by(name),
        invalid=error != "" if isinstance(error, rx.Var) else bool(error),
        read_only=read_only,
    )
    control = field if leading is None else rx.el.div(leading, field, class_name="al-joined")
    return rx.el.div(
        field_frame(label, control, name=name, help_text=help_text, error=error),
        lints if lints is not None else rx.fragment(),
        class_name="al-macro-input",
    )


def macro_text(text: Text, *, macros: Sequence[MacroDoc] | rx.Var | None = None) -> rx.Component:
    """Show a template with its macros coloured; with `macros`, unknown ones are underlined."""
    if macros is None:
        return MacroText.create(text=text)
    known = macros if isinstance(macros, rx.Var) else [asdict(each) for each in macros]
    return MacroText.create(text=text, macros=known)
