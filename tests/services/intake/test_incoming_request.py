"""A request to `/in`: query, form and JSON become the same parameters, byte for byte."""

from decimal import Decimal

import pytest

from models.words import Verdict
from services.intake.incoming import IncomingRequest, read_request

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


def read(query: bytes = b"", body: bytes = b"", kind: str = "") -> IncomingRequest:
    return read_request(query=query, body=body, content_type=kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a=1&b=2", [("a", "1"), ("b", "2")]),
        (b"n=Jane+Doe", [("n", "Jane Doe")]),
        (b"n=1%2B1%20=%3D&m=%26%23", [("n", "1+1 =="), ("m", "&#")]),
        (b"n=%C3%9Cml%C3%A4ut", [("n", "Ümläut")]),
        ("n=Ümläut".encode(), [("n", "Ümläut")]),
        (b"%74xid=t-1", [("txid", "t-1")]),
        (b"a=1&a=2&a=", [("a", "1"), ("a", "2"), ("a", "")]),
        (b"a=&b&=c&&", [("a", ""), ("b", ""), ("", "c")]),
        (b"a=100%&b=%zz", [("a", "100%"), ("b", "%zz")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=%00", [("a", "\x00")]),
        (b"", []),
    ],
)
def test_a_query_and_a_form_are_read_alike(text: bytes, expected: list[tuple[str, str]]) -> None:
    for request in (read(text), read(body=text, kind=FORM), read(body=text, kind="")):
        assert list(request.parameters) == expected
        assert request.refusal is None
        assert request.raw == text.decode()


def test_bytes_that_are_no_utf_8_are_kept_apart_from_text() -> None:
    request = read(b"city=M%FCnchen&txid=t-1")
    assert request.parameters == (("city", "M\udcfcnchen"), ("txid", "t-1"))


def test_json_keeps_its_digits_and_stands_after_the_query() -> None:
    request = read(b"event=sale", b'{"amount": 49.90, "n": 5, "x": null}', JSON)
    assert request.parameters == (
        ("event", "sale"),
        ("amount", Decimal("49.90")),
        ("n", 5),
        ("x", None),
    )
    assert request.raw == 'event=sale\n{"amount": 49.90, "n": 5, "x": null}'


@pytest.mark.parametrize("kind", [FORM, "", "text/plain", "application/vnd.partner+json"])
def test_json_is_known_by_its_brace_or_its_type(kind: str) -> None:
    assert read(body=b' {"a": "b"}', kind=kind).parameters == (("a", "b"),)


@pytest.mark.parametrize(
    ("body", "kind", "verdict", "sentence"),
    [
        (b"{", JSON, Verdict.UNREADABLE, "not valid JSON: line 1"),
        (b"[]", JSON, Verdict.UNREADABLE, "Send a JSON object"),
        (b'{"a":1,"a":2}', JSON, Verdict.UNREADABLE, "stands twice"),
        (b'{"a":"\xff"}', JSON, Verdict.UNREADABLE, "not valid UTF-8"),
        (b"a=1", "multipart/form-data; boundary=x", Verdict.UNSUPPORTED_TYPE, "multipart/form"),
        (b"<a/>", "text/xml", Verdict.UNSUPPORTED_TYPE, "Send a form"),
        (b"a=1&" * 500, FORM, Verdict.UNREADABLE, "at most 500 parameters"),
        (b"a" * 300_000, FORM, Verdict.TOO_LARGE, "larger than 256 KiB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    body: bytes, kind: str, verdict: Verdict, sentence: str
) -> None:
    request = read(b"event=sale", body, kind)
    assert request.parameters == ()
    assert request.refusal is not None
    assert request.refusal.verdict is verdict
    assert sentence in request.refusal.message
