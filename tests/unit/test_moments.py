"""Times from outside: RFC 3339 with an offset, kept in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.moments import read_moment, with_sign


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31t12:00:00z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31 12:00:00+00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00+05:30", datetime(2026, 1, 31, 6, 30, tzinfo=UTC)),
        ("2026-01-01T00:30:00+02:00", datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456Z", datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5-00:00", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_read_in_utc(text: str, expected: datetime) -> None:
    moment = read_moment(text)
    assert moment == expected
    assert moment.utcoffset() == timedelta(0)


def test_a_time_that_is_one_already_is_only_moved_to_utc() -> None:
    east = timezone(timedelta(hours=3))
    moment = read_moment(datetime(2026, 1, 31, 12, tzinfo=east))
    assert moment == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    ["2026-01-31T12:00:00", "2026-01-31 12:00:00.5", datetime(2026, 1, 31, 12)],  # noqa: DTZ001
)
def test_a_time_without_its_offset_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="with its offset"):
        read_moment(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "now",
        "2026-01-31",
        "2026-01-31T12:00Z",
        "20260131T120000Z",
        "2026-W05-6T12:00:00Z",
        "2026-01-31T12:00:00,5Z",
        "2026-01-31T12:00:00+0000",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00 +00:00 ",
        "2026-01-31_12:00:00Z",
        "2026-01-31T12:00:00+99:00",
        "２０２６-01-31T12:00:00Z",
        1_769_860_800,
        True,
        None,
        date(2026, 1, 31),
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="Give a time such as 2026-01-31T12:00:00"):
        read_moment(value)


@pytest.mark.parametrize(
    "text",
    ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "2201-01-01T00:00:00Z"],
)
def test_a_year_that_is_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="between the years 1970 and 2200"):
        read_moment(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_beyond_all_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Give a time"):
        read_moment(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00 05:30", "2026-01-31T12:00:00+05:30"),
        ("2026-01-31 12:00:00.25 00:00", "2026-01-31 12:00:00.25+00:00"),
        ("2026-01-31T12:00:00-05:30", "2026-01-31T12:00:00-05:30"),
        ("2026-01-31 12:00:00", "2026-01-31 12:00:00"),
        ("2026-01-31T12:00:00  05:30", "2026-01-31T12:00:00  05:30"),
        ("2026-01-31T12:00:00 Z", "2026-01-31T12:00:00 Z"),
        ("2026-01-31 12:00", "2026-01-31 12:00"),
    ],
)
def test_only_a_space_in_place_of_the_offsets_sign_becomes_a_plus(text: str, expected: str) -> None:
    assert with_sign(text) == expected
