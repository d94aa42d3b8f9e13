"""How the postback is delivered, with the schedule written out in words."""

from typing import Final

import reflex as rx

from dashboard.components.card import section
from dashboard.components.form_field import (
    form_columns,
    form_field,
    select_input,
    switch_row,
    text_input,
)
from dashboard.components.values import when_text
from dashboard.pages.postback.delivery_state import EVERY_2XX
from dashboard.pages.postback.state import PostbackState
from models.words import RetryPreset, SuccessRuleKind
from services.retry_schedule import FAST, MAX_TOTAL, MAX_WAITS, STANDARD

_PRESETS: Final = [
    (RetryPreset.STANDARD.value, f"Standard: {len(STANDARD)} tries over three days"),
    (RetryPreset.FAST.value, f"Fast: {len(FAST)} tries over six minutes"),
    (RetryPreset.NONE.value, "None: one try"),
    (RetryPreset.CUSTOM.value, "Own schedule"),
]
_RULES: Final = [
    (EVERY_2XX, "Every 2xx answer"),
    (SuccessRuleKind.CONTAINS.value, "A 2xx answer whose text contains …"),
    (SuccessRuleKind.MATCHES.value, "A 2xx answer whose text matches …"),
    (SuccessRuleKind.JSON.value, "A 2xx answer whose JSON has …"),
]
_ONCE: Final = (
    "For partners that pay twice on a repeat. A call that got no clear answer is not sent again "
    "by itself: it is marked failed, and you decide. What surely never arrived is still retried."
)


def delivery_fields() -> rx.Component:
    """Build retries, success rule and the switch for at most once."""
    return section(
        "Delivery",
        _retries(),
        rx.cond(PostbackState.retry == RetryPreset.CUSTOM, _waits()),
        _success(),
        rx.match(
            PostbackState.rule,
            (SuccessRuleKind.CONTAINS.value, _contains()),
            (SuccessRuleKind.MATCHES.value, _matches()),
            (SuccessRuleKind.JSON.value, _json()),
            rx.fragment(),
        ),
        switch_row(
            "At most once",
            _ONCE,
            name="at_most_once",
            checked=PostbackState.at_most_once,
            on_change=PostbackState.set_at_most_once,
        ),
        description="How often a call is tried, and when it counts as delivered.",
    )


def _retries() -> rx.Component:
    return form_field(
        "Retries",
        select_input(
            _PRESETS,
            name="retry",
            value=PostbackState.retry,
            on_change=PostbackState.set_retry,
        ),
        name="retry",
        help_text=rx.fragment(
            when_text(PostbackState.schedule, rx.el.span(PostbackState.schedule)),
            when_text(
                PostbackState.refusal_schedule, rx.el.span(" ", PostbackState.refusal_schedule)
            ),
        ),
    )


def _waits() -> rx.Component:
    hours = round(MAX_TOTAL.total_seconds() / 3_600)
    return form_field(
        "Wait before each try",
        text_input(
            name="waits",
            value=PostbackState.waits,
            on_change=PostbackState.set_waits,
            mono=True,
            placeholder="0, 30s, 5m, 1h",
            auto_complete="off",
        ),
        name="waits",
        error=PostbackState.errors["retry"],
        help_text=(
            "With commas between, in s, m, h or d. The first is the delay before the first try. "
            f"At most {MAX_WAITS} waits, {hours} hours together."
        ),
    )


def _success() -> rx.Component:
    return form_field(
        "Counts as delivered",
        select_input(
            _RULES,
            name="success",
            value=PostbackState.rule,
            on_change=PostbackState.set_rule,
        ),
        name="success",
        help_text=rx.cond(
            PostbackState.rule != EVERY_2XX,
            "Any other text is a failure, and the log shows what the partner said.",
            "Some partners answer 200 and write the error into the text: then ask for more.",
        ),
    )


def _contains() -> rx.Component:
    return form_field(
        "Text in the answer",
        _rule_text(placeholder="OK"),
        name="rule_text",
        error=PostbackState.errors["success"],
        help_text="Capitals matter. The first 64 KiB of the answer are read.",
    )


def _matches() -> rx.Component:
    return form_field(
        "Regular expression",
        _rule_text(placeholder=r"(?i)^\s*(ok|success)"),
        name="rule_text",
        error=PostbackState.errors["success"],
        help_text="Found anywhere in the text unless it begins with ^. (?i) ignores capitals.",
    )


def _json() -> rx.Component:
    return form_columns(
        form_field(
            "Path",
            text_input(
                name="rule_path",
                value=PostbackState.rule_path,
                on_change=PostbackState.set_rule_path,
                mono=True,
                placeholder="result.code",
                auto_complete="off",
            ),
            name="rule_path",
            error=PostbackState.errors["success"],
            help_text="Names with dots between, list entries by number: items[0].state",
        ),
        form_field(
            "Equals",
            _rule_text(placeholder="ok"),
            name="rule_text",
            help_text="Compared as text: true and “true” are the same.",
        ),
    )


def _rule_text(*, placeholder: str) -> rx.Component:
    return text_input(
        name="rule_text",
        value=PostbackState.rule_text,
        on_change=PostbackState.set_rule_text,
        mono=True,
        placeholder=placeholder,
        auto_complete="off",
    )
