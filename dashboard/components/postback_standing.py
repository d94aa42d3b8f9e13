"""Whether a postback is paused or failing, in words: the same in a table and on its own page."""

from dataclasses import dataclass
from typing import Final

import reflex as rx

from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text, when, when_text


@dataclass(frozen=True, slots=True)
class StandingLine:
    """How a postback fares; `since` is ISO text, empty texts are not shown.

    `why` ends before the moment `since`, such as “Nothing has arrived since”. `progress` tells of a
    resumption that is under way, `past` of one that is over.
    """

    is_paused: bool = False
    why: str = ""
    since: str = ""
    held: str = ""
    is_failing: bool = False
    failures: str = ""
    failing_since: str = ""
    last_failure: str = ""
    progress: str = ""
    past: str = ""
    past_at: str = ""


NORMAL: Final = StandingLine()


def standing_facts(line: rx.Var[StandingLine], *, zone: Text) -> rx.Component:
    """Show in one line of a table what is out of the ordinary; nothing for all is well."""
    return rx.fragment(
        when(
            line.is_paused,
            rx.fragment(tag("Paused", tone="warn"), pause_words(line, zone=zone)),
        ),
        when(
            line.is_failing & ~line.is_paused,
            rx.fragment(tag("Failing", tone="bad"), failing_words(line, zone=zone)),
        ),
        when_text(line.progress, rx.el.span(line.progress)),
    )


def pause_words(line: rx.Var[StandingLine], *, zone: Text) -> rx.Component:
    """Say why and since when it is paused, and how many deliveries it holds."""
    return rx.el.span(line.why, " ", time_cell(line.since, zone=zone), "; ", line.held)


def failing_words(line: rx.Var[StandingLine], *, zone: Text) -> rx.Component:
    """Say how many tries failed without a success between them."""
    return rx.el.span(line.failures, ", the first ", time_cell(line.failing_since, zone=zone))
