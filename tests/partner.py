"""A partner's server for tests: real sockets on the loopback, every request kept as it came.

| Path | What it does |
|---|---|
| `/ok`, and any other | 200, `ok` |
| `/status/<n>` | that status; `?location=` and `?retry-after=` become headers |
| `/redirect?to=` | 302 to that URL |
| `/retry-after?value=&status=` | 429 (or that status) with `Retry-After` |
| `/flaky?times=` | 503 so many times for the same target, then 200 |
| `/slow?seconds=` | 200 after a while |
| `/hang` | reads the request and never answers |
| `/drip?status=` | headers at once, then a byte every 50 ms, without end |
| `/drip-head` | the same, and never gets to the end of its headers |
| `/hangup` | reads the request and closes without an answer |
| `/reset` | reads the request and resets the connection |
| `/broken-off` | promises 100 bytes and closes after 3 |
| `/huge` | a body without end, as fast as it is taken |
| `/gzip-bomb` | 10 MiB of zeros, compressed |
| `/headers-flood` | 1,000 header lines |
| `/long-header` | one header line of 1 MiB |
| `/not-http` | something that is no HTTP |
| `/interim` | two 1xx answers, then 200 |
| `/twice` | two answers to one request; `?late=1`: the second one a moment later |
"""

import asyncio
import gzip
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; `received_at` is `time.time()`, `connection` counts from 1."""

    method: str
    target: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: float
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target.decode("latin-1")).path

    @property
    def query(self) -> dict[str, str]:
        parsed = parse_qs(urlsplit(self.target.decode("latin-1")).query, keep_blank_values=True)
        return {name: values[0] for name, values in parsed.items()}

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Partner:
    """`with Partner() as partner: … partner.url("/ok") … partner.wait_for(1)`."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._ssl_context = ssl_context
        self._requests: list[Received] = []
        self._changed = threading.Condition()
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="partner", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the partner did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        scheme = "http" if self._ssl_context is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def requests(self) -> list[Received]:
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        with self._changed:
            return self._connections

    def wait_for(
        self, count: int, path: str | None = None, *, timeout: float = 10.0
    ) -> list[Received]:
        """Return the requests (of that path) as soon as there are so many."""

        def matching() -> list[Received]:
            return [one for one in self._requests if path is None or one.path == path]

        with self._changed:
            if not self._changed.wait_for(lambda: len(matching()) >= count, timeout):
                seen = [one.target for one in self._requests]
                raise AssertionError(f"wanted {count} requests within {timeout} s, got {seen}")
            return matching()

    def forget(self) -> None:
        with self._changed:
            self._requests.clear()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(
            self._converse, "127.0.0.1", 0, ssl=self._ssl_context, limit=1 << 20, backlog=1024
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        with self._changed:
            self._connections += 1
            number = self._connections
        try:
            while not writer.is_closing():
                request = await read_request(reader, number)
                with self._changed:
                    self._requests.append(request)
                    self._changed.notify_all()
                    earlier = Counter(one.target for one in self._requests)[request.target] - 1
                first = request.path.strip("/").partition("/")[0]
                await ANSWERS.get(first, Answer.ok)(Answer(writer, request, earlier))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side left, or the test is over
        finally:
            self._open.discard(task)
            with suppress(OSError):
                writer.close()


class Answer:
    """The ways to answer one request; `earlier` is how often its target came before."""

    def __init__(self, writer: asyncio.StreamWriter, request: Received, earlier: int) -> None:
        self.writer = writer
        self.request = request
        self.earlier = earlier

    def send(self, status: int = 200, body: bytes = b"ok", **headers: str) -> None:
        self.writer.write(self.message(status, body, **headers))

    def message(self, status: int, body: bytes, **headers: str) -> bytes:
        if status in {204, 304}:
            body = b""
        lines = [f"HTTP/1.1 {status:03} Test"]
        if status != 204:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    async def ok(self) -> None:
        self.send()

    async def status(self) -> None:
        names = ("location", "retry-after")
        headers = {name: self.request.query[name] for name in names if name in self.request.query}
        self.send(int(self.request.path.rpartition("/")[2]), **headers)

    async def redirect(self) -> None:
        self.send(302, b"", location=self.request.query["to"])

    async def retry_after(self) -> None:
        status = int(self.request.query.get("status", "429"))
        self.send(status, b"", retry_after=self.request.query["value"])

    async def flaky(self) -> None:
        self.send(503 if self.earlier < int(self.request.query["times"]) else 200)

    async def slow(self) -> None:
        await asyncio.sleep(float(self.request.query["seconds"]))
        self.send()

    async def hang(self) -> None:
        await asyncio.Event().wait()

    async def drip(self) -> None:
        status = int(self.request.query.get("status", "200"))
        self.writer.write(b"HTTP/1.1 %d Test\r\nContent-Length: 100000\r\n\r\n" % status)
        while True:
            self.writer.write(b".")
            await self.writer.drain()
            await asyncio.sleep(0.05)

    async def drip_head(self) -> None:
        self.writer.write(b"HTTP/1.1 200 Test\r\nX-Slow: ")
        while True:
            self.writer.write(b".")
            await self.writer.drain()
            await asyncio.sleep(0.05)

    async def hangup(self) -> None:
        self.writer.close()

    async def reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def broken_off(self) -> None:
        self.writer.write(b"HTTP/1.1 200 Test\r\nContent-Length: 100\r\n\r\nabc")
        await self.writer.drain()
        self.writer.close()

    async def huge(self) -> None:
        self.writer.write(b"HTTP/1.1 200 Test\r\nContent-Length: 1073741824\r\n\r\n")
        while True:
            self.writer.write(b"x" * 65536)
            await self.writer.drain()

    async def gzip_bomb(self) -> None:
        self.send(200, gzip.compress(b"\0" * (10 << 20)), content_encoding="gzip")

    async def headers_flood(self) -> None:
        self.send(200, **{f"x-{number}": "1" for number in range(1000)})

    async def long_header(self) -> None:
        self.send(200, x_long="1" * (1 << 20))

    async def not_http(self) -> None:
        self.writer.write(b"220 mail.partner.example ESMTP\r\n\r\n")
        await self.writer.drain()
        self.writer.close()

    async def interim(self) -> None:
        self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")
        self.send()

    async def twice(self) -> None:
        if "late" in self.request.query:
            self.send(200, b"mine")
            await asyncio.sleep(0.05)
            self.send(200, b"not yours")
        else:
            self.writer.write(self.message(200, b"mine") + self.message(200, b"not yours"))


ANSWERS: dict[str, Callable[[Answer], Awaitable[None]]] = {
    name.replace("_", "-"): behaviour
    for name, behaviour in vars(Answer).items()
    if asyncio.iscoroutinefunction(behaviour)
}


async def read_request(reader: asyncio.StreamReader, connection: int) -> Received:
    first_byte = await reader.readexactly(1)
    if first_byte == b"\x16":
        raise ConnectionError("a TLS handshake on a plain port")
    head = (first_byte + await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name, value.strip()) for name, _, value in pairs)
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = await reader.readexactly(length)
    return Received(method, target.encode("latin-1"), headers, body, time.time(), connection)
