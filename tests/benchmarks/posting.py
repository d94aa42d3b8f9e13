"""A program that posts events: bare HTTP over kept connections, so that it costs little itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CONNECTIONS = 32

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Poster:
    """Posts with one API key; as many calls at once as there are connections."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._free: asyncio.Queue[Connection] = asyncio.Queue()

    @property
    def connections(self) -> int:
        """Return how many calls can be under way at once."""
        return _CONNECTIONS

    async def open(self) -> None:
        """Open all connections."""
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))

    def close(self) -> None:
        """Close the connections that are not in use."""
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def post(self, path: str, body: bytes, *, once: str = "") -> bytes:
        """Return the body of the answer, which must be a 201; `once` is an Idempotency-Key."""
        named = f"Idempotency-Key: {once}\r\n" if once else ""
        connection = await self._free.get()
        reader, writer = connection
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Authorization: Bearer {self._key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{named}\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        answer = await reader.readexactly(length)
        self._free.put_nowait(connection)
        if not head.startswith(b"HTTP/1.1 201"):
            raise RuntimeError((head + answer).decode())
        return answer


@asynccontextmanager
async def poster(port: int, key: str) -> AsyncIterator[Poster]:
    """Give a poster with open connections."""
    opened = Poster(port, key)
    await opened.open()
    try:
        yield opened
    finally:
        opened.close()
