"""How the dialog of one key looks."""

from typing import Any, Final

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.elements import Tick
from dashboard.components.form_field import (
    form_field,
    select_input,
    text_area,
    text_input,
)
from dashboard.components.values import Handler, has_text, when
from dashboard.pages.api_keys.deed_views import deeds
from dashboard.pages.api_keys.form_state import KEEP, NEVER, KeyFormState
from models.words import KeyScope

_FORM = KeyFormState
_SCOPES: Final = [
    (KeyScope.WRITE.value, "Write"),
    (KeyScope.READ.value, "Read"),
    (KeyScope.ADMIN.value, "Admin"),
]
_MEANINGS: Final = {
    KeyScope.WRITE.value: "Captures leads, records events, edits definitions and reads them all.",
    KeyScope.READ.value: "Reads leads, logs and reports, contact details too. Changes nothing.",
    KeyScope.ADMIN.value: "Everything, keys and people included. Give it to nobody outside.",
}
_ENDS: Final = [
    (NEVER, "Never"),
    ("7", "In 7 days"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
]
_BOX: Final = {"min_height": "0", "max_height": "168px"}


def key_dialog() -> rx.Component:
    """Build the dialog: who uses the key, what it may do, and where it ends."""
    errors = _FORM.errors
    return form_dialog(
        rx.el.div(
            when(has_text(errors[""]), banner(errors[""], tone="bad")),
            when(
                _FORM.is_incoming,
                banner(
                    "This key came with an incoming URL: its name is the URL's, and it is renewed "
                    "and ended there. Rate, addresses and end are set here."
                ),
            ),
            when(~_FORM.is_incoming, _who(errors)),
            when(~_FORM.is_incoming, _places(errors)),
            _side_by_side(
                form_field(
                    "Calls per minute",
                    text_input(
                        name="key_rate",
                        value=_FORM.rate,
                        on_change=lambda value: _FORM.set_text("rate", value),
                        placeholder="No limit",
                        input_mode="numeric",
                        auto_complete="off",
                    ),
                    name="key_rate",
                    error=errors["rate_limit"],
                    optional=True,
                ),
                form_field(
                    "Expires",
                    rx.el.select(
                        when(_FORM.has_end, rx.el.option("As it is set now", value=KEEP)),
                        *[rx.el.option(label, value=value) for value, label in _ENDS],
                        name="key_ends",
                        value=_FORM.ends,
                        on_change=lambda value: _FORM.set_text("ends", value),
                        class_name="al-input al-select",
                    ),
                    name="key_ends",
                    error=errors["expires_at"],
                ),
            ),
            form_field(
                "Allowed addresses",
                text_area(
                    name="key_addresses",
                    value=_FORM.addresses,
                    on_change=lambda value: _FORM.set_text("addresses", value),
                    rows=2,
                    mono=True,
                    placeholder="203.0.113.0/24",
                ),
                name="key_addresses",
                error=errors["addresses"],
                help_text="Networks from which the key works, one a line. Leave it empty for any.",
                optional=True,
            ),
            when(has_text(_FORM.key_id), deeds()),
            dialog_actions(
                dialog_cancel(),
                when(
                    ~_FORM.is_revoked,
                    button(
                        rx.cond(has_text(_FORM.key_id), "Save", "Create key"),
                        kind="primary",
                        loading=_FORM.busy,
                        on_click=_FORM.save,
                    ),
                ),
            ),
            class_name="al-form",
        ),
        title=rx.cond(
            has_text(_FORM.key_id), rx.el.span(_FORM.name, class_name="al-break"), "New API key"
        ),
        description=rx.cond(
            has_text(_FORM.key_id),
            "Changes count within 2 seconds.",
            "One for each program, so that one can be revoked without the others.",
        ),
        is_open=_FORM.is_open,
        on_open_change=_FORM.set_open,
        width="640px",
    )


def _side_by_side(*fields: rx.Component) -> rx.Component:
    # A dialog is too narrow for `form_columns`, and without pairs this one would not fit a screen.
    style = {
        "display": "grid",
        "grid_template_columns": ["minmax(0, 1fr)", None, "repeat(2, minmax(0, 1fr))"],
        "gap": "20px",
        "align_items": "start",
    }
    return rx.el.div(*fields, style=style)


def _who(errors: rx.Var[dict[str, str]]) -> rx.Component:
    return _side_by_side(
        form_field(
            "Name",
            text_input(
                name="key_name",
                value=_FORM.name,
                on_change=lambda value: _FORM.set_text("name", value),
                placeholder="Landing pages",
                auto_complete="off",
            ),
            name="key_name",
            error=errors["name"],
            help_text="Which program uses it. Stands in the logs.",
        ),
        form_field(
            "Scope",
            select_input(
                _SCOPES,
                name="key_scope",
                value=_FORM.scope,
                on_change=lambda value: _FORM.set_text("scope", value),
                disabled=has_text(_FORM.key_id),
            ),
            name="key_scope",
            error=errors["scope"],
            help_text=rx.match(_FORM.scope, *_MEANINGS.items(), ""),
        ),
    )


def _places(errors: rx.Var[dict[str, str]]) -> rx.Component:
    return _side_by_side(
        _ticks(
            "Campaigns",
            options=_FORM.campaign_options,
            chosen=_FORM.campaigns,
            on_toggle=_FORM.toggle_campaign,
            error=errors["campaigns"],
            name="key_campaigns",
        ),
        _ticks(
            "Events",
            options=_FORM.event_options,
            chosen=_FORM.events,
            on_toggle=_FORM.toggle_event,
            error=errors["events"],
            name="key_events",
        ),
    )


def _ticks(
    label: str, *, options: Any, chosen: Any, on_toggle: Handler, error: Any, name: str
) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(label, class_name="al-label"),
        rx.cond(
            options.length() > 0,
            rx.el.div(
                rx.foreach(options, lambda pair: _tick(pair, chosen, on_toggle, name)),
                class_name="al-checks-box",
                style=_BOX,
            ),
            rx.el.p("There are none yet to choose from.", class_name="al-field-help"),
        ),
        rx.el.p(error, class_name="al-field-error", aria_live="polite"),
        rx.el.p(
            rx.cond(
                chosen.length() > 0,
                "The key reaches nothing beyond these.",
                f"None ticked: all {label.lower()}, later ones too.",
            ),
            class_name="al-field-help",
            style={"margin_top": "4px"},
        ),
        class_name="al-choices",
    )


def _tick(pair: rx.Var, chosen: Any, on_toggle: Handler, name: str) -> rx.Component:
    line = rx.el.label(
        Tick.create(
            checked=chosen.contains(pair[0]),
            name=name,
            on_change=on_toggle(pair[0]),
            class_name="al-tick",
        ),
        rx.el.span(pair[1], class_name="al-break"),
        class_name="al-check-line",
    )
    line.key = pair[0]
    return line
