"""How the partner's dialect looks: his names for our fields, and his words for ours."""

import reflex as rx

from dashboard.components.button import button, icon_button
from dashboard.components.card import section
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.elements import Tick
from dashboard.components.form_field import option_list, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.incoming.draft import STATUSES, ParameterLine, WordLine
from dashboard.pages.incoming.form_state import IncomingUrlState

_ERROR = {"margin": "8px 0 0"}


def parameters() -> rx.Component:
    """Build the table of parameters."""
    errors = IncomingUrlState.errors
    return section(
        "Parameters",
        data_table(
            [
                Column("In the URL", width="88px"),
                Column("Our field"),
                Column("The partner's name"),
                Column("What the partner puts there"),
            ],
            rx.foreach(IncomingUrlState.parameters, _parameter),
            label="Parameters",
            dense=True,
        ),
        when(
            has_text(errors["parameters"]),
            rx.el.p(errors["parameters"], class_name="al-field-error", role="alert", style=_ERROR),
        ),
        description="Name each parameter as the partner does. What he puts "
        "there is his system's own placeholder, such as {click_id}.",
        flush=True,
    )


def words() -> rx.Component:
    """Build the lists of words."""
    errors = IncomingUrlState.errors
    return section(
        "Words",
        _words("conversion_status", "Conversion status", STATUSES),
        _words("event", "Event", IncomingUrlState.event_options),
        when(
            has_text(errors["words"]),
            rx.el.p(errors["words"], class_name="al-field-error", role="alert", style=_ERROR),
        ),
        description="Where the partner says 2 for approved, or goal 7 for a sale.",
    )


def _parameter(line: rx.Var[ParameterLine]) -> rx.Component:
    row = table_row(
        cell(
            rx.el.label(
                Tick.create(
                    name="use_" + line.ours,
                    checked=line.is_used,
                    on_change=lambda is_on: IncomingUrlState.use(line.ours, is_on),
                ),
                rx.el.span("In the URL: " + line.label, class_name="al-visually-hidden"),
            )
        ),
        cell(rx.el.div(line.label), mono(line.ours, dim=True)),
        cell(
            text_input(
                name="theirs_" + line.ours,
                key=IncomingUrlState.opened.to(str),
                default_value=line.theirs,
                on_change=lambda text: IncomingUrlState.set_theirs(line.ours, text).debounce(200),
                on_blur=lambda text: IncomingUrlState.set_theirs(line.ours, text),
                mono=True,
                aria_label="The partner's name of " + line.label,
                auto_complete="off",
                spell_check=False,
            )
        ),
        cell(
            text_input(
                name="value_" + line.ours,
                key=IncomingUrlState.opened.to(str),
                default_value=line.value,
                on_change=lambda text: IncomingUrlState.set_value(line.ours, text).debounce(200),
                on_blur=lambda text: IncomingUrlState.set_value(line.ours, text),
                mono=True,
                aria_label="What the partner puts for " + line.label,
                auto_complete="off",
                spell_check=False,
            )
        ),
    )
    row.key = line.ours
    return row


def _words(
    field: str, title: str, meanings: list[tuple[str, str]] | rx.Var[list[tuple[str, str]]]
) -> rx.Component:
    return rx.el.div(
        rx.el.p(title, class_name="al-label", style={"margin": "0 0 8px"}),
        rx.el.div(
            rx.foreach(
                IncomingUrlState.words,
                lambda line: rx.cond(
                    line.field == field, _word(line, title, meanings), rx.fragment()
                ),
            ),
            style={"display": "grid", "gap": "8px"},
        ),
        rx.el.div(
            button("Add word", icon="plus", small=True, on_click=IncomingUrlState.add_word(field)),
            style={"margin_top": "8px"},
        ),
        role="group",
        aria_label=f"Words for {title.lower()}",
        style={"margin_bottom": "16px"},
    )


def _word(
    line: rx.Var[WordLine],
    title: str,
    meanings: list[tuple[str, str]] | rx.Var[list[tuple[str, str]]],
) -> rx.Component:
    part = rx.el.div(
        text_input(
            name="word_" + line.key,
            key=IncomingUrlState.opened.to(str),
            default_value=line.theirs,
            on_change=lambda text: IncomingUrlState.set_word(line.key, text).debounce(200),
            on_blur=lambda text: IncomingUrlState.set_word(line.key, text),
            mono=True,
            placeholder="2",
            aria_label=f"The partner's word for {title.lower()}",
            auto_complete="off",
        ),
        rx.el.span("means", class_name="al-dim"),
        rx.el.select(
            option_list(meanings),
            value=line.ours,
            on_change=lambda ours: IncomingUrlState.set_meaning(line.key, ours),
            aria_label=f"What the word means as {title.lower()}",
            class_name="al-input al-select",
        ),
        icon_button("x", label="Remove this word", on_click=IncomingUrlState.remove_word(line.key)),
        style={
            "display": "grid",
            "grid_template_columns": "minmax(0, 1fr) auto minmax(0, 1fr) 32px",
            "gap": "8px",
            "align_items": "center",
        },
    )
    part.key = line.key
    return part
