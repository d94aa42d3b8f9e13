"""The rows of the postback editor: headers, and secrets whose values are never shown again."""

import reflex as rx

from dashboard.components.button import button, icon_button
from dashboard.components.card import section
from dashboard.components.elements import MacroField
from dashboard.components.form_field import text_input
from dashboard.components.status_badge import tag
from dashboard.components.values import when_text
from dashboard.pages.postback.lines import HeaderLine, SecretLine
from dashboard.pages.postback.lint_views import hints
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import TrialState

_ROW = {
    "display": "grid",
    "grid_template_columns": [
        "minmax(0, 1fr) 32px",
        "minmax(0, 1fr) 32px",
        "minmax(120px, 2fr) minmax(0, 3fr) 32px",
    ],
    "gap": "8px",
    "align_items": "start",
}
_SECOND = {"grid_row": ["2", "2", "1"], "grid_column": ["1 / -1", "1 / -1", "2"], "min_width": "0"}
_LAST = {"grid_row": "1", "grid_column": ["2", "2", "3"]}
# Beside the field there is no room for the picker's word, nor above it.
_PICKER_BESIDE = {
    "& .al-macro-field": {"display": "flex", "gap": "4px", "align_items": "flex-start"},
    "& .al-macro-field > .al-button": {
        "position": "static",
        "flex": "none",
        "width": "32px",
        "height": "32px",
        "padding": "0",
        "font_size": "0",
        "gap": "0",
        "justify_content": "center",
    },
}
_ROWS = {"display": "flex", "flex_direction": "column", "gap": "16px"}


def header_fields() -> rx.Component:
    """Build the rows of headers."""
    return section(
        "Headers",
        rx.cond(
            PostbackState.headers.length() > 0,
            rx.el.div(rx.foreach(PostbackState.headers, _header), style=_ROWS),
            rx.el.p(
                "None. Partners that want a token usually take it here, as Authorization.",
                class_name="al-field-help",
            ),
        ),
        _error(PostbackState.errors["headers"]),
        rx.el.div(button("Add header", icon="plus", small=True, on_click=PostbackState.add_header)),
    )


def secret_fields() -> rx.Component:
    """Build the rows of secrets, whose values are never shown again."""
    return section(
        "Secrets",
        rx.cond(
            PostbackState.secrets.length() > 0,
            rx.el.div(rx.foreach(PostbackState.secrets, _secret), style=_ROWS),
        ),
        _error(PostbackState.errors["secrets"]),
        rx.el.div(button("Add secret", icon="plus", small=True, on_click=PostbackState.add_secret)),
        description=rx.fragment(
            "Keys and tokens, kept encrypted and never shown again. A header uses one as ",
            rx.el.code("{secret:name}"),
            ".",
        ),
    )


def _header(row: rx.Var[HeaderLine]) -> rx.Component:
    return rx.el.div(
        rx.box(
            text_input(
                name="header-name-" + row.key,
                value=row.name,
                on_change=lambda name: [
                    PostbackState.set_header_name(row.key, name),
                    TrialState.refresh,
                ],
                mono=True,
                placeholder="Authorization",
                aria_label="Header name",
                auto_complete="off",
            ),
            rx.box(
                MacroField.create(
                    name="header-value-" + row.key,
                    label="Header value",
                    value=row.value,
                    on_change=lambda value: [
                        PostbackState.set_header_value(row.key, value),
                        TrialState.refresh,
                    ],
                    macros=PostbackState.header_macros,
                    multiline=False,
                    rows=1,
                    placeholder="Bearer {secret:token}",
                    invalid=row.error != "",
                ),
                style={**_SECOND, **_PICKER_BESIDE},
            ),
            rx.box(
                icon_button(
                    "x",
                    label="Remove header",
                    on_click=[PostbackState.remove_header(row.key), TrialState.refresh],
                ),
                style=_LAST,
            ),
            style=_ROW,
        ),
        _error(row.error),
        hints(row.lints, where=row.key),
        key=row.key,
    )


def _secret(row: rx.Var[SecretLine]) -> rx.Component:
    return rx.el.div(
        rx.box(
            rx.cond(
                row.is_stored,
                rx.el.span(
                    row.name, class_name="al-mono", style={"line_height": "32px"}, title=row.name
                ),
                text_input(
                    name="secret-name-" + row.key,
                    value=row.name,
                    on_change=lambda name: [
                        PostbackState.set_secret_name(row.key, name),
                        TrialState.refresh,
                    ],
                    mono=True,
                    placeholder="token",
                    aria_label="Secret name",
                    auto_complete="off",
                ),
            ),
            rx.box(
                rx.cond(row.is_replacing, _secret_value(row), _stored_secret(row)), style=_SECOND
            ),
            rx.box(
                icon_button(
                    "x",
                    label="Remove secret " + row.name,
                    on_click=[PostbackState.remove_secret(row.key), TrialState.refresh],
                ),
                style=_LAST,
            ),
            style=_ROW,
        ),
        _error(row.error),
        key=row.key,
    )


def _secret_value(row: rx.Var[SecretLine]) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            type="password",
            name="secret-value-" + row.key,
            on_change=lambda value: PostbackState.set_secret_value(row.key, value),
            aria_label="Secret value",
            placeholder="Value, never shown again",
            auto_complete="new-password",
            class_name="al-input",
        ),
        rx.cond(
            row.is_stored,
            button(
                "Keep stored",
                kind="quiet",
                on_click=PostbackState.replace_secret(row.key, False),  # noqa: FBT003 - the event's argument
            ),
        ),
        style={"display": "flex", "gap": "8px"},
    )


def _stored_secret(row: rx.Var[SecretLine]) -> rx.Component:
    return rx.el.div(
        tag("Stored", tone="good"),
        button(
            "Replace",
            small=True,
            on_click=PostbackState.replace_secret(row.key, True),  # noqa: FBT003 - the event's argument
        ),
        class_name="al-actions",
        style={"min_height": "32px"},
    )


def _error(text: rx.Var[str]) -> rx.Component:
    return when_text(
        text,
        rx.el.p(
            rx.icon("circle-alert", size=13, aria_hidden="true"),
            text,
            class_name="al-field-error",
            role="alert",
            style={"margin_top": "4px"},
        ),
    )
