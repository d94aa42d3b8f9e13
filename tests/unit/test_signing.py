"""Signatures against those of the `standardwebhooks` package, and the check that partners copy."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from dashboard.pages.postback import verifying
from models.words import Method
from services.delivery.preparing import finish
from services.delivery.rendering import RenderedRequest, render_postback
from services.delivery.secret_cache import PostbackSecrets
from services.delivery.sender import PreparedRequest
from services.delivery.signing import MAX_SIG_CHARACTERS, Signer
from services.outgoing_headers import MAX_HEADER_BYTES
from services.sig_places import BODY, URL, insert_sig
from services.signing_secrets import MAX_OLD
from services.target_spelling import MAX_URL_BYTES

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OTHER_KEY = bytes(range(1, 33))
OTHER_SECRET = "whsec_" + base64.b64encode(OTHER_KEY).decode()
ANYTHING = st.text(max_size=40) | st.text(alphabet='{sig}"\\.&=?%0123456789abcdef', max_size=40)
# What a body of text may hold once it was stored: anything but NUL and halves of characters.
STORED = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)


class Draft:
    """A postback as rendering takes it."""

    def __init__(
        self,
        url: str,
        *,
        body: str | None = None,
        content_type: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.url, self.body, self.content_type, self.headers = url, body, content_type, headers
        self.method = Method.GET if body is None else Method.POST


class Keys(PostbackSecrets):
    """Keys that are at hand, as if they had been decrypted."""

    def __init__(self, *keys: bytes) -> None:
        super().__init__(named={"token": "s3cret"})
        self.keys = keys

    def signing_keys(self, _now: datetime) -> tuple[bytes, ...]:
        return self.keys


def render(draft: Draft, **values: str) -> RenderedRequest:
    return render_postback(draft, delivery_id="dlv_1", values=values)  # type: ignore[arg-type]


def sign(rendered: RenderedRequest, *keys: bytes, now: datetime | None = None) -> PreparedRequest:
    secrets = Keys(*(keys or (KEY,)))
    return finish(
        rendered, places=rendered.sig_at, secrets=secrets, now=now or datetime.now(tz=UTC)
    )


def target_of(request: PreparedRequest) -> str:
    parts = urlsplit(request.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def is_genuine(request: PreparedRequest, *, secret: str = SECRET, **changed: object) -> bool:
    """Check the request as the partner's snippet does, after somebody changed a part of it."""
    seen = {
        "method": str(request.method),
        "target": target_of(request),
        "headers": dict(request.headers),
        "body": request.body or b"",
        **changed,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying, "SECRET", secret)
        return verifying.is_genuine(**seen)  # type: ignore[arg-type]


def is_genuine_sig(request: PreparedRequest, sig: str, *, secret: str = SECRET) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying, "SECRET", secret)
        return verifying.is_genuine_sig(
            sig, str(request.method), target_of(request), "dlv_1", request.body or b""
        )


# The body's signature


@given(STORED)
def test_any_body_is_signed_as_standard_webhooks_signs_it(text: str) -> None:
    now = datetime.now(tz=UTC)
    headers = dict(
        Signer((KEY,), "dlv_1", now).headers(method="POST", target="/", body=text.encode())
    )
    assert headers["webhook-signature"] == Webhook(SECRET).sign("dlv_1", now, text)
    Webhook(SECRET).verify(text, {"webhook-id": "dlv_1", **headers}, json_parse=False)


def test_bytes_that_are_no_text_are_signed_as_they_are() -> None:
    body = bytes(range(256))
    now = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    headers = dict(Signer((KEY,), "dlv_1", now).headers(method="POST", target="/", body=body))
    expected = hmac.new(KEY, b"dlv_1.1772366400." + body, hashlib.sha256).digest()
    assert headers["webhook-timestamp"] == "1772366400"
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


def test_a_get_is_signed_as_a_call_without_a_body() -> None:
    request = sign(render(Draft("https://p.example/in?t=1")))
    assert request.body is None
    Webhook(SECRET).verify("", dict(request.headers), json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(" ", dict(request.headers), json_parse=False)


def test_during_a_rotation_both_secrets_verify_and_no_third_one() -> None:
    request = sign(render(Draft("https://p.example/in", body="ü")), KEY, OTHER_KEY)
    headers = dict(request.headers)
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify("ü", headers, json_parse=False)
        assert is_genuine(request, secret=secret)
    third = "whsec_" + base64.b64encode(bytes(32)).decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(third).verify("ü", headers, json_parse=False)
    assert not is_genuine(request, secret=third)


def test_one_changed_byte_of_the_body_fails() -> None:
    request = sign(render(Draft("https://p.example/in", body='{"amount": {amount}}'), amount="1"))
    assert request.body == b'{"amount": 1}'
    headers = dict(request.headers)
    Webhook(SECRET).verify('{"amount": 1}', headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify('{"amount": 2}', headers)
    assert is_genuine(request)
    assert not is_genuine(request, body=b'{"amount": 2}')


# The request's signature


def test_the_signature_of_a_request_is_over_what_the_documentation_says() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    request = sign(render(Draft("https://p.example/in/ä?n={sub1}"), sub1="a b&c=ü"), now=now)
    digest = hashlib.sha256(b"").hexdigest()
    signed = f"dlv_1.1772366400.GET./in/%C3%A4?n=a%20b%26c%3D%C3%BC.{digest}"
    expected = base64.b64encode(hmac.digest(KEY, signed.encode(), "sha256")).decode()
    assert dict(request.headers)["x-postback-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "POST"},
        {"target": "/in?t=2"},
        {"target": "/in/?t=1"},
        {"body": b"x"},
        {"headers": {}},
    ],
)
def test_whatever_of_a_get_is_changed_it_is_noticed(changed: dict[str, object]) -> None:
    request = sign(render(Draft("https://p.example/in?t=1")))
    assert is_genuine(request)
    assert not is_genuine(request, **changed)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_another_id_or_time_is_noticed(name: str) -> None:
    request = sign(render(Draft("https://p.example/in?t=1")))
    headers = dict(request.headers)
    assert not is_genuine(request, headers=headers | {name: str(int(time.time()) - 7)})


def test_an_old_call_is_refused() -> None:
    old = datetime.now(tz=UTC) - timedelta(minutes=6)
    assert not is_genuine(sign(render(Draft("https://p.example/in?t=1")), now=old))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://p.example", "/"),
        ("https://p.example?a=1", "/?a=1"),
        ("https://p.example/a/../b%2Fc?x=%7e", "/a/../b%2Fc?x=%7e"),
    ],
)
def test_path_and_query_are_signed_as_they_stand_on_the_wire(url: str, target: str) -> None:
    assert is_genuine(sign(render(Draft(url))), target=target)


# The macro


DRAFTS = [
    Draft("https://p.example/in?t={sub1}&sig={sig}"),
    Draft("https://p.example/{sig}/in?t={sub1}"),
    Draft("https://p.example/in?t={sub1|raw}&sig={sig}&last={sub2|raw}"),
    Draft("https://p.example/in?t={sub1}", body='{"a": {sub2}, "sig": {sig}}'),
    Draft("https://p.example/in", body='{"a": "{sub1}{sig}{sub2}"}'),
    Draft(
        "https://p.example/in",
        body="a={sub1}&sig={sig}&b={sub2}",
        content_type="application/x-www-form-urlencoded",
    ),
    Draft("https://p.example/in", body="{sub1}\n{sig}\n{sub2}", content_type="text/plain"),
    Draft("https://p.example/in?t={sub1}", headers=(("X-Sig", "{sub2} {sig}"),)),
]


def sig_of(draft: Draft, request: PreparedRequest, rendered: RenderedRequest) -> str:
    """Return the signature from its place, found by what stands before and after it."""
    if draft.headers:
        return dict(request.headers)["X-Sig"].rpartition(" ")[2]
    places = rendered.sig_at or {}
    sent, frozen = (
        (request.url, rendered.url)
        if URL in places
        else ((request.body or b"").decode(), rendered.body or "")
    )
    (at,) = places.get(URL) or places[BODY]
    assert sent[:at] == frozen[:at]
    assert sent.endswith(frozen[at:])
    return sent[at : len(sent) - len(frozen[at:])]


@pytest.mark.parametrize("draft", DRAFTS, ids=range(len(DRAFTS)))
@given(sub1=ANYTHING, sub2=ANYTHING)
def test_sig_covers_the_rest_whatever_the_values_contain(
    draft: Draft, sub1: str, sub2: str
) -> None:
    if "|raw" in draft.url:  # a URL with a backslash is never sent
        sub1, sub2 = sub1.replace("\\", "/"), sub2.replace("\\", "/")
    rendered = render(draft, sub1=sub1, sub2=sub2)
    request = sign(rendered)
    sig = sig_of(draft, request, rendered)
    sent_at, signature = sig.split(".")
    assert sent_at.isdigit()
    assert len(bytes.fromhex(signature)) == 32
    assert is_genuine_sig(request, sig)
    assert not is_genuine_sig(request, sig, secret=OTHER_SECRET)
    # The headers sign what leaves, {sig} in its place: who checks them need not know of it.
    assert is_genuine(request)
    Webhook(SECRET).verify((request.body or b"").decode(), dict(request.headers), json_parse=False)


def test_sig_stands_in_json_as_a_string_wherever_it_is_written() -> None:
    body = '{"bare": {sig}, "quoted": "{sig}", {sig}: 1}'
    request = sign(render(Draft("https://p.example/", body=body)))
    found = json.loads(request.body or b"")
    assert found["bare"] == found["quoted"]
    assert found[found["bare"]] == 1


def test_a_value_that_looks_like_the_macro_is_a_value() -> None:
    url = "https://p.example/in?a={sub1|raw}&sig={sig}"
    rendered = render(Draft(url, body="{sub1}{sig}", content_type="text/plain"), sub1="{sig}")
    request = sign(rendered)
    query = parse_qs(urlsplit(request.url).query)
    assert query["a"] == ["{sig}"]
    assert len(query["sig"][0]) > 64
    assert (request.body or b"").startswith(b"{sig}")


def test_a_signature_that_was_copied_into_another_value_is_refused() -> None:
    rendered = render(Draft("https://p.example/in?a={sub1}&sig={sig}"), sub1="1")
    request = sign(rendered)
    sig = parse_qs(urlsplit(request.url).query)["sig"][0]
    forged = request.url.replace("a=1", f"a=1{sig}")
    assert is_genuine_sig(request, sig)
    assert not is_genuine_sig(PreparedRequest("GET", forged, request.headers, request.body), sig)


def test_during_a_rotation_sig_verifies_with_either_secret() -> None:
    request = sign(render(Draft("https://p.example/in?t=1&sig={sig}")), KEY, OTHER_KEY)
    sig = parse_qs(urlsplit(request.url).query)["sig"][0]
    assert sig.count(".") == 2
    assert is_genuine_sig(request, sig)
    assert is_genuine_sig(request, sig, secret=OTHER_SECRET)


def test_an_unsigned_request_is_as_it_was_frozen_and_its_sig_is_empty() -> None:
    draft = Draft(
        "https://p.example/in?sig={sig}&a=1", body='{"sig": {sig}}', headers=(("X-Sig", "<{sig}>"),)
    )
    rendered = render(draft)
    request = finish(
        rendered, places=rendered.sig_at, secrets=PostbackSecrets(), now=datetime.now(tz=UTC)
    )
    assert request.url == "https://p.example/in?sig=&a=1"
    assert request.body == b'{"sig": ""}'
    assert dict(request.headers)["X-Sig"] == "<>"
    assert {name for name, _ in request.headers} == {"webhook-id", "X-Sig", "content-type"}


def test_two_attempts_differ_in_time_and_signature_only() -> None:
    draft = Draft(
        "https://p.example/in?sig={sig}&a={sub1}",
        body="{sub1}",
        content_type="text/plain",
        headers=(("Authorization", "Bearer {secret:token}"),),
    )
    rendered = render(draft, sub1="ü")
    start = datetime.now(tz=UTC)
    first, second = sign(rendered, now=start), sign(rendered, now=start + timedelta(seconds=5))
    assert first.body == second.body == "ü".encode()
    changed = {
        name
        for (name, one), (_, other) in zip(first.headers, second.headers, strict=True)
        if one != other
    }
    assert changed == {"webhook-timestamp", "webhook-signature", "x-postback-signature"}
    assert dict(second.headers)["Authorization"] == "Bearer s3cret"
    sigs = [parse_qs(urlsplit(request.url).query)["sig"][0] for request in (first, second)]
    assert first.url.replace(sigs[0], "") == second.url.replace(sigs[1], "")


def test_the_longest_signature_fits_where_rendering_left_room() -> None:
    keys = [bytes([number] * 32) for number in range(1 + MAX_OLD)]
    signer = Signer(keys, "dlv_1", datetime.now(tz=UTC))
    assert len(signer.sig(method="GET", target="/", body=b"")) == MAX_SIG_CHARACTERS
    for _, value in signer.headers(method="GET", target="/", body=b""):
        assert len(value) < MAX_HEADER_BYTES
    base = "https://p.example/in?sig={sig}&x="
    room = MAX_URL_BYTES - len(base) + len("{sig}") - MAX_SIG_CHARACTERS
    fits = render(Draft(base + "{sub1}"), sub1="a" * room)
    assert fits.reason is None
    assert len(sign(fits, *keys).url) == MAX_URL_BYTES
    assert render(Draft(base + "{sub1}"), sub1="a" * (room + 1)).reason is not None


@given(st.text(), st.lists(st.integers(0, 5), max_size=3), st.text(max_size=3))
def test_places_insert_and_change_nothing_else(text: str, at: list[int], sig: str) -> None:
    places = sorted(min(each, len(text)) for each in at)
    found = insert_sig(text, {URL: places}, URL, sig=sig)
    assert len(found) == len(text) + len(places) * len(sig)
    assert insert_sig(text, {URL: places}, BODY, sig=sig) == text
    assert insert_sig(text, {URL: places}, URL, sig="") == text


def test_the_documentation_shows_the_very_program_of_the_page() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "signing.md").read_text()
    program = Path(verifying.__file__).read_text()
    assert f"```python\n{program}```\n" in documented
