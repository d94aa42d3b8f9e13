"""The target guard at the connection: addresses when a name is looked up, and in the socket."""

import socket
from contextvars import ContextVar

from aiohttp.abc import AbstractResolver, ResolveResult

from services.target_guard import Resolver, TargetPolicy

AddressInfo = tuple[
    int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]
]

# Whether the call of this task goes to our own test receiver. Resolver and socket factory run in
# the context of the call, and aiohttp hands them nothing but host, port and address.
calls_own_receiver: ContextVar[bool] = ContextVar("calls_own_receiver", default=False)


class VettingResolver(AbstractResolver):
    """Answers only when every address of the name may be reached; raises Blocked otherwise."""

    def __init__(self, policy: TargetPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        """Return the addresses to dial; raise OSError when the name has none."""
        addresses = await self._resolver(host, port)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} has no address")
        self._policy.check_host(host, port, addresses, own_receiver=calls_own_receiver.get())
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is open here; who passed the resolver in closes it."""


class VettedSockets:
    """Makes the sockets of a connector, each for an address that was checked once more.

    This is the last place before a packet leaves, and the only one that sees a literal address,
    which no resolver is asked for.
    """

    def __init__(self, policy: TargetPolicy) -> None:
        self._policy = policy

    def __call__(self, info: AddressInfo) -> socket.socket:
        """Return a new socket for the address; raise Blocked when it must not be reached."""
        family, kind, protocol, _, address = info
        host, port = str(address[0]), int(str(address[1]))
        self._policy.check_address(host, port, own_receiver=calls_own_receiver.get())
        return socket.socket(family, kind, protocol)
