"""Where a postback may go: the spelling of its URL and the addresses behind its host.

Pure apart from the resolver that is passed in. The same rules run when a postback is saved, at
every attempt, and once more on the address in the socket.
"""

import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from services.address_ranges import parse_address, why_forbidden
from services.target_spelling import BadTarget, read_url

__all__ = ["BadTarget", "Blocked", "Resolver", "Target", "TargetPolicy"]

# Ports that never take a postback and where a stray HTTP request can do harm.
FORBIDDEN_PORTS = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    53: "DNS",
    110: "POP3",
    111: "RPC",
    135: "Windows RPC",
    139: "NetBIOS",
    143: "IMAP",
    389: "LDAP",
    445: "SMB",
    465: "SMTP",
    587: "SMTP",
    636: "LDAP",
    1433: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    2380: "etcd",
    3306: "MySQL",
    3389: "Remote Desktop",
    5432: "PostgreSQL",
    5672: "AMQP",
    5900: "VNC",
    6379: "Redis",
    6443: "Kubernetes",
    9042: "Cassandra",
    9092: "Kafka",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    10250: "Kubernetes",
    11211: "Memcached",
    27017: "MongoDB",
}

# Answers with the addresses of a host, or raises OSError, within a time limit of its own.
Resolver = Callable[[str, int], Awaitable[list[str]]]

_ECHO_PATH = re.compile(r"/echo/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.~-]+")
_OUTLET = "An administrator can let a range through with AFTERLEAD_ALLOW_TARGETS."


class Blocked(OSError):
    """A host leads to an address that postbacks must not reach; the message names the address.

    An OSError, since only those pass through the connection code of the HTTP library unharmed.
    """

    def __init__(self, message: str, *, address: str) -> None:
        super().__init__(message)
        self.address = address


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed: `host` is lower case, ASCII and canonical; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str
    is_own_receiver: bool = False


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """The rules of one installation.

    `allowed_networks` are the private ranges an administrator lets through. `own_origins` are our
    own (host, port) pairs, in lower case, where only the built-in test receiver may be called.
    """

    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    own_origins: frozenset[tuple[str, int]] = frozenset()

    def check_url(self, url: str) -> Target:
        """Return the parts of the URL, its path and query byte for byte as they were written.

        Looks at the spelling, the port and a literal address, never at the network. Raises
        BadTarget with a sentence that says what to change.
        """
        scheme, (written, host, port, is_address), path = read_url(url)
        if (host, port) in self.own_origins:
            if scheme == "http" and _ECHO_PATH.fullmatch(path.partition("?")[0]):
                return Target(scheme, host, port, path, is_own_receiver=True)
            raise BadTarget(
                "This URL leads back to Afterlead itself. Only the test receiver can be called: "
                f"http://{written}/echo/your-name."
            )
        if is_address:
            self._check_literal(written, host, port)
        elif port in FORBIDDEN_PORTS and not self.allowed_networks:
            raise BadTarget(_port_refusal(port))
        return Target(scheme, host, port, path)

    def check_address(self, address: str, port: int, *, own_receiver: bool = False) -> None:
        """Pass when a connection to the address may be opened; raise Blocked otherwise.

        `own_receiver` says that the URL was found to be our own test receiver.
        """
        if own_receiver and any(port == own for _, own in self.own_origins):
            return
        if self._is_allowed(address):
            return
        meaning = why_forbidden(address)
        if meaning is not None:
            raise Blocked(f"{address} is {meaning}. {_OUTLET}", address=address)
        if port in FORBIDDEN_PORTS:
            raise Blocked(_port_refusal(port), address=address)

    def check_host(
        self, host: str, port: int, addresses: list[str], *, own_receiver: bool = False
    ) -> None:
        """Pass when every address of the host passes; raise Blocked with host and address."""
        for address in addresses:
            try:
                self.check_address(address, port, own_receiver=own_receiver)
            except Blocked:
                if host == address or why_forbidden(address) is None:
                    raise
                raise Blocked(
                    f"{host} resolves to {address}, which is {why_forbidden(address)}. {_OUTLET}",
                    address=address,
                ) from None

    async def check_resolved(self, url: str, resolver: Resolver) -> list[str]:
        """Return the addresses behind the URL, every one of which a postback may reach.

        Raises BadTarget for the URL, Blocked when any address is forbidden, and OSError when the
        name cannot be resolved.
        """
        target = self.check_url(url)
        if _is_address(target.host):
            return [target.host]
        addresses = await resolver(target.host, target.port)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, f"{target.host} has no address")
        self.check_host(target.host, target.port, addresses, own_receiver=target.is_own_receiver)
        return addresses

    def _check_literal(self, written: str, host: str, port: int) -> None:
        try:
            self.check_address(host, port)
        except Blocked as error:
            spelled_plainly = written.partition(":")[0] == host or f"[{host}]" in written
            meaning = why_forbidden(host)
            if spelled_plainly or meaning is None:
                raise BadTarget(str(error)) from error
            raise BadTarget(f"{written} means {host}, which is {meaning}. {_OUTLET}") from error

    def _is_allowed(self, address: str) -> bool:
        if not self.allowed_networks:
            return False
        try:
            parsed = parse_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.allowed_networks)


def _is_address(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


def _port_refusal(port: int) -> str:
    return f"Port {port} belongs to {FORBIDDEN_PORTS[port]}, not to a web server. Use another port."
