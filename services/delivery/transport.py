"""The connection to partners: aiohttp's connections and parser below the types of httpx.

Measured on one core against a local sink, GET, 64 at a time: httpx's own transport 450 requests a
second, an aiohttp session 8,000 to 10,000, aiohttp's connector alone 20,000 to 30,000. The
connector also shows the address that is really dialled, where the last check of the target guard
belongs. And without a session nothing follows a redirection, keeps a cookie, asks the environment
for a proxy, re-encodes a URL, or sends a GET again when the partner hangs up.
"""

import asyncio
import math
import ssl
from dataclasses import dataclass
from functools import lru_cache

import aiohttp
import certifi
import httpx
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from services.delivery.limits import STANDARD, Limits
from services.delivery.vetting import VettedSockets, VettingResolver, calls_own_receiver
from services.name_lookup import SystemResolver
from services.target_guard import Resolver, TargetPolicy


@dataclass(slots=True)
class _Answer:
    """What has come so far; `status` is 0 until the headers are complete."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    is_whole: bool = False


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends one request once, to a vetted address, within the limits; follows and repeats nothing.

    Of the request's `extensions` it reads `target` (the request target as bytes, sent as it is;
    httpcore's name for it) and `own_receiver` (True lets the call through to our own test
    receiver). The answer's body is read at once, as far as the limits allow, and never inflated;
    when it goes on or broke off, `response.extensions["cut_off"]` is True. Raises httpx errors;
    their `__cause__` keeps what really happened.
    """

    def __init__(
        self,
        *,
        policy: TargetPolicy,
        resolver: Resolver | None = None,
        limits: Limits = STANDARD,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._limits = limits
        self._system_resolver = SystemResolver(timeout_seconds=limits.dns)
        self._resolver: Resolver = resolver or self._system_resolver
        self._ssl_context = ssl_context
        self._connector: aiohttp.TCPConnector | None = None
        self._dials: dict[tuple[bytes, bytes, int | None], ClientRequest] = {}
        self._timeout = aiohttp.ClientTimeout(
            connect=limits.dns + limits.connect,
            sock_connect=limits.connect,
            ceil_threshold=math.inf,  # otherwise times from 5 s on are rounded up
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer; raise an httpx.TransportError when there is none.

        An answer counts from its complete headers on, however its body ends.
        """
        calls_own_receiver.set(request.extensions.get("own_receiver", False))
        message = _message(request)
        answer = _Answer()
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._limits.total):
                connection = await self._connect(request)
                await self._exchange(connection, request.method, message, answer)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            if not answer.status:
                raise _as_httpx(error, request, is_sent=connection is not None) from error
        finally:
            if connection is not None:
                _give_back(connection, is_reusable=answer.is_whole)
        return httpx.Response(
            answer.status,
            headers=list(answer.headers),
            stream=httpx.ByteStream(answer.body),
            request=request,
            extensions={"cut_off": not answer.is_whole},
        )

    async def aclose(self) -> None:
        """Close all connections; calls under way end with an error."""
        self._system_resolver.close()
        self._dials.clear()
        if self._connector is not None:
            connector, self._connector = self._connector, None
            await connector.close()

    async def _connect(self, request: httpx.Request) -> Connection:
        """Return a connection from the pool, or a new one."""
        connector = self._connector or self._open()
        url = request.url
        origin = (url.raw_scheme, url.raw_host, url.port)
        dial = self._dials.get(origin)
        if dial is None:
            if len(self._dials) >= 10_000:
                self._dials.clear()
            root = URL(str(url.copy_with(raw_path=b"/")), encoded=True)
            # Only tells the connector where to; it is never sent.
            dial = ClientRequest("GET", root, loop=asyncio.get_running_loop())
            self._dials[origin] = dial
        connection = await self._dial(dial, connector)
        if connection.protocol is not None and connection.protocol.should_close:
            # A partner that sent something unasked would have it taken for its next answer.
            connection.close()
            connection = await self._dial(dial, connector)
        return connection

    async def _dial(self, dial: ClientRequest, connector: aiohttp.TCPConnector) -> Connection:
        try:
            return await connector.connect(dial, traces=[], timeout=self._timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError from error

    async def _exchange(
        self, connection: Connection, method: str, message: bytes, answer: _Answer
    ) -> None:
        """Write the request once and read into `answer` what comes."""
        limits = self._limits
        protocol = connection.protocol
        if protocol is None or protocol.transport is None:
            raise aiohttp.ServerDisconnectedError
        protocol.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=limits.silence,
            read_bufsize=limits.response_read // 4,
            timeout_ceil_threshold=math.inf,
            max_line_size=limits.response_line,
            max_field_size=limits.response_line,
            max_headers=limits.response_headers,
        )
        protocol.transport.write(message)
        protocol.start_timeout()
        head, content = await protocol.read()
        while 100 <= head.code < 200 and head.code != 101:
            head, content = await protocol.read()
        if not 200 <= head.code < 600:
            raise HttpProcessingError(message=f"status {head.code} cannot end a call")
        answer.status, answer.headers = head.code, head.raw_headers
        while chunk := await content.readany():
            answer.body += chunk
            if len(answer.body) > limits.response_read:
                return
        answer.is_whole = True

    def _open(self) -> aiohttp.TCPConnector:
        self._connector = aiohttp.TCPConnector(
            resolver=VettingResolver(self._policy, self._resolver),
            socket_factory=VettedSockets(self._policy),
            use_dns_cache=False,
            limit=0,
            limit_per_host=0,
            keepalive_timeout=self._limits.keep_alive,
            ssl=self._ssl_context or _verifying_context(),
            timeout_ceil_threshold=math.inf,
        )
        return self._connector


def _message(request: httpx.Request) -> bytes:
    """Return the request as it goes on the wire: every byte as given, nothing added.

    Raises httpx.LocalProtocolError when the given bytes could be read as a second header line or
    a second request.
    """
    stream = request.stream
    if not isinstance(stream, httpx.ByteStream):
        raise httpx.LocalProtocolError("the body must be bytes", request=request)
    target: bytes = request.extensions.get("target") or request.url.raw_path
    raw = request.headers.raw
    lines = [b"%s: %s\r\n" % header for header in raw]
    head = b"%s %s HTTP/1.1\r\n%s\r\n" % (request.method.encode(), target, b"".join(lines))
    breaks = len(lines) + 2
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        raise httpx.LocalProtocolError("a line break in URL or headers", request=request)
    if b" " in target or not any(name.lower() == b"host" for name, _ in raw):
        raise httpx.LocalProtocolError("a space in the URL, or no host", request=request)
    return head + b"".join(stream)


def _give_back(connection: Connection, *, is_reusable: bool) -> None:
    """Put the connection into the pool, unless something of either message is still under way."""
    protocol = connection.protocol
    transport = protocol.transport if protocol is not None else None
    if is_reusable and transport is not None and transport.get_write_buffer_size() == 0:
        connection.release()
    else:
        connection.close()


@lru_cache(maxsize=1)
def _verifying_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and Mozilla's, and always verifies."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def _as_httpx(error: Exception, request: httpx.Request, *, is_sent: bool) -> httpx.TransportError:
    """Return the httpx error that says the same."""
    kind: type[httpx.TransportError]
    match error:
        case TimeoutError():
            kind = httpx.ReadTimeout if is_sent else httpx.ConnectTimeout
        case aiohttp.InvalidURL():
            kind = httpx.UnsupportedProtocol
        case _ if not is_sent:
            kind = httpx.ConnectError
        case HttpProcessingError() | aiohttp.ClientPayloadError():
            kind = httpx.RemoteProtocolError
        case _:
            kind = httpx.ReadError
    return kind(str(error) or type(error).__name__, request=request)
