"""The left column of the postback editor: one section for each part of the call."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, icon_button
from dashboard.components.card import section
from dashboard.components.elements import MacroField
from dashboard.components.form_field import form_field, select_input, switch_row, text_input
from dashboard.components.lint_hints import lint_hints
from dashboard.components.macro_input import macro_input
from dashboard.components.status_badge import tag
from dashboard.components.values import when_text
from dashboard.pages.postback.lines import HeaderLine, SecretLine
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


def destination() -> rx.Component:
    """Build method and URL."""
    return section(
        "Destination",
        macro_input(
            "Destination URL",
            name="url",
            value=PostbackState.url,
            on_change=lambda text: [PostbackState.set_url(text), TrialState.refresh],
            macros=PostbackState.macros,
            multiline=False,
            rows=2,
            placeholder="https://partner.example.com/postback?tid={transaction_id}",
            error=PostbackState.errors["url"],
            lints=lint_hints(PostbackState.url_lints, on_use=_use("url")),
            leading=select_input(
                [("GET", "GET"), ("POST", "POST")],
                name="method",
                value=PostbackState.method,
                on_change=lambda method: [PostbackState.set_method(method), TrialState.refresh],
                aria_label="Method",
            ),
        ),
        _receiver_hint(),
    )


def body_fields() -> rx.Component:
    """Build content type and body, which only POST has."""
    return rx.cond(
        PostbackState.method == "POST",
        section(
            "Body",
            form_field(
                "Content type",
                select_input(
                    PostbackState.content_types,
                    name="content_type",
                    value=PostbackState.content_type,
                    on_change=lambda value: [
                        PostbackState.set_content_type(value),
                        TrialState.refresh,
                    ],
                ),
                name="content_type",
                error=PostbackState.errors["content_type"],
                help_text="Values are encoded for it: as JSON, as a form, or as they are.",
            ),
            macro_input(
                "Body",
                name="body",
                value=PostbackState.body,
                on_change=lambda text: [PostbackState.set_body(text), TrialState.refresh],
                macros=PostbackState.macros,
                multiline=True,
                rows=6,
                placeholder='{"event": "{event_name}", "amount": {amount}}',
                error=PostbackState.errors["body"],
                lints=lint_hints(PostbackState.body_lints, on_use=_use("body")),
                help_text="In JSON, only {macros} are replaced; every other brace stays.",
            ),
        ),
    )


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


def conditions() -> rx.Component:
    """Build what decides whether the postback is called at all."""
    return section(
        "When it is called",
        form_field(
            "Campaign",
            select_input(
                TrialState.campaign_options,
                name="campaign",
                value=PostbackState.campaign,
                on_change=lambda key: [PostbackState.set_campaign(key), TrialState.refresh],
                placeholder="All campaigns",
            ),
            name="campaign",
            error=PostbackState.errors["campaign"],
            help_text="With a campaign chosen, only its leads call this postback.",
        ),
        switch_row(
            "Enabled",
            "While it is off, firing the event sends nothing here.",
            name="enabled",
            checked=PostbackState.enabled,
            on_change=PostbackState.set_enabled,
        ),
    )


def delivery_policy() -> rx.Component:
    """Say how a call is delivered: nobody should have to try it out."""
    return rx.el.details(
        rx.el.summary(
            "How it is delivered",
            style={"cursor": "pointer", "font_weight": "500", "font_size": "13px"},
        ),
        rx.el.ul(
            *[rx.el.li(sentence) for sentence in POLICY],
            class_name="al-dim",
            style={
                "margin": "8px 0 0",
                "padding_left": "18px",
                "font_size": "13px",
                "list_style": "disc",
            },
        ),
        open=True,
    )


POLICY = (
    "Any answer from 200 to 299 is a success; everything else is tried again or given up.",
    "We wait 5 seconds for a connection, 15 seconds for an answer, and 20 seconds in all.",
    "Redirects are not followed: a partner that moved shows up as an error with the new address.",
    "What fails is tried up to 12 times over about 76 hours, more and more slowly.",
    "Most 4xx answers are tried 5 times over about 7 hours, 410 Gone only once.",
    "Every try carries the same webhook-id header, so that the partner can drop repeats.",
)


def _receiver_hint() -> rx.Component:
    return rx.match(
        PostbackState.url,
        (
            "",
            rx.el.div(
                rx.el.span("No partner at hand yet?"),
                button(
                    "Use the test receiver",
                    small=True,
                    icon="radio-tower",
                    on_click=TrialState.use_receiver,
                ),
                rx.el.span(
                    "It shows every call that arrives. ",
                    _beside("Open test receiver", routes.TEST_RECEIVER),
                ),
                class_name="al-actions al-field-help",
            ),
        ),
        when_text(
            PostbackState.receiver,
            rx.el.p(
                "Calls appear at once in ",
                _beside(
                    "test receiver " + PostbackState.receiver,
                    routes.test_receiver(PostbackState.receiver),
                ),
                ".",
                class_name="al-field-help",
            ),
        ),
    )


def _beside(label: str | rx.Var[str], href: str | rx.Var[str]) -> rx.Component:
    """Build a link that opens beside this page, so that nothing typed here is lost."""
    return rx.el.a(
        label,
        rx.el.span(" (opens in a new tab)", class_name="al-visually-hidden"),
        href=href,
        target="_blank",
        class_name="al-link",
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
        lint_hints(row.lints, on_use=_use(row.key)),
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


def _use(where: str | rx.Var[str]):
    return lambda lint: [
        PostbackState.use(where, lint.start, lint.end, lint.suggestion),
        TrialState.refresh,
    ]
