"""The section Signing of the postback editor: on and off, the secret once, how to check."""

import inspect

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.code_view import code_view
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.key_value import key_value
from dashboard.components.shown_once import shown_once
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when, when_text
from dashboard.pages.postback import verifying
from dashboard.pages.postback.signing_state import SigningState
from dashboard.session import SessionState

_GAP = {"display": "flex", "flex_direction": "column", "gap": "12px", "min_width": "0"}
_PLAIN = {"margin": "0", "font_size": "13px"}


def signing() -> rx.Component:
    """Build the section; what is done in it holds at once, without Save."""
    return section(
        "Signing",
        rx.el.div(
            shown_once(
                SigningState.postback,
                title="The secret, shown this once",
                note="Copy it now and give it to the partner over a channel that you trust. It is "
                "kept encrypted, and nobody can see it again.",
                copy_label="Copy secret",
                done="I have stored it",
            ),
            rx.el.div(
                when_text(SigningState.problem, banner(SigningState.problem, tone="bad")),
                rx.cond(SigningState.is_on, _on(), _off()),
                _checking(),
                style=_GAP,
            ),
        ),
        description="Lets the partner check that a call comes from you and was not changed on "
        "its way.",
    )


def _off() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            "Calls go out unsigned. Switch signing on, and every attempt carries a signature made "
            "with a secret that only you and the partner know. Deliveries that wait are signed, "
            "too.",
            style=_PLAIN,
        ),
        rx.cond(
            has_text(SigningState.postback),
            when(
                SigningState.may_edit,
                rx.el.div(
                    button(
                        "Switch signing on",
                        icon="shield-check",
                        on_click=SigningState.switch_on,
                    )
                ),
            ),
            rx.el.p("Save the postback first.", class_name="al-field-help"),
        ),
    )


def _on() -> rx.Component:
    zone = SessionState.time_zone
    return rx.fragment(
        rx.cond(
            SigningState.is_readable,
            rx.fragment(
                key_value(
                    ("On since", time_cell(SigningState.since, zone=zone, kind="exact")),
                    (
                        "Secret made",
                        time_cell(SigningState.secret_made_at, zone=zone, kind="exact"),
                    ),
                ),
                when_text(SigningState.old_until, _old()),
            ),
            banner(
                "The signing secret cannot be read with the present secret key, so nothing of this "
                "postback is sent. Restore secret.key or AFTERLEAD_SECRET_KEY, or make a new "
                "secret and give it to the partner.",
                tone="bad",
            ),
        ),
        when(
            SigningState.may_edit,
            rx.el.div(
                when_text(SigningState.old_until, _end_old()),
                _new_secret(),
                _switch_off(),
                class_name="al-actions",
            ),
        ),
    )


def _old() -> rx.Component:
    return banner(
        rx.fragment(
            "The old secret signs along until ",
            time_cell(SigningState.old_until, zone=SessionState.time_zone, kind="exact"),
            ". Until then the partner can change over without losing a call.",
        ),
    )


def _end_old() -> rx.Component:
    return confirm_dialog(
        title="End the old secret now?",
        consequence="From now on only the new secret signs. A partner that still checks with the "
        "old one refuses every call.",
        confirm="End the old secret",
        on_confirm=SigningState.end_old,
        trigger=button("End the old secret now", small=True),
    )


def _new_secret() -> rx.Component:
    return confirm_dialog(
        title="Change the secret?",
        consequence=rx.cond(
            SigningState.is_readable,
            "A new secret is made and shown once. The present one signs along for 24 hours; a "
            "partner that has not changed over by then refuses every call.",
            "A new secret is made and shown once. The present one cannot be read and is given "
            "up: until the partner knows the new one, it refuses every call.",
        ),
        confirm="Make a new secret",
        on_confirm=SigningState.new_secret,
        trigger=button("Change secret", icon="rotate-cw", small=True),
        danger=False,
    )


def _switch_off() -> rx.Component:
    return confirm_dialog(
        title="Switch signing off?",
        consequence="Calls go out unsigned at once, those that wait, too: a partner that checks "
        "signatures refuses them. The secret is deleted, and switching on again makes another one.",
        confirm="Switch off",
        on_confirm=SigningState.switch_off,
        trigger=button("Switch off", small=True),
    )


def _checking() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            "How the partner checks it", style={"cursor": "pointer", "font_size": "13px"}
        ),
        rx.el.div(
            rx.el.ul(
                *_facts(),
                style={
                    "margin": "0",
                    "padding_left": "18px",
                    "font_size": "13px",
                    "list_style": "disc",
                },
            ),
            code_view(inspect.getsource(verifying), label="Python", max_height="20rem"),
            style={**_GAP, "padding_top": "8px"},
        ),
    )


def _facts() -> list[rx.Component]:
    return [
        rx.el.li(
            _code("x-postback-signature"),
            " covers the whole call, a GET as well: method, path, query and body.",
        ),
        rx.el.li(
            _code("webhook-signature"),
            " is that of Standard Webhooks, whose libraries check it. It covers the body alone.",
        ),
        rx.el.li(
            _code("{sig}"),
            " stands for a signature in the call itself, for partners that cannot read headers: at "
            "one place of URL and body. It covers everything but itself.",
        ),
        rx.el.li(
            _code("webhook-id"),
            " is the same at every attempt, ",
            _code("webhook-timestamp"),
            " is new: drop a call whose id was there before, and refuse one that is older than "
            "five minutes.",
        ),
        rx.el.li(
            "While the secret changes there is more than one signature; one of them has to fit."
        ),
    ]


def _code(text: str) -> rx.Component:
    return rx.el.code(text, class_name="al-mono", style={"overflow_wrap": "anywhere"})
