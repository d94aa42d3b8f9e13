"""The left column of the postback editor: one section for each part of the call."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.form_field import form_field, select_input
from dashboard.components.macro_input import macro_input
from dashboard.components.values import when_text
from dashboard.pages.postback.link_views import link_beside
from dashboard.pages.postback.lint_views import hints
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import TrialState


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
            lints=hints(PostbackState.url_lints, where="url"),
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
                lints=hints(PostbackState.body_lints, where="body"),
                help_text="In JSON, only {macros} are replaced; every other brace stays.",
            ),
        ),
    )


def delivery_policy() -> rx.Component:
    """Say what is the same for every postback: nobody should have to try it out."""
    return rx.el.details(
        rx.el.summary(
            "What holds for every call",
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
    "We wait 5 seconds for a connection, 15 seconds for an answer, and 20 seconds in all.",
    "Redirects are not followed: a partner that moved shows up as an error with the new address.",
    "Only answers from 200 to 299 can be a success. After 410 Gone nothing is tried again.",
    "Waits come out a little longer than said, so that calls do not come all at once.",
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
                    link_beside("Open test receiver", routes.TEST_RECEIVER),
                ),
                class_name="al-actions al-field-help",
            ),
        ),
        when_text(
            PostbackState.receiver,
            rx.el.p(
                "Calls appear at once in ",
                link_beside(
                    "test receiver " + PostbackState.receiver,
                    routes.test_receiver(PostbackState.receiver),
                ),
                ".",
                class_name="al-field-help",
            ),
        ),
    )
