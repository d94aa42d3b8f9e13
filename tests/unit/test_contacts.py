"""No eyes that need not see a contact find it, however it is spelt."""

import hashlib
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest

from models.words import KeyScope, Role
from services.contacts import OPEN, Contact, Mask, has_mask, mask_email, mask_for, mask_phone
from tests.factories import person, program

ANN = Contact("Ann.Müller+x@Example.com", "+1 (415) 555-0132")
MASK = Mask(is_on=True)


def test_masks_leave_enough_to_tell_people_apart_and_no_more() -> None:
    assert mask_email("ann@example.com") == "a••••@e••••.com"
    assert mask_phone("+1 415 555 0132") == "••••32"
    assert mask_phone("1234") == "••••"
    assert has_mask(mask_email("x"))
    assert has_mask(mask_phone("5"))


@pytest.mark.parametrize(
    "spelt",
    [
        ANN.email,
        ANN.email.lower(),
        ANN.email.upper(),
        quote(ANN.email),
        quote(ANN.email, safe=""),
        quote_plus(ANN.email).lower(),
        quote(quote(ANN.email, safe=""), safe=""),
        json.dumps(ANN.email),
        json.dumps(ANN.email, ensure_ascii=False),
        urlencode({"e": ANN.email}),
        ANN.phone,
        quote(ANN.phone),
        quote_plus(ANN.phone),
        "14155550132",
        "+14155550132",
        "%2B14155550132",
        "4155550132",
        "415.555.0132",
        hashlib.sha256(ANN.email.lower().encode()).hexdigest(),
        hashlib.md5(b"14155550132").hexdigest(),
    ],
)
def test_a_known_contact_is_found_in_every_spelling(spelt: str) -> None:
    text = MASK.text(f"https://p.example/cb?a=1&b={spelt}&t=t-1042&amount=49.90", ANN)
    for trace in ("ann", "ller", "xample", "4155550", "5550132", "555-0132", "555.0132", "555%20"):
        assert trace not in text.lower().replace("p.example", "")
    assert spelt not in text
    assert text.startswith("https://p.example/cb?a=1&b=")
    assert text.rstrip().endswith("t=t-1042&amount=49.90")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to bob@partner.com now", "to b••••@p••••.com now"),
        ("?e=bob%40mail.example.org&x=1", "?e=b••••@m••••.org&x=1"),
        ("%20bob%2Bnews%40mail.org", "%20b••••@m••••.org"),
        ('{"e":"bob\\u0040mail.org"}', '{"e":"b••••@m••••.org"}'),
        ("call +49 30 901820-12", "call ••••12"),
        ("?phone=4155550199&id=4155550198", "?phone=••••99&id=4155550198"),
        ('{"home_phone": 4155550199}', '{"home_phone": ••••99}'),
        ("(415) 555-0199 or 415-555-0198", "••••99 or ••••98"),
    ],
)
def test_what_looks_like_a_contact_is_masked_whosever_it_is(text: str, masked: str) -> None:
    assert MASK.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00+00:00 200 OK",
        "ts=1767323045678&order=2026-0001-4711&tid=t-1042",
        "evt_06a7b1f2c3d4e5f6, 1,234,567.89 USD",
        "https://user@host/ and @nobody",
    ],
)
def test_what_is_no_contact_stays(text: str) -> None:
    assert MASK.text(text, ANN) == text


def test_of_an_unknown_call_long_numbers_go_as_well() -> None:
    assert MASK.unknown("?p=4155550199&amount=49.90&id=t-4155550199") == (
        "?p=••••99&amount=49.90&id=t-4155550199"
    )


def test_a_large_text_that_means_harm_takes_no_time() -> None:
    for text in (
        "a" * 300_000,
        "%2B1" * 100_000,
        "phone" * 60_000,
        "@a." * 100_000,
        "+1 " * 90_000,
    ):
        MASK.unknown(text)


def test_who_sees_contacts() -> None:
    seeing = [role for role in Role if mask_for(person(role)) is OPEN]
    assert seeing == [Role.OWNER, Role.MANAGER]
    assert mask_for(program(KeyScope.READ)) is OPEN
