"""The guard at the connection, the names and certificates behind a URL, and the errors of httpx."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models.words import FailureKind
from services.clock import utc_now
from services.delivery.limits import STANDARD, Limits
from services.delivery.sender import PreparedRequest, Sender
from services.delivery.transport import PartnerTransport
from services.name_lookup import LookupTimedOut, SystemResolver
from services.target_guard import Blocked, Resolver, TargetPolicy
from tests.partner import Partner

CLOSED = TargetPolicy()
LOOPBACK = TargetPolicy(allowed_networks=(ip_network("127.0.0.0/8"),))


class Names:
    """A resolver that gives one answer after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@asynccontextmanager
async def sending(
    policy: TargetPolicy,
    *,
    resolver: Resolver | None = None,
    limits: Limits = STANDARD,
    ssl_context: ssl.SSLContext | None = None,
) -> AsyncIterator[Sender]:
    transport = PartnerTransport(
        policy=policy, resolver=resolver, limits=limits, ssl_context=ssl_context
    )
    sender = Sender(transport, policy=policy, clock=utc_now, limits=limits)
    try:
        yield sender
    finally:
        await sender.aclose()


def get(url: str) -> PreparedRequest:
    return PreparedRequest("GET", url, (), None)


# The guard


async def test_a_name_that_leads_to_a_private_address_is_blocked_before_any_packet(partner):
    async with sending(CLOSED, resolver=Names(["127.0.0.1"])) as sender:
        result = await sender.send(get(partner.url("/ok", host="partner.example")))
    assert result.failure is FailureKind.BLOCKED
    assert "partner.example resolves to 127.0.0.1, which is a private address" in result.message
    assert not result.left
    assert partner.connections == 0


async def test_one_bad_address_among_good_ones_blocks_the_name(partner):
    policy = TargetPolicy(allowed_networks=(ip_network("127.0.0.1/32"),))
    async with sending(policy, resolver=Names(["127.0.0.1", "127.0.0.2"])) as sender:
        result = await sender.send(get(partner.url("/ok", host="partner.example")))
    assert result.failure is FailureKind.BLOCKED
    assert "127.0.0.2" in result.message
    assert partner.connections == 0


async def test_a_name_that_changes_between_check_and_dial_is_blocked(partner):
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    url = partner.url("/ok", host="partner.example")
    assert await CLOSED.check_resolved(url, names) == ["8.8.8.8"]
    async with sending(CLOSED, resolver=names) as sender:
        result = await sender.send(get(url))
    assert result.failure is FailureKind.BLOCKED
    assert names.asked == 2
    assert partner.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"]
)
async def test_the_transport_alone_dials_no_private_address_however_it_is_written(partner, host):
    transport = PartnerTransport(policy=CLOSED, resolver=SystemResolver())
    request = httpx.Request("GET", f"http://{host}:{partner.port}/ok")
    with pytest.raises(httpx.TransportError):
        await transport.handle_async_request(request)
    await transport.aclose()
    assert partner.connections == 0


async def test_the_socket_is_checked_even_when_the_resolver_was_not(partner, monkeypatch):
    monkeypatch.setattr(TargetPolicy, "check_host", lambda *_, **__: None)
    async with sending(CLOSED, resolver=Names(["127.0.0.1"])) as sender:
        result = await sender.send(get(partner.url("/ok", host="partner.example")))
    assert result.failure is FailureKind.BLOCKED
    assert "127.0.0.1" in result.message
    assert partner.connections == 0


async def test_our_own_test_receiver_is_reached_and_nothing_else_of_ours(partner):
    policy = TargetPolicy(own_origins=frozenset({("localhost", partner.port)}))
    async with sending(policy, resolver=Names(["127.0.0.1"])) as sender:
        echoed = await sender.send(get(partner.url("/echo/sale", host="localhost")))
        # The connection to us is in the pool now, and must serve nobody else.
        api = await sender.send(get(partner.url("/api/v1/events", host="localhost")))
        alias = await sender.send(get(partner.url("/echo/sale", host="alias.example")))
    assert echoed.succeeded
    assert (api.failure, alias.failure) == (FailureKind.BLOCKED, FailureKind.BLOCKED)
    assert [one.path for one in partner.requests] == ["/echo/sale"]
    assert partner.connections == 1


async def test_an_answer_that_comes_while_the_connection_rests_is_not_taken_for_the_next(partner):
    transport = PartnerTransport(policy=LOOPBACK)

    async def body_of(path: str) -> bytes:
        answer = await transport.handle_async_request(httpx.Request("GET", partner.url(path)))
        return await answer.aread()

    assert await body_of("/twice?late=1") == b"mine"
    async with asyncio.timeout(5):
        while transport._resting:  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.01)
    assert await body_of("/ok") == b"ok"
    await transport.aclose()


async def test_a_connection_that_the_partner_is_closing_is_not_used_again():
    """Both in one turn of the loop: it reads that the partner has closed, and a call begins."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    rests, closed = threading.Event(), threading.Event()

    def answer() -> None:
        for _ in range(2):
            connection, _ = server.accept()
            with connection:
                connection.recv(9_999)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                rests.wait(10)
            closed.set()

    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    with server, ThreadPoolExecutor(1) as partner:
        answering = partner.submit(answer)
        async with sending(LOOPBACK) as sender:
            assert (await sender.send(get(url))).succeeded
            rests.set()
            closed.wait(10)  # the loop stands still meanwhile, and has this to read when it goes on
            await asyncio.sleep(0)
            assert (await asyncio.create_task(sender.send(get(url)))).succeeded
        answering.result(10)


# Names


async def test_an_unknown_name_is_explained():
    async with sending(CLOSED, resolver=Names([])) as sender:
        result = await sender.send(get("http://unknown.example/"))
    assert result.failure is FailureKind.DNS
    assert "unknown.example was not found" in result.message
    assert not result.left


async def test_name_servers_that_do_not_answer_are_explained():
    async def hanging(host: str, port: int) -> list[str]:
        raise LookupTimedOut

    async with sending(CLOSED, resolver=hanging) as sender:
        result = await sender.send(get("http://slow.example/"))
    assert result.failure is FailureKind.DNS
    assert "within 3 s" in result.message


async def test_a_resolver_without_end_is_ended_by_the_time_for_connecting():
    async def endless(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    limits = Limits(dns=0.1, connect=0.1)
    async with sending(CLOSED, resolver=endless, limits=limits) as sender:
        result = await sender.send(get("http://slow.example/"))
    assert result.failure is FailureKind.TIMEOUT
    assert not result.left


async def test_a_partner_that_accepts_no_connection_is_given_up():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)  # noqa: FBT003
            filler.connect_ex(("127.0.0.1", port))
        async with sending(LOOPBACK, limits=Limits(connect=0.3)) as sender:
            result = await sender.send(get(f"http://127.0.0.1:{port}/"))
        for filler in fillers:
            filler.close()
    assert result.failure is FailureKind.TIMEOUT
    assert "accepted no connection within 0.3 s" in result.message
    assert result.duration_ms < 2500
    assert not result.left


# TLS


def make_certificate(
    folder: Path, host: str, *, days: int = 1
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a certificate of its own, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    until = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


async def test_a_trusted_certificate_is_accepted_under_its_own_name(tmp_path):
    server, client = make_certificate(tmp_path, "secure.example")
    with Partner(ssl_context=server) as partner:
        names = Names(["127.0.0.1"])
        async with sending(LOOPBACK, resolver=names, ssl_context=client) as sender:
            for _ in range(3):
                result = await sender.send(get(partner.url("/ok", host="secure.example")))
                assert result.succeeded, result.message
        assert partner.requests[0].header("host") == f"secure.example:{partner.port}"
        assert partner.connections == 1
        assert names.asked == 1


@pytest.mark.parametrize(
    ("host", "days", "is_trusted", "words"),
    [
        ("secure.example", 1, False, "is self-signed"),
        ("secure.example", -2, True, "has expired"),
        ("other.example", 1, True, "is made out to another host name"),
    ],
)
async def test_a_bad_certificate_is_refused_and_nothing_is_sent(
    tmp_path, host, days, is_trusted, words
):
    server, client = make_certificate(tmp_path, "secure.example", days=days)
    with Partner(ssl_context=server) as partner:
        async with sending(
            LOOPBACK, resolver=Names(["127.0.0.1"]), ssl_context=client if is_trusted else None
        ) as sender:
            result = await sender.send(get(partner.url("/ok", host=host)))
        assert result.failure is FailureKind.TLS
        assert f"The certificate of {host} {words}" in result.message
        assert not result.left
        assert partner.requests == []


async def test_https_to_a_port_without_tls_is_explained(partner):
    async with sending(LOOPBACK) as sender:
        result = await sender.send(get(f"https://127.0.0.1:{partner.port}/ok"))
    assert result.failure in {FailureKind.TLS, FailureKind.CONNECT}
    assert not result.left
    assert partner.requests == []


async def test_a_silent_handshake_is_given_up_within_the_time_for_connecting():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with sending(LOOPBACK, limits=Limits(connect=0.3)) as sender:
            result = await sender.send(get(f"https://127.0.0.1:{port}/"))
    assert result.failure is FailureKind.TIMEOUT
    assert "completed no secure connection within 0.3 s" in result.message
    assert result.duration_ms < 2500
    assert not result.left


# The types of httpx


async def test_an_error_of_the_transport_keeps_its_cause():
    transport = PartnerTransport(policy=CLOSED, resolver=Names(["10.0.0.1"]))
    with pytest.raises(httpx.ConnectError) as failed:
        await transport.handle_async_request(httpx.Request("GET", "http://a.example/"))
    cause: BaseException | None = failed.value
    while cause is not None and not isinstance(cause, Blocked):
        cause = cause.__cause__
    assert isinstance(cause, Blocked)
    assert cause.address == "10.0.0.1"
    await transport.aclose()


async def test_an_ordinary_httpx_client_can_use_the_transport(partner):
    async with httpx.AsyncClient(
        transport=PartnerTransport(policy=LOOPBACK), trust_env=False
    ) as client:
        answer = await client.post(partner.url("/ok?a=b"), content=b"body")
        assert answer.text == "ok"
    assert partner.requests[0].body == b"body"
    assert partner.requests[0].target == b"/ok?a=b"


@pytest.mark.parametrize(
    "request_",
    [
        httpx.Request("GET", "http://127.0.0.1/", headers=[(b"X-A", b"1\r\nX-B: 2")]),
        httpx.Request("GET", "http://127.0.0.1/", extensions={"target": b"/ HTTP/1.1\r\nX: 1"}),
        httpx.Request("GET", "http://127.0.0.1/", extensions={"target": b"/ HTTP/1.0"}),
        httpx.Request("GET", "http://127.0.0.1/", headers=[(b"X-A", b"1\0")]),
        httpx.Request("GET", "http://127.0.0.1/", headers=[(b"X-A", b"1\nX-B: 2")]),
        httpx.Request("GET", "http://127.0.0.1/", headers=[(b"X-A", b"1\rX-B: 2")]),
    ],
)
async def test_the_transport_itself_writes_no_second_line_or_request(request_):
    transport = PartnerTransport(policy=LOOPBACK)
    with pytest.raises(httpx.LocalProtocolError):
        await transport.handle_async_request(request_)


async def test_the_sender_speaks_to_any_transport_of_httpx(partner):
    sender = Sender(
        httpx.AsyncHTTPTransport(), policy=LOOPBACK, clock=utc_now, limits=Limits(response_read=99)
    )
    whole = await sender.send(get(partner.url("/p?x=%2F+%20?")))
    endless = await sender.send(get(partner.url("/huge")))
    closed = await sender.send(get(partner.url("/hangup")))
    await sender.aclose()
    assert (whole.succeeded, whole.response_body, whole.truncated) == (True, "ok", False)
    assert (endless.succeeded, endless.truncated) == (True, True)
    assert closed.left
    assert partner.requests[0].target == b"/p?x=%2F+%20?"
