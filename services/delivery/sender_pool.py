"""Sends in this process while there is little to send, and in others beside it under load.

One process of Python uses one core. Under load the sending takes most of it, so it goes to
processes of its own, and this one claims and settles. What kills a sending process kills no
worker: its deliveries are reclaimed when their leases run out.
"""

import asyncio
import logging
import socket
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.delivery.limits import STANDARD, Limits
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.delivery.sender_process import Rules, as_request, packed, unpacked
from services.target_guard import TargetPolicy

log = logging.getLogger(__name__)

# So many are under way before another process is asked.
SENT_HERE = 8
_ROOT = Path(__file__).resolve().parents[2]


class SenderLost(Exception):
    """The process that was sending is gone; whether the request left is unknown."""


@dataclass(slots=True)
class _Child:
    process: Process
    writer: asyncio.StreamWriter
    reading: asyncio.Task[None] | None = None
    is_ready: bool = False
    under_way: dict[int, asyncio.Future[AttemptResult]] = field(default_factory=dict)
    waiting: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)


class SenderPool:
    """Has the interface of `Sender`; `processes` more of them are started when they are needed."""

    def __init__(
        self, sender: Sender, *, policy: TargetPolicy, processes: int, limits: Limits = STANDARD
    ) -> None:
        self._sender = sender
        self._policy = policy
        self._limits = limits
        self._most = processes
        self._here = self._elsewhere = 0
        self._number = 0
        self._children: list[_Child] = []
        self._starting: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def processes(self) -> tuple[int, ...]:
        """Return the ids of the processes that can send now."""
        return tuple(child.process.pid for child in self._children if child.is_ready)

    async def send(self, request: PreparedRequest) -> AttemptResult:
        """Send once, here or in another process; see `Sender.send`.

        Raises SenderLost when the other process ended meanwhile.
        """
        if self._here + self._elsewhere >= SENT_HERE:
            self._start_another()
            ready = [child for child in self._children if child.is_ready]
            if ready:
                return await self._ask(min(ready, key=_load), request)
        self._here += 1
        try:
            return await self._sender.send(request)
        finally:
            self._here -= 1

    async def aclose(self) -> None:
        """End the other processes and close the connections of this one."""
        self._closing = True
        if self._starting is not None:
            await self._starting
        for child in list(self._children):
            child.writer.close()
            if child.reading is not None:
                await child.reading
        await self._sender.aclose()

    def _start_another(self) -> None:
        # One at a time, and only when those that are there have more to do than this one.
        is_busy = all(len(child.under_way) >= SENT_HERE for child in self._children)
        if self._starting is None and len(self._children) < self._most and is_busy:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._started)

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.delivery.sender_process",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
            )
        except OSError:
            log.exception("no further process could be started; sending goes on in this one")
            ours.close()
            self._most = len(self._children)
            return
        finally:
            theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours)
        writer.write(packed(Rules(self._policy, self._limits)))
        child = _Child(process, writer)
        self._children.append(child)
        child.reading = asyncio.create_task(self._read(child, reader))

    def _started(self, _task: asyncio.Task[None]) -> None:
        self._starting = None

    async def _ask(self, child: _Child, request: PreparedRequest) -> AttemptResult:
        loop = asyncio.get_running_loop()
        self._number += 1
        number = self._number
        answer: asyncio.Future[AttemptResult] = loop.create_future()
        child.under_way[number] = answer
        self._elsewhere += 1
        if not child.waiting:
            loop.call_soon(_flush, child)
        child.waiting.append((number, as_request(request)))
        try:
            return await answer
        finally:
            child.under_way.pop(number, None)
            self._elsewhere -= 1

    async def _read(self, child: _Child, reader: asyncio.StreamReader) -> None:
        try:
            child.is_ready = await unpacked(reader) == "ready"
            while True:
                for number, result in await unpacked(reader):
                    answer = child.under_way.get(number)
                    if answer is not None and not answer.done():
                        answer.set_result(AttemptResult(*result))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        self._children.remove(child)
        child.writer.close()
        code = await child.process.wait()
        if not self._closing:
            log.error("a sending process ended with %s", code)
        for answer in child.under_way.values():
            if not answer.done():
                answer.set_exception(SenderLost("The process that was sending is gone."))


def _load(child: _Child) -> int:
    return len(child.under_way)


def _flush(child: _Child) -> None:
    if not child.writer.is_closing():
        child.writer.write(packed(child.waiting))
    child.waiting = []
