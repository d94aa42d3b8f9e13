"""What one call to a partner brings: the bytes on the wire, the limits, and what a person reads."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from urllib.parse import quote

import pytest

from models.words import FailureKind
from services.delivery.limits import STANDARD, Limits
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.delivery.transport import PartnerTransport
from services.target_guard import Resolver, TargetPolicy
from tests.partner import Partner

POLICY = TargetPolicy(allowed_networks=(ip_network("127.0.0.0/8"),))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUICK = Limits(dns=0.3, connect=0.3, silence=0.4, total=1.0)


@asynccontextmanager
async def sending(
    *, limits: Limits = STANDARD, policy: TargetPolicy = POLICY, resolver: Resolver | None = None
) -> AsyncIterator[Sender]:
    transport = PartnerTransport(policy=policy, limits=limits, resolver=resolver)
    sender = Sender(transport, policy=policy, clock=lambda: NOON, limits=limits)
    try:
        yield sender
    finally:
        await sender.aclose()


async def send(
    url: str,
    *,
    method: str = "GET",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes | None = None,
    limits: Limits = STANDARD,
) -> AttemptResult:
    async with sending(limits=limits) as sender:
        return await sender.send(PreparedRequest(method, url, headers, body))


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_a_2xx_is_success(partner):
    result = await send(partner.url("/status/204?retry-after=5"))
    assert result.succeeded
    assert (result.status_code, result.failure, result.message) == (204, None, "")
    assert result.started_at == NOON
    assert result.duration_ms >= 0
    assert result.left


async def test_the_answer_is_kept(partner):
    result = await send(partner.url("/ok"))
    assert result.response_body == "ok"
    assert not result.truncated
    assert ("Content-Length", "2") in result.response_headers


# The bytes on the wire

TARGETS = [
    "/",
    "/a%2Fb%2fc",
    "/a/../b/./c//d",
    "/p?x=%20+&y=a+b",
    "/p?name=%C3%BC%E2%82%AC&n=%c3%bc",
    "/p?x={click_id}&y=[1]|^`\"<>'",
    "/p?",
    "/p??&&=&a",
    "/p;v=1?next=https://other.example/?q=1",
    "/%",
    "/p?bad=%zz%4",
]


@pytest.mark.parametrize("target", TARGETS)
async def test_path_and_query_arrive_byte_for_byte(partner, target):
    await send(partner.url(target))
    assert partner.wait_for(1)[0].target == target.encode()


async def test_the_request_has_the_given_headers_in_order_and_the_necessary_ones(partner):
    given = (("X-First", "1"), ("authorization", "Bearer ä"), ("X-first", "2"))
    await send(partner.url("/ok"), headers=given)
    received = partner.wait_for(1)[0]
    assert [(name, value.encode("latin-1").decode()) for name, value in received.headers] == [
        ("Host", f"127.0.0.1:{partner.port}"),
        *given,
        ("User-Agent", "Afterlead/1.0"),
        ("Accept-Encoding", "identity"),
    ]


async def test_a_user_agent_of_its_own_is_left_alone(partner):
    await send(partner.url("/ok"), headers=(("user-agent", "mine"),))
    assert [v for n, v in partner.wait_for(1)[0].headers if n.lower() == "user-agent"] == ["mine"]


@pytest.mark.parametrize("body", [b'{"a":"\xc3\xbc\\u00fc"}', b"\x00\xff\r\n\r\n", b"x" * 262144])
async def test_a_body_arrives_byte_for_byte_with_its_length(partner, body):
    result = await send(partner.url("/ok"), method="POST", body=body)
    received = partner.wait_for(1)[0]
    assert result.succeeded
    assert (received.method, received.body) == ("POST", body)
    assert received.header("content-length") == str(len(body))
    assert received.header("transfer-encoding") is None


async def test_a_post_without_a_body_says_so(partner):
    await send(partner.url("/ok"), method="POST")
    assert partner.wait_for(1)[0].header("content-length") == "0"


async def test_the_connection_is_used_again(partner):
    async with sending() as sender:
        for number in range(5):
            await sender.send(PreparedRequest("GET", partner.url(f"/ok?n={number}"), (), None))
    assert partner.connections == 1


async def test_proxies_of_the_environment_are_ignored(partner, monkeypatch):
    with Partner() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        result = await send(partner.url("/ok"))
        assert result.succeeded
        assert proxy.connections == 0


async def test_cookies_and_netrc_are_not_sent(partner, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with sending() as sender:
        for path in ("/cookie", "/ok"):
            await sender.send(PreparedRequest("GET", partner.url(path), (), None))
    for received in partner.wait_for(2):
        assert received.header("cookie") is None
        assert received.header("authorization") is None


# Exactly once


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("way", ["/hangup", "/reset"])
async def test_nothing_is_sent_twice_when_a_new_connection_is_closed_without_answer(
    partner, method, way
):
    result = await send(partner.url(way), method=method, body=b"x" if method != "GET" else None)
    assert not result.succeeded
    assert result.failure is FailureKind.CONNECT
    assert result.left
    assert "closed the connection" in result.message
    assert len(partner.requests) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize("way", ["/hangup", "/reset"])
async def test_nothing_is_sent_twice_when_a_used_connection_is_closed_without_answer(
    partner, method, way
):
    async with sending() as sender:
        await sender.send(PreparedRequest("GET", partner.url("/ok"), (), None))
        await sender.send(PreparedRequest(method, partner.url(way), (), None))
        assert [one.path for one in partner.requests] == ["/ok", way]
        assert partner.connections == 1
        after = await sender.send(PreparedRequest("GET", partner.url("/ok"), (), None))
    assert after.succeeded


# Redirections


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirection_is_never_followed(partner, status):
    with Partner() as elsewhere:
        to = elsewhere.url("/moved")
        echoed = quote(f"{to}?email=ann@example.com")
        result = await send(partner.url(f"/status/{status}?location={echoed}"))
        assert not result.succeeded
        assert result.failure is FailureKind.HTTP_STATUS
        assert f"moved to {to}…" in result.message
        assert "ann@" not in result.message
        assert elsewhere.connections == 0


# What a person reads


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (304, "named no new address"),
        (400, "did not understand"),
        (401, "credentials"),
        (403, "does not allow"),
        (404, "path of the URL"),
        (405, "method GET"),
        (410, "gone for good"),
        (413, "too large"),
        (418, "refused the request"),
        (429, "too many requests"),
        (500, "problem of its own"),
        (503, "problem of its own"),
    ],
)
async def test_each_status_has_its_sentence(partner, status, words):
    result = await send(partner.url(f"/status/{status}"))
    assert (result.succeeded, result.status_code) == (False, status)
    assert result.failure is FailureKind.HTTP_STATUS
    assert words in result.message
    assert result.message.endswith(".")


async def test_retry_after_is_handed_on_as_it_came(partner):
    assert (await send(partner.url("/retry-after?value=120"))).retry_after == "120"
    assert (await send(partner.url("/status/500"))).retry_after is None


async def test_a_refused_connection_is_explained():
    port = closed_port()
    result = await send(f"http://127.0.0.1:{port}/")
    assert result.failure is FailureKind.CONNECT
    assert f"refused the connection on port {port}" in result.message
    assert not result.left


@pytest.mark.parametrize(
    "path",
    ["/not-http", "/headers-flood", "/long-header", "/status/000", "/status/999", "/status/101"],
)
async def test_bad_http_is_a_failure_and_no_crash(partner, path):
    result = await send(partner.url(path))
    assert result.failure is FailureKind.PROTOCOL
    assert "not valid HTTP" in result.message
    assert result.left


async def test_interim_answers_are_passed_over(partner):
    assert (await send(partner.url("/interim"))).succeeded


async def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(partner):
    async with sending() as sender:
        first = await sender.send(PreparedRequest("GET", partner.url("/twice"), (), None))
        second = await sender.send(PreparedRequest("GET", partner.url("/ok"), (), None))
    assert (first.response_body, second.response_body) == ("mine", "ok")


# Limits


async def test_silence_ends_the_call(partner):
    result = await send(partner.url("/hang"), limits=QUICK)
    assert result.failure is FailureKind.TIMEOUT
    assert "said nothing for 0.4 s" in result.message
    assert result.left
    assert result.duration_ms < 900


async def test_an_answer_that_drips_after_its_status_counts_and_is_cut_off(partner):
    result = await send(partner.url("/drip"), limits=QUICK)
    assert result.succeeded
    assert result.truncated
    assert result.response_body.startswith("..")
    assert 900 <= result.duration_ms < 3000


async def test_a_failure_that_drips_is_that_failure(partner):
    result = await send(partner.url("/drip?status=500"), limits=QUICK)
    assert (result.status_code, result.failure) == (500, FailureKind.HTTP_STATUS)
    assert result.truncated


async def test_an_answer_that_breaks_off_after_its_status_counts(partner):
    result = await send(partner.url("/broken-off"))
    assert (result.succeeded, result.truncated, result.response_body) == (True, True, "abc")


async def test_a_body_without_end_is_read_to_the_limit_only(partner):
    result = await send(partner.url("/huge"))
    assert result.succeeded
    assert result.truncated
    assert result.response_body == "x" * STANDARD.response_kept
    assert result.duration_ms < 5000


async def test_a_compressed_body_is_never_inflated(partner):
    result = await send(partner.url("/gzip-bomb"))
    assert result.succeeded
    assert result.response_body.encode()[:1] == b"\x1f"
    assert len(result.response_body) <= STANDARD.response_kept


async def test_two_hanging_partners_do_not_delay_a_third(partner):
    with Partner() as first, Partner() as second:
        async with sending() as sender:
            hanging = [
                asyncio.create_task(
                    sender.send(PreparedRequest("GET", one.url(f"/hang?{n}"), (), None))
                )
                for one in (first, second)
                for n in range(40)
            ]
            await asyncio.to_thread(first.wait_for, 40)
            await asyncio.to_thread(second.wait_for, 40)
            began = time.monotonic()
            result = await sender.send(PreparedRequest("GET", partner.url("/ok"), (), None))
            assert result.succeeded
            assert time.monotonic() - began < 2
            assert not any(task.done() for task in hanging)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)


# Requests that must not leave


@pytest.mark.parametrize(
    ("request_", "failure"),
    [
        (("GET", "/ok", (("X-A", "1\r\nX-B: 2"),), None), FailureKind.BLOCKED),
        (("GET", "/ok", (("X-A\r\nX-B", "1"),), None), FailureKind.BLOCKED),
        (("GET", "/ok", (("Host", "other.example"),), None), FailureKind.BLOCKED),
        (("GET", "/ok", (("Transfer-Encoding", "chunked"),), None), FailureKind.BLOCKED),
        (("GET", "/ok HTTP/1.1\r\nX-B: 2", (), None), FailureKind.BLOCKED),
        (("GET\r\n", "/ok", (), None), FailureKind.BLOCKED),
        (("CONNECT", "/ok", (), None), FailureKind.BLOCKED),
        (("GET", "/" + "a" * 8192, (), None), FailureKind.TOO_LARGE),
        (("POST", "/ok", (), b"x" * 262145), FailureKind.TOO_LARGE),
        (
            ("GET", "/ok", tuple((f"X-{n}", "a" * 8000) for n in range(3)), None),
            FailureKind.TOO_LARGE,
        ),
    ],
)
async def test_an_unsound_request_does_not_leave(partner, request_, failure):
    method, path, headers, body = request_
    result = await send(partner.url(path), method=method, headers=headers, body=body)
    assert (result.succeeded, result.status_code, result.failure) == (False, None, failure)
    assert result.message.endswith(".")
    assert not result.left
    assert partner.connections == 0
