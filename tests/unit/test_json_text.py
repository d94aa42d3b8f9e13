"""JSON from outside: what two readers could understand differently is refused."""

from decimal import Decimal

import pytest

from services.json_text import BrokenJson, read_object


def test_an_object_comes_back_with_the_digits_of_its_numbers() -> None:
    raw = '{"a": 49.90, "b": 1e2, "c": 7, "d": "ü", "e": [true, null], "f": {}}'.encode()
    found = read_object(raw)
    assert found == {
        "a": Decimal("49.90"),
        "b": Decimal("1E+2"),
        "c": 7,
        "d": "ü",
        "e": [True, None],
        "f": {},
    }
    assert str(found["a"]) == "49.90"


def test_a_value_between_spaces_is_read() -> None:
    assert read_object(b' \r\n\t{"a": 1} \n') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "not valid JSON: line 1, column 1"),
        (b'{"a": 1', "not valid JSON"),
        (b'{"a": 1} {}', "not valid JSON"),
        (b'{\n"a" 1}', "line 2, column 5"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 01}', "not valid JSON"),
        (b'{"a": "\n"}', "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b'{"a": "\xff"}', "not valid UTF-8 at byte 8"),
        (b'{"a": "\xed\xa0\x80"}', "not valid UTF-8"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": -Infinity}', "-Infinity is no JSON number"),
        (b'{"a": 1, "a": 1}', "“a” stands twice"),
        (b'{"x": [{"b": 1, "\\u0062": 2}]}', "“b” stands twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too many digits"),
        (b'{"a": 1e9999999999999999999999}', "too large an exponent"),
        (b'{"a": [-1.5E-9999999999999999999999]}', "too large an exponent"),
        (b"[]", "Send a JSON object"),
        (b'"text"', "Send a JSON object"),
        (b"null", "Send a JSON object"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(BrokenJson) as error:
        read_object(raw)
    assert sentence in error.value.message
    assert len(error.value.message) < 200
