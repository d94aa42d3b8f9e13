"""A partner that only counts: answers every request at once, in a process of its own.

`python -m tests.benchmarks.sink PORTS` listens on that many free ports of 127.0.0.1, prints them
on one line, and answers `GET /report` with the arrivals as JSON: [[key, unix seconds], …], where
key is the query's `e`.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

_arrivals: list[tuple[str, float]] = []


class _Protocol(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            line = head.split(b"\r\n", 1)[0]
            if line.startswith(b"GET /report"):
                self._report()
                continue
            key = line.split(b"e=", 1)[-1].split(b" ", 1)[0].split(b"&", 1)[0].decode()
            _arrivals.append((key, time.time()))
            self._transport.write(_ANSWER)

    def _report(self) -> None:
        body = json.dumps(_arrivals).encode()
        _arrivals.clear()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._transport.write(head.encode() + body)
        self._transport.close()


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink and its ports."""

    ports: tuple[int, ...]

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.ports[number % len(self.ports)]}/postback"

    def arrivals(self) -> list[tuple[str, float]]:
        """Return what arrived since the last call."""
        with urlopen(f"http://127.0.0.1:{self.ports[0]}/report") as answer:
            return [(key, moment) for key, moment in json.load(answer)]


@contextmanager
def running_sink(ports: int) -> Iterator[Sink]:
    """Run a sink in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink", str(ports)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield Sink(tuple(json.loads(process.stdout.readline())))
    finally:
        process.kill()
        process.wait()


async def _main(count: int) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Protocol, "127.0.0.1", 0) for _ in range(count)]
    sys.stdout.write(json.dumps([server.sockets[0].getsockname()[1] for server in servers]) + "\n")
    sys.stdout.flush()
    gc.disable()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
