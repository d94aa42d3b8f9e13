"""Finds the addresses of a host name without ever letting one slow name delay another."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Lookup = Callable[[str], list[str]]


class LookupTimedOut(OSError):
    """The name servers gave no answer in time."""


def system_lookup(host: str) -> list[str]:
    """Return the host's addresses, IPv6 and IPv4; blocks, and may do so for half a minute."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class SystemResolver:
    """Looks names up in threads of its own.

    The system's call cannot be cancelled: a dead name server holds its thread long after we gave
    up. So at most one thread works on a name, names that were slow the last time share a small
    number of threads, and the threads are daemons, which do not hold up the end of the process.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = 3.0,
        threads: int = 64,
        threads_for_slow_names: int = 8,
        keep_seconds: float = 5.0,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._timeout = timeout_seconds
        self._keep = keep_seconds
        self._lookup = lookup
        self._free = asyncio.Semaphore(threads)
        self._free_for_slow = asyncio.Semaphore(threads_for_slow_names)
        self._running: dict[str, asyncio.Task[list[str]]] = {}
        self._found: dict[str, tuple[float, list[str]]] = {}
        self._slow: set[str] = set()

    async def __call__(self, host: str, port: int) -> list[str]:  # noqa: ARG002 - part of the role
        """Return the addresses of the host, at most a few seconds old.

        Raises OSError when there are none, LookupTimedOut when nobody answered in time.
        """
        kept = self._found.get(host)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        task = self._running.get(host)
        if task is None:
            task = asyncio.create_task(self._find(host))
            self._running[host] = task
            task.add_done_callback(lambda done: self._finished(host, done))
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await asyncio.shield(task)
        except TimeoutError:
            self._slow.add(host)
            raise LookupTimedOut(
                f"no name server answered for {host} within {self._timeout:g} s"
            ) from None
        self._slow.discard(host)
        return addresses

    def close(self) -> None:
        """Give up all look-ups that are under way."""
        for task in self._running.values():
            task.cancel()

    async def _find(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def settle(addresses: list[str], error: OSError | None) -> None:
            if answer.done():
                return
            if error is None:
                answer.set_result(addresses)
            else:
                answer.set_exception(error)

        def work() -> None:
            addresses: list[str] = []
            error: OSError | None = None
            try:
                addresses = self._lookup(host)
            except OSError as caught:
                error = caught
            except UnicodeError:  # a label that Python's own codec does not take
                error = socket.gaierror(socket.EAI_NONAME, "not a host name")
            with suppress(RuntimeError):  # the loop may have ended while the system was waiting
                loop.call_soon_threadsafe(settle, addresses, error)

        async with self._free_for_slow if host in self._slow else self._free:
            threading.Thread(target=work, name=f"lookup {host}", daemon=True).start()
            return await answer

    def _finished(self, host: str, task: asyncio.Task[list[str]]) -> None:
        self._running.pop(host, None)
        # Asking for the exception also tells asyncio that somebody saw it.
        if task.cancelled() or task.exception() is not None:
            return
        now = time.monotonic()
        if len(self._found) > 1000:
            self._found = {name: kept for name, kept in self._found.items() if kept[0] > now}
        self._found[host] = (now + self._keep, task.result())
