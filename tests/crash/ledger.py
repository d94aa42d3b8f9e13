"""A partner in a process of its own that writes down every request before it answers.

`python -m tests.crash.ledger FILE PORTS` listens on that many free ports of 127.0.0.1 and prints
them on one line. It behaves by the paths of `tests.partner`; a path may be below a name of its
own, such as `/ok/clicks`. Each line of FILE is one request, as JSON. A process that is killed can
lose no line: the file is written by another one.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.partner import ANSWERS, Answer, Received, read_request

# What may differ between two attempts of one delivery: they are signed anew, at a new time.
SIGNED_ANEW = frozenset({"webhook-timestamp", "webhook-signature", "x-postback-signature"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as the partner got it; `at` is `time.monotonic()`, the same in all processes.

    `request` is everything that must be the same in every attempt. `status` is what was answered,
    `None` when nothing was.
    """

    at: float
    delivery_id: str
    path: str
    request: tuple[str, ...]
    status: int | None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class LedgerFile:
    """Reads the file of a running ledger; each look reads only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self.sent: list[Sent] = []

    @property
    def size(self) -> int:
        """Return the bytes written so far, which costs less than reading them."""
        return self._path.stat().st_size

    def look(self) -> list[Sent]:
        """Return every request so far, in the order of their arrival."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            at, delivery_id, path, request, status = json.loads(line)
            # Most lines of most requests are equal, and there may be a million of them.
            same = tuple(sys.intern(part) for part in request)
            self.sent.append(Sent(at, delivery_id, path, same, status))
        return self.sent


@dataclass(frozen=True, slots=True)
class Ledger:
    """A running ledger."""

    ports: tuple[int, ...]
    file: LedgerFile

    def url(self, path: str, *, number: int = 0) -> str:
        return f"http://127.0.0.1:{self.ports[number % len(self.ports)]}{path}"


@contextmanager
def running_ledger(folder: Path, *, ports: int = 1) -> Iterator[Ledger]:
    """Run a ledger that writes into `folder`."""
    path = folder / "ledger.jsonl"
    path.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.ledger", str(path), str(ports)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield Ledger(tuple(json.loads(process.stdout.readline())), LedgerFile(path))
    finally:
        process.kill()
        process.communicate()


class _Server:
    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._earlier: Counter[bytes] = Counter()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):  # the other side left, or was killed
            while not writer.is_closing():
                request = await read_request(reader, 0)
                earlier = self._earlier[request.target]
                self._earlier[request.target] += 1
                self._write(request, earlier)
                answer = ANSWERS.get(_behaviour(request), Answer.ok)
                await answer(Answer(writer, request, earlier))
                await writer.drain()
        with suppress(OSError):
            writer.close()

    def _write(self, request: Received, earlier: int) -> None:
        headers = [
            f"{name}: {value}" for name, value in request.headers if name.lower() not in SIGNED_ANEW
        ]
        same = [
            f"{request.method} {request.target.decode('latin-1')}",
            *headers,
            hashlib.sha256(request.body).hexdigest(),
        ]
        line = [
            time.monotonic(),
            request.header("webhook-id") or "",
            request.path,
            same,
            _status(request, earlier),
        ]
        os.write(self._file, json.dumps(line).encode() + b"\n")


def _behaviour(request: Received) -> str:
    return request.path.strip("/").partition("/")[0]


def _status(request: Received, earlier: int) -> int | None:
    """Return the status that the answer is going to have."""
    match _behaviour(request):
        case "status":
            return int(request.path.rpartition("/")[2])
        case "redirect":
            return 302
        case "retry-after":
            return int(request.query.get("status", "429"))
        case "flaky":
            return 503 if earlier < int(request.query["times"]) else 200
        case "hang" | "hangup" | "reset" | "not-http":
            return None
        case _:
            return 200


async def _main(path: Path, count: int) -> None:
    server = _Server(path)
    running = [
        await asyncio.start_server(server.converse, "127.0.0.1", 0, limit=1 << 20, backlog=1024)
        for _ in range(count)
    ]
    sys.stdout.write(json.dumps([each.sockets[0].getsockname()[1] for each in running]) + "\n")
    sys.stdout.flush()
    await asyncio.gather(*(each.serve_forever() for each in running))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
