"""Partners that answer with too much, or too slowly, in a process of their own.

`python -m tests.benchmarks.nasty PORTS` listens on that many free ports of 127.0.0.1 and prints
them on one line. The path of a request says how it is answered.
"""

import asyncio
import contextlib
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

_HUGE_BYTES = 64 << 20
_CHUNK = b"x" * 65_536
_BOMB_BYTES = 256 << 20
_HEADER_LINES = 500
_LOOK_SECONDS = 5.0

Write = asyncio.StreamWriter


async def huge(writer: Write) -> None:
    """Answer 64 MiB, as fast as they are taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % _HUGE_BYTES)
    for _ in range(_HUGE_BYTES // len(_CHUNK)):
        writer.write(_CHUNK)
        await writer.drain()


async def bomb(writer: Write) -> None:
    """Answer 256 MiB of zeros, compressed to a thousandth."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n")
    writer.write(b"Content-Length: %d\r\n\r\n" % len(_bomb()))
    writer.write(_bomb())
    await writer.drain()


async def drip(writer: Write) -> None:
    """Answer a byte a second."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(1)


async def headers(writer: Write) -> None:
    """Answer 500 header lines of 2,000 bytes."""
    lines = (b"X-%d: %s\r\n" % (number, b"h" * 2_000) for number in range(_HEADER_LINES))
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"".join(lines) + b"Content-Length: 2\r\n\r\nok")
    await writer.drain()


WAYS: dict[str, Callable[[Write], Awaitable[None]]] = {
    "huge": huge,
    "bomb": bomb,
    "drip": drip,
    "headers": headers,
}
_bombs: list[bytes] = []


def _bomb() -> bytes:
    if not _bombs:
        _bombs.append(gzip.compress(bytes(_BOMB_BYTES)))
    return _bombs[0]


@contextmanager
def running_nasty(ports: int) -> Iterator[list[int]]:
    """Run such partners and give their ports."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.nasty", str(ports)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


async def _converse(reader: asyncio.StreamReader, writer: Write) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await WAYS[head.split(b"/", 2)[1].split(b"?")[0].decode()](writer)
    writer.close()


async def _main(count: int) -> None:
    _bomb()
    servers = [
        await asyncio.start_server(_converse, "127.0.0.1", 0, backlog=256) for _ in range(count)
    ]
    sys.stdout.write(json.dumps([server.sockets[0].getsockname()[1] for server in servers]) + "\n")
    sys.stdout.flush()
    parent = os.getppid()
    while os.getppid() == parent:  # else the one that started it is gone
        await asyncio.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
