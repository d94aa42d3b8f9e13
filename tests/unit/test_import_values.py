"""How numbers, dates and local times of a file are understood."""

import pytest

from services.imports import values
from services.imports.contract import DateStyle, NumberStyle

ISO, DAY, MONTH = DateStyle.ISO, DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "style", "wanted"),
    [
        ("1,234.50", NumberStyle.POINT, "1234.50"),
        ("49,90", NumberStyle.POINT, "49,90"),  # the API's own sentence follows
        ("1.234,50", NumberStyle.COMMA, "1234.50"),
        ("1 234,50", NumberStyle.COMMA, "1234.50"),
        ("-7", NumberStyle.COMMA, "-7"),
        ("1.234", NumberStyle.COMMA, "1234"),
    ],
)
def test_numbers_are_read_in_the_style_of_the_file(
    text: str, style: NumberStyle, wanted: str
) -> None:
    assert values.number(text, style) == wanted


def test_a_point_is_not_taken_for_thousands_where_it_cannot_be() -> None:
    with pytest.raises(ValueError, match="decimal comma"):
        values.number("49.90", NumberStyle.COMMA)


@pytest.mark.parametrize(
    ("text", "style", "zone", "wanted"),
    [
        ("2026-01-31 14:30", ISO, "Europe/Berlin", "2026-01-31T14:30:00+01:00"),
        ("2026-07-31T14:30:15.5Z", ISO, "Europe/Berlin", "2026-07-31T14:30:15.500000+00:00"),
        ("31.01.2026", DAY, "UTC", "2026-01-31T00:00:00+00:00"),
        ("1/31/2026 2:30 PM", MONTH, "America/New_York", "2026-01-31T14:30:00-05:00"),
        ("01/02/2026 08:00", DAY, "+05:30", "2026-02-01T08:00:00+05:30"),
    ],
)
def test_times_are_read_in_the_style_and_the_zone_of_the_file(
    text: str, style: DateStyle, zone: str, wanted: str
) -> None:
    assert values.moment(text, style, zone).isoformat() == wanted


@pytest.mark.parametrize(
    ("text", "style", "zone", "words"),
    [
        ("2026-03-29 02:30", ISO, "Europe/Berlin", "put forward"),
        ("2026-10-25 02:30", ISO, "Europe/Berlin", r"two times.*\+02:00 or \+01:00"),
        ("2026-01-31 14:30", ISO, "", "Choose the time zone"),
        ("31.02.2026", DAY, "UTC", "no such date"),
        ("31.01.2026", ISO, "UTC", "no time such as"),
        ("2026-01-31 14:30", ISO, "Mars/Base", "no time zone"),
    ],
)
def test_a_time_that_is_none_is_told(text: str, style: DateStyle, zone: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        values.moment(text, style, zone)
