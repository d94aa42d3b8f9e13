"""Sees what leaves: every connection that this process begins, and every one that arrives.

The interpreter itself reports a connection before it is made (`sys.addaudithook`), whichever
library asks for it; nothing of the product is replaced. A `Trap` counts on the other side, with
real sockets.
"""

import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any, Self

_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})


@dataclass(slots=True)
class Witness:
    """The addresses that were dialled and the names that the system was asked for, in order."""

    dialled: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)


_watching: list[Witness] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event in _SENDING and args[0].family in _INTERNET and args[1] is not None:
        address = str(args[1][0])
        for witness in _watching:
            witness.dialled.append(address)
        if not _is_here(address):
            # A guard with a hole must not make a test call strangers.
            raise PermissionError(f"a test dialled {address}")
    elif event in _ASKING:
        for witness in _watching:
            witness.looked_up.append(str(args[0]))


@cache
def _install() -> None:
    sys.addaudithook(_hook)  # stays as long as the interpreter


def _is_here(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    inner = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (inner or parsed).is_loopback


@contextmanager
def watching() -> Iterator[Witness]:
    """Watch the whole process; what would leave the machine is seen and then held back."""
    _install()
    witness = Witness()
    _watching.append(witness)
    try:
        yield witness
    finally:
        _watching.remove(witness)


class Trap:
    """Listens on loopback addresses, all with one port, and answers nobody."""

    def __init__(self, hosts: Iterable[str] = ("127.0.0.1", "::1"), *, port: int = 0) -> None:
        self.port = port
        self.hosts: list[str] = []
        self._hosts = tuple(hosts)
        self._listening: list[socket.socket] = []

    def __enter__(self) -> Self:
        for host in self._hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with suppress(OSError):  # not every machine has every one of these addresses
                one = socket.create_server((host, self.port), family=family)
                one.setblocking(False)  # noqa: FBT003
                self.port = one.getsockname()[1]
                self._listening.append(one)
                self.hosts.append(host)
        assert self._listening, "nothing to listen on"
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._listening:
            one.close()

    def arrived(self) -> int:
        """Return how many connections came since the last question, and hang up on them.

        On loopback a connection is in the queue before the dialling side knows that it stands.
        """
        count = 0
        for one in self._listening:
            with suppress(BlockingIOError):
                while True:
                    one.accept()[0].close()
                    count += 1
        return count
