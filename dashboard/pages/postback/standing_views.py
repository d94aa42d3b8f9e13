"""What stands above the editor of a postback that is paused, failing or resuming."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.postback_standing import failing_words, pause_words
from dashboard.components.time_cell import time_cell
from dashboard.components.values import when, when_text
from dashboard.pages.postback.standing_state import StandingState
from dashboard.postback_pause import PauseState
from dashboard.session import SessionState

_LINE = StandingState.line
_ZONE = SessionState.time_zone


def standing() -> rx.Component:
    """Say what is out of the ordinary, and offer what ends it; nothing while all is well."""
    return rx.fragment(
        when(_LINE.is_paused & ~StandingState.is_archived, _paused()),
        when(_LINE.is_failing & ~_LINE.is_paused, _failing()),
        when_text(_LINE.progress, banner(_LINE.progress, tone="info")),
        when_text(
            _LINE.past,
            rx.el.p(
                _LINE.past,
                " ",
                time_cell(_LINE.past_at, zone=_ZONE),
                class_name="al-dim",
                style={"font_size": "13px", "margin": "0"},
            ),
        ),
    )


def pause_button() -> rx.Component:
    """Build the button in the head of the page; a paused postback has Resume in its banner."""
    return when(
        (StandingState.shown != "") & ~_LINE.is_paused & ~StandingState.is_archived,
        button("Pause", icon="pause", on_click=PauseState.ask_pause(StandingState.shown)),
    )


def _paused() -> rx.Component:
    return banner(
        rx.fragment(
            pause_words(_LINE, zone=_ZONE),
            when_text(_LINE.last_failure, rx.el.span(". Last failure: ", _LINE.last_failure)),
        ),
        tone="warn",
        title="Paused",
        action=button(
            "Resume…",
            kind="primary",
            small=True,
            on_click=PauseState.ask_resume(StandingState.shown),
        ),
    )


def _failing() -> rx.Component:
    return banner(
        rx.fragment(
            failing_words(_LINE, zone=_ZONE),
            ". ",
            _LINE.last_failure,
            " When nothing arrives for 5 days and 20 tries have failed, it is paused by itself, "
            "and what it owes is held.",
        ),
        tone="warn",
        title="Failing",
    )
