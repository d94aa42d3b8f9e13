"""The pure parts of the editor's section “Delivery”, and of the words for the coming try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.next_try import next_try_words
from dashboard.pages.postback.delivery_state import retry_in_words, success_in_words
from dashboard.pages.postback.schedule import (
    parse_waits,
    refusal_in_words,
    schedule_in_words,
    waits_text,
)
from services.retry_schedule import FAST, ONE_TRY, STANDARD


@pytest.mark.parametrize(
    ("typed", "waits"),
    [
        ("0, 30s, 5m, 1h", [0, 30, 300, 3600]),
        ("0,30 s,5min,2 H, 1d", [0, 30, 300, 7200, 86_400]),
        ("90", [90]),
        ("0; 60s\n2m,", [0, 60, 120]),
    ],
)
def test_waits_are_read_as_people_type_them(typed: str, waits: list[int]) -> None:
    assert parse_waits(typed) == waits


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Write the waits"),
        (" ", "Write the waits"),
        ("0, soon", "“soon” is no time"),
        ("0, -5s", "“-5s” is no time"),
        ("0, 1.5h", "“1.5h” is no time"),
        ("0,, 5m", "Wait 2 is empty"),
        ("0, 1h30m", "“1h30m” is no time"),
    ],
)
def test_what_is_no_time_is_named(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_waits(typed)


@given(waits=st.lists(st.integers(0, 324_000), min_size=1, max_size=24))
def test_a_schedule_is_read_back_as_it_is_shown(waits: list[int]) -> None:
    assert parse_waits(waits_text(waits)) == waits
    assert schedule_in_words(waits).endswith(".")


def test_a_schedule_is_written_out_in_words() -> None:
    assert schedule_in_words(STANDARD) == (
        "Tried at once, then again after 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, "
        "20 h and 24 h: 12 tries in 75 h 42 min."
    )
    assert refusal_in_words(STANDARD).endswith(
        ": again after 1 min, 10 min, 1 h and 6 h, 5 tries in all."
    )
    assert schedule_in_words(FAST).endswith("1 min and 5 min: 5 tries in 6 min 12 s.")
    assert schedule_in_words(ONE_TRY) == "Tried at once, and not again if that fails."
    assert [refusal_in_words(waits) for waits in (FAST, ONE_TRY)] == ["", ""]
    own = [3_600, *[60] * 9]
    assert schedule_in_words(own) == (
        "First tried after 1 h, then again after 1 min (9 times): 10 tries in 1 h 9 min."
    )
    assert refusal_in_words(own).endswith(": 5 tries in all.")


def test_a_comparison_shows_both_schedules_and_rules_in_words() -> None:
    assert retry_in_words("none") == "None"
    assert retry_in_words({"waits": [0, 90, 7_200]}) == "0, 90s, 2h"
    assert retry_in_words("0, soon") == "0, soon"
    assert success_in_words(None) == "Every 2xx answer"
    assert success_in_words({"contains": "OK"}) == "The text contains “OK”"
    assert success_in_words({"json": {"path": "a.b", "equals": "1"}}) == "a.b equals “1”"


def test_the_coming_try_is_counted_among_those_that_are_planned() -> None:
    assert next_try_words(3, 12) == "Retry 3 of 12"
    assert next_try_words(1, 2) == "Try 1 of 2"
