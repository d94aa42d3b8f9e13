"""Processes that a measurement starts: ended with all they started, and what they used."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from services.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_PROC = Path("/proc")
_STOP_SECONDS = 25


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    log: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own; end the whole group afterwards."""
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | (environment or {}),
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to stop and kill what is left of it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)


def worker_command() -> list[str]:
    """Return the command of a worker as it runs in production."""
    return [sys.executable, "-m", "services", "worker"]


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process of ours works on this database."""
    return {
        "AFTERLEAD_DATABASE_URL": settings.database_url,
        "AFTERLEAD_SECRET_KEY": settings.secret_key,
        "AFTERLEAD_ALLOW_TARGETS": settings.allow_targets,
    }


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU time of these processes and all that they started and that still run.

    0.0 where there is no /proc.
    """
    fields = _stat()
    ticks = (int(fields[pid][11]) + int(fields[pid][12]) for pid in _family(roots, fields))
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def memory_mib(root: int, *, peak: bool = False) -> float:
    """Return the resident memory of a process and all that it started; Linux only.

    With `peak` the highest of each since `forget_peak`.
    """
    wanted = "VmHWM:" if peak else "VmRSS:"
    total = 0
    for pid in _family([root], _stat()):
        with suppress(OSError):  # it has ended meanwhile
            for line in (_PROC / str(pid) / "status").read_text().splitlines():
                if line.startswith(wanted):
                    total += int(line.split()[1])
    return total / 1024


def forget_peak(root: int) -> None:
    """Have the peaks start again from what is resident now."""
    for pid in _family([root], _stat()):
        (_PROC / str(pid) / "clear_refs").write_text("5")


def _stat() -> dict[int, list[str]]:
    """Return of each running process the fields of /proc/PID/stat that follow its name."""
    found = {}
    for path in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            found[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    return found


def _family(roots: Iterable[int], stat: Mapping[int, list[str]]) -> list[int]:
    """Return these processes and their descendants."""
    children: dict[int, list[int]] = {}
    for pid, fields in stat.items():
        children.setdefault(int(fields[1]), []).append(pid)
    found = [pid for pid in roots if pid in stat]
    for pid in found:
        found += children.get(pid, [])
    return found
