import pytest

from services.outgoing_headers import FORBIDDEN_HEADERS, check_headers


def test_ordinary_headers_are_fine():
    assert check_headers([("Authorization", "Bearer abc"), ("X-Name", "Zoë\t1"), ("X-E", "")]) == {}


@pytest.mark.parametrize("name", [*sorted(FORBIDDEN_HEADERS), "HOST", "Content-Length"])
def test_headers_of_the_connection_cannot_be_chosen(name):
    assert "cannot be chosen" in check_headers([(name, "x")])[name]


@pytest.mark.parametrize("name", ["webhook-id", "Webhook-Signature", "x-postback-signature"])
def test_signature_headers_cannot_be_chosen(name):
    assert "set by Afterlead" in check_headers([(name, "x")])[name]


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\n", "ü", "a" * 201])
def test_what_is_no_header_name_is_named(name):
    assert "not a header name" in check_headers([(name, "x")])[name]


@pytest.mark.parametrize("value", ["a\r\nX-Other: 1", "a\nb", "a\rb", "a\0b", "\x7f"])
def test_a_line_break_or_control_character_in_a_value_is_named(value):
    assert "line break" in check_headers([("X-A", value)])["X-A"]


def test_a_name_that_comes_twice_is_named():
    assert "twice" in check_headers([("X-A", "1"), ("x-a", "2")])["x-a"]


def test_long_and_many_headers_are_refused():
    assert "longer" in check_headers([("X-A", "a" * 8193)])["X-A"]
    assert "longer" in check_headers([(f"X-{n}", "a" * 8000) for n in range(3)])[""]
    assert "are allowed" in check_headers([(f"X-{n}", "a") for n in range(51)])[""]
