"""What is read from the form that fires an event by hand, and how ages are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.pages.lead.trigger_draft import ago_words, read_form

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_time_is_read_in_the_viewers_zone() -> None:
    payload, problems = read_form({"event": "sale", "occurred_at": "2026-01-31T12:00"}, BERLIN, [])
    assert problems == {}
    assert payload == {"event": "sale", "occurred_at": "2026-01-31T12:00:00+01:00"}


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01T00:00"])
def test_a_time_that_is_none_gets_its_sentence(typed: str) -> None:
    assert "occurred_at" in read_form({"event": "sale", "occurred_at": typed}, BERLIN, [])[1]


def test_a_time_one_minute_from_now_is_refused() -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).astimezone(BERLIN)
    form = {"event": "sale", "occurred_at": soon.strftime("%Y-%m-%dT%H:%M:%S")}
    assert read_form(form, BERLIN, [])[1] == {"occurred_at": "This time lies in the future."}


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(age: timedelta, said: str) -> None:
    assert ago_words(age) == said
