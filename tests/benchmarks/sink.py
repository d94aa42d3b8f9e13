"""A partner that only counts, or only hangs: a process of its own, cheap beside what it measures.

`python -m tests.benchmarks.sink PORTS` listens on that many free ports of 127.0.0.1, prints them
on one line, and answers every request at once. With `hang` as a second argument it reads and never
answers. `GET /count` gives how many requests came, `GET /report` gives them and forgets them.
Requests have no body.
"""

import gc
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_KEY = re.compile(rb"[?&]e=([^& ]*)")
_CONNECTIONS = 64
_READ_BYTES = 65_536
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Report:
    """What came since the last report: (key, unix seconds) each, and the sink's own CPU seconds.

    The key is the query's `e`.
    """

    arrivals: list[tuple[str, float]]
    cpu_seconds: float

    @property
    def seconds(self) -> float:
        """Return the time between the first and the last arrival."""
        moments = [moment for _, moment in self.arrivals]
        return max(moments) - min(moments) if moments else 0.0

    @property
    def rate(self) -> float:
        """Return arrivals per second, from the first to the last."""
        return len(self.arrivals) / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink and its ports."""

    ports: tuple[int, ...]

    def url(self, number: int) -> str:
        """Return a URL at one of the ports, without a query."""
        return f"http://127.0.0.1:{self.ports[number % len(self.ports)]}/postback"

    def report(self) -> Report:
        """Return what came since the last call."""
        found = self._ask("/report")
        return Report([(key, moment) for key, moment in found["arrivals"]], found["cpu"])

    def arrivals(self) -> list[tuple[str, float]]:
        """Return what arrived since the last call."""
        return self.report().arrivals

    def count(self) -> int:
        """Return how many arrived since the last report."""
        return int(self._ask("/count"))

    def _ask(self, path: str) -> dict:
        with urlopen(f"http://127.0.0.1:{self.ports[0]}{path}", timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running_sink(ports: int, *, hangs: bool = False) -> Iterator[Sink]:
    """Run a sink in a process of its own."""
    arguments = [str(ports), *(["hang"] if hangs else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink", *arguments], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield Sink(tuple(json.loads(process.stdout.readline())))
    finally:
        process.kill()
        process.wait()


def measure_ceiling(sink: Sink, *, seconds: float) -> tuple[float, float]:
    """Return (requests per second reached, requests per second of the sink's own CPU time).

    A bare load: 64 connections that send the same bytes and read what comes.
    """
    sink.report()
    request = b"GET /postback?e=bare HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    selector = selectors.DefaultSelector()
    for number in range(_CONNECTIONS):
        port = sink.ports[number % len(sink.ports)]
        connection = socket.create_connection(("127.0.0.1", port))
        selector.register(connection, selectors.EVENT_READ)
        connection.send(request)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(1):
            key.fileobj.recv(_READ_BYTES)
            key.fileobj.send(request)
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    selector.close()
    found = sink.report()
    return found.rate, len(found.arrivals) / found.cpu_seconds


class _Server:
    """One thread that waits on all connections at once: cheaper than a task for each."""

    def __init__(self, ports: int, *, hangs: bool) -> None:
        self._hangs = hangs
        self._arrivals: list[tuple[bytes, float]] = []
        self._cpu = time.process_time()
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[socket.socket, bytes] = {}
        self.ports = [self._listen() for _ in range(ports)]

    def serve(self) -> None:
        """Serve until the process is killed, or the one that started it is gone."""
        parent = os.getppid()
        while os.getppid() == parent:
            for key, _ in self._selector.select(_LOOK_SECONDS):
                key.data(key.fileobj)

    def _listen(self) -> int:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(connection, selectors.EVENT_READ, self._read)

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(_READ_BYTES)
            if not data:
                self._close(connection)
                return
            if self._unfinished:
                data = self._unfinished.pop(connection, b"") + data
            heads = data.split(b"\r\n\r\n")
            if heads[-1]:
                self._unfinished[connection] = heads[-1]
            for head in heads[:-1]:
                self._answer(connection, head)
        except OSError:
            self._close(connection)

    def _answer(self, connection: socket.socket, head: bytes) -> None:
        found = _KEY.search(head)
        if found is not None:
            self._arrivals.append((found[1], time.time()))
            if not self._hangs:
                connection.send(_ANSWER)
            return
        if head.startswith(b"GET /count "):
            body = str(len(self._arrivals)).encode()
        else:
            body = self._report()
        answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(answer.encode() + body)

    def _report(self) -> bytes:
        now = time.process_time()
        arrivals = [(key.decode(), moment) for key, moment in self._arrivals]
        body = json.dumps({"arrivals": arrivals, "cpu": now - self._cpu}).encode()
        self._cpu = time.process_time()
        self._arrivals.clear()
        return body

    def _close(self, connection: socket.socket) -> None:
        self._unfinished.pop(connection, None)
        self._selector.unregister(connection)
        connection.close()


def main() -> None:
    """Listen, say where, and serve."""
    server = _Server(int(sys.argv[1]), hangs="hang" in sys.argv[2:])
    sys.stdout.write(json.dumps(server.ports) + "\n")
    sys.stdout.flush()
    gc.disable()
    server.serve()


if __name__ == "__main__":
    main()
