"""Workers by the hundred: forked from a process that has imported everything already.

Importing takes two seconds and a kill a few milliseconds. So `python -m tests.crash.nursery`
imports once, and each line on its standard input forks a process that runs the very function of
`python -m services worker`, with its own environment, log, connections and threads. Nothing but
modules is shared: the nursery opens no database and starts no thread.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from services.command_line import main

# A stop may take 25 s; the machine of a test may be busy with others.
STOP_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """Starts workers; made by `running_nursery`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **request: object) -> int:
        """Send one request to the nursery and return the number that it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, environment: Mapping[str, str], *, log: Path, **settings: str) -> "Worker":
        """Start a worker; `settings` are more variables of its environment."""
        pid = self.ask(start={**environment, **settings}, log=str(log))
        return Worker(self, pid, log)


@dataclass(slots=True)
class Worker:
    """A worker process."""

    nursery: Nursery
    pid: int
    log: Path
    id: str = ""  # as the database knows it

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would; after the call it is gone."""
        with suppress(ProcessLookupError):
            self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> float:
        """End it as an administrator would and return the seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.wait()
        assert code == 0, f"exit code {code}\n{self.tail()}"
        return time.monotonic() - began

    def tail(self) -> str:
        """Return the end of its log."""
        return self.log.read_text()[-3000:]

    def wait(self) -> int:
        """Return its exit code, or minus the signal that ended it, once it has ended."""
        return self.nursery.ask(wait=self.pid, seconds=STOP_SECONDS)

    @property
    def is_running(self) -> bool:
        return self.nursery.ask(wait=self.pid, seconds=0) == RUNNING


# No exit code and no signal has this number.
RUNNING = 1_000


@contextmanager
def running_nursery() -> Iterator[Nursery]:
    """Run a nursery; every worker that it started is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery"],
        cwd=ROOT,
        env={name: text for name, text in os.environ.items() if not name.startswith("AFTERLEAD_")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Nursery(process)
    finally:
        process.communicate(timeout=STOP_SECONDS)  # the end of its input is its end


def _serve() -> None:
    codes: dict[int, int] = {}
    running: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            pid = _fork(request["start"], request["log"])
            running.add(pid)
            codes.pop(pid, None)  # of a process long gone: numbers come round again
            _answer(pid)
        else:
            _answer(_wait(request["wait"], request["seconds"], codes))
            running.difference_update(codes)
    for pid in running:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _fork(environment: Mapping[str, str], log: str) -> int:
    if pid := os.fork():
        return pid
    code = 1
    try:
        os.environ.update(environment)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDONLY) if number == 0 else output, number)
        sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - for as long as the process lives
        code = main(["worker"])
    finally:
        sys.stderr.flush()
        os._exit(code)


def _wait(pid: int, seconds: float, codes: dict[int, int]) -> int:
    deadline = time.monotonic() + seconds
    while pid not in codes:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            codes[pid] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() >= deadline:
            return RUNNING
        else:
            time.sleep(0.002)
    return codes[pid]


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
