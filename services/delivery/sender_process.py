"""A process that only sends: requests come in over a socket, results go back.

`python -m services.delivery.sender_process FD` is started by `sender_pool`. It ends when the
socket does, so it never outlives its parent, and leaves SIGTERM and SIGINT to it.
"""

import asyncio
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from services.clock import utc_now
from services.delivery.limits import Limits
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.delivery.transport import PartnerTransport
from services.target_guard import TargetPolicy

# Bytes in front of each message that say how long it is.
LENGTH = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """What a sending process must know before its first request."""

    policy: TargetPolicy
    limits: Limits


def packed(message: object) -> bytes:
    """Return a message as it goes over the socket; both ends are the same code of ours."""
    body = pickle.dumps(message, protocol=5)
    return len(body).to_bytes(LENGTH, "big") + body


async def unpacked(reader: asyncio.StreamReader) -> Any:
    """Return the next message; raise IncompleteReadError when the other end has gone."""
    length = int.from_bytes(await reader.readexactly(LENGTH), "big")
    return pickle.loads(await reader.readexactly(length))  # noqa: S301 - from our own process


# Plain tuples: a frozen dataclass with slots is packed by Python code, field by field.
as_request: Callable[[PreparedRequest], tuple[Any, ...]] = attrgetter(
    *(field.name for field in fields(PreparedRequest))
)
as_result: Callable[[AttemptResult], tuple[Any, ...]] = attrgetter(
    *(field.name for field in fields(AttemptResult))
)


class _Answers:
    """Collects the results of one turn of the loop and sends them together."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: list[tuple[int, tuple[Any, ...]]] = []

    def put(self, number: int, result: AttemptResult) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append((number, as_result(result)))

    def _flush(self) -> None:
        self._writer.write(packed(self._waiting))
        self._waiting = []


async def _serve(connection: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        await _answer(reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # whoever asked is gone: so is the reason to go on
    finally:
        writer.close()  # left to the collector it would complain of a loop that has ended


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    rules: Rules = await unpacked(reader)
    transport = PartnerTransport(policy=rules.policy, limits=rules.limits)
    sender = Sender(transport, policy=rules.policy, clock=utc_now, limits=rules.limits)
    answers = _Answers(writer)
    tasks: set[asyncio.Task[None]] = set()

    async def send(number: int, request: PreparedRequest) -> None:
        answers.put(number, await sender.send(request))

    writer.write(packed("ready"))
    try:
        while True:
            for number, request in await unpacked(reader):
                task = asyncio.create_task(send(number, PreparedRequest(*request)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await sender.aclose()


def main() -> None:
    """Serve the socket whose number is the only argument."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    asyncio.run(_serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
