"""What the presets and custom ranges of the filter bar mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard import time_ranges
from dashboard.components.filter_bar import RANGES
from services.errors import InvalidInput

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)  # the day on which Berlin's clocks go forward


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "since", "until"),
    [
        ("1h", "2026-03-29T09:00", None),
        ("24h", "2026-03-28T10:00", None),
        ("7d", "2026-03-22T10:00", None),
        ("30d", "2026-02-27T10:00", None),
        ("today", "2026-03-28T23:00", None),
        ("yesterday", "2026-03-27T23:00", "2026-03-28T23:00"),
        ("month", "2026-02-28T23:00", None),
        ("last-month", "2026-01-31T23:00", "2026-02-28T23:00"),
    ],
)
def test_a_preset_begins_and_ends_in_the_viewers_zone(
    word: str, since: str, until: str | None
) -> None:
    span = time_ranges.preset(word, now=NOON, zone=BERLIN)
    assert span == (utc(since), utc(until) if until else None)


def test_a_month_that_holds_a_change_of_clocks_begins_at_its_own_midnight() -> None:
    april = datetime(2026, 4, 2, tzinfo=UTC)
    span = time_ranges.preset("last-month", now=april, zone=BERLIN)
    assert span == (utc("2026-02-28T23:00"), utc("2026-03-31T22:00"))


def test_every_preset_that_is_offered_is_known() -> None:
    for word, _ in RANGES:
        if word != time_ranges.CUSTOM:
            time_ranges.preset(word, now=NOON, zone=BERLIN)


@pytest.mark.parametrize("word", ["", "2h", "custom", "24h ", "\x00"])
def test_any_other_word_is_refused(word: str) -> None:
    with pytest.raises(InvalidInput):
        time_ranges.preset(word, now=NOON, zone=BERLIN)


def test_a_typed_time_is_one_of_the_viewers_zone_and_survives_the_address() -> None:
    since, until = time_ranges.custom("2026-07-01T09:30", "2026-07-01T10:00", zone=BERLIN)
    assert (since, until) == (utc("2026-07-01T07:30"), utc("2026-07-01T08:00"))
    address = time_ranges.as_address(since)
    assert time_ranges.moment(address, zone=ZoneInfo("Asia/Tokyo")) == since
    assert time_ranges.as_input(since, zone=BERLIN) == "2026-07-01T09:30"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-07-01T10:00", "2026-07-01T10:00"),
        ("2026-07-02T10:00", "2026-07-01T10:00"),
        ("", "2026-07-01T10:00"),
        ("2026-07-01T10:00", "soon"),
        ("0002-07-01T10:00", "2026-07-01T10:00"),
        ("2026-07-01T10:00", "9999-12-31T23:59-12:00"),
    ],
)
def test_a_custom_range_that_is_none_is_refused(start: str, end: str) -> None:
    with pytest.raises(InvalidInput):
        time_ranges.custom(start, end, zone=BERLIN)
