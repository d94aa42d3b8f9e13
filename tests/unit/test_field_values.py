"""Values of custom fields: what is kept of a number, however its giver writes it."""

from decimal import Decimal

import pytest

from models.words import FieldType
from services.field_values import read_value


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        (Decimal("0.0000005"), "0.0000005"),
        (Decimal("-5.0E-7"), "-0.00000050"),
        (Decimal("0.0000000000"), "0.0000000000"),
        (Decimal("1e2"), "100"),
        (Decimal("1.50e3"), "1500"),
        (Decimal("12.50"), "12.50"),
        (5e-07, "0.0000005"),
        (10**14, "100000000000000"),
    ],
)
def test_a_json_number_is_kept_in_plain_notation(number: float | Decimal, digits: str) -> None:
    assert read_value(FieldType.NUMBER, number) == {"number": digits}
    assert read_value(FieldType.TEXT, number) == digits


@pytest.mark.parametrize(
    "value",
    ["1e2", "5E-7", "", " ", True, None, Decimal("1e15"), Decimal("1e-11"), Decimal("1e99999999")],
)
def test_text_with_an_exponent_and_a_number_beyond_the_limits_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="Give a number such as"):
        read_value(FieldType.NUMBER, value)


def test_text_stays_as_it_was_written() -> None:
    assert read_value(FieldType.TEXT, "5E-7") == "5E-7"
