"""Where a postback may go: the spelling of its URL and the addresses behind its host.

Pure apart from the resolver that is passed in. The same rules run when a postback is saved, at
every attempt, and once more on the address in the socket.
"""

import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

import idna

from services.address_ranges import parse_address, why_forbidden

MAX_URL_BYTES = 8 * 1024
DEFAULT_PORTS = {"http": 80, "https": 443}

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

_URL = re.compile(
    r"(https?)://([^/?#\\\x00-\x20\x7f]+)([/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?", re.IGNORECASE
)
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_ECHO_PATH = re.compile(r"/echo/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.~-]+")
_OUTLET = "An administrator can let a range through with AFTERLEAD_ALLOW_TARGETS."


class BadTarget(ValueError):
    """The URL itself is malformed or forbidden; the message says what to change."""


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
class _Authority:
    host: str
    port: int
    is_address: bool


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
        match = _URL.fullmatch(url)
        if match is None or len(url) > MAX_URL_BYTES:
            raise BadTarget(_what_is_wrong(url))
        scheme, written, path = match.groups()
        scheme = scheme.lower()
        authority = _read_authority(scheme, written)
        host, port = authority.host, authority.port
        if path is None:
            path = "/"
        elif path[0] == "?":
            path = f"/{path}"
        if (host, port) in self.own_origins:
            if scheme == "http" and _ECHO_PATH.fullmatch(path.partition("?")[0]):
                return Target(scheme, host, port, path, is_own_receiver=True)
            raise BadTarget(
                "This URL leads back to Afterlead itself. Only the test receiver can be called: "
                f"http://{written}/echo/your-name."
            )
        if authority.is_address:
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
        parsed = parse_address(address)
        return any(parsed in network for network in self.allowed_networks)


def _what_is_wrong(url: str) -> str:
    """Say why the URL does not have the one form that is accepted."""
    if len(url) > MAX_URL_BYTES:
        return f"The URL is longer than {MAX_URL_BYTES:,} bytes. Send fewer or shorter values."
    if not url:
        return "The URL is empty. Write it in full, such as https://partner.example/postback."
    if any(character.isspace() or ord(character) < 32 or character == "\x7f" for character in url):
        return "The URL contains a space or a control character. Write a space as %20."
    if "\\" in url:
        return "The URL contains a backslash. Write / between its parts, or %5C in a value."
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in DEFAULT_PORTS:
        return "The URL must start with http:// or https://."
    if not rest or rest[0] in "/?#":
        return "The URL has no host name after ://."
    if "#" in rest:
        return "The URL contains #. What follows it is never sent: remove it, or write %23."
    odd = next((character for character in rest if ord(character) > 126), "")
    if odd:
        encoded = "".join(f"%{byte:02X}" for byte in odd.encode(errors="replace"))
        return f"The URL contains “{odd}” in its path or query. Write it as {encoded}."
    return "The URL cannot be read. Write it in full, such as https://partner.example/postback."


@lru_cache(maxsize=4096)
def _read_authority(scheme: str, authority: str) -> _Authority:
    """Read `host[:port]` as every resolver and browser would, and return the canonical host."""
    if "@" in authority:
        raise BadTarget("The URL contains a user name (…@host). Send credentials in a header.")
    if "%" in authority:
        raise BadTarget("The host name contains a percent sign. Write the host in plain letters.")
    if authority.startswith("["):
        written, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadTarget(f"“{authority}” is not a valid host.")
        port = _read_port(scheme, rest)
        try:
            return _Authority(str(IPv6Address(written)), port, is_address=True)
        except AddressValueError:
            raise BadTarget(f"“{written}” is not an IPv6 address.") from None
    written, colon, digits = authority.partition(":")
    if ":" in digits:
        raise BadTarget("An IPv6 address needs brackets: http://[2606:4700::1]/.")
    port = _read_port(scheme, colon + digits)
    host = _canonical_name(written)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _Authority(_read_ipv4(host, written), port, is_address=True)
    if not _HOST_NAME.fullmatch(host):
        raise BadTarget(f"“{written[:80]}” is not a valid host name.")
    return _Authority(host, port, is_address=False)


def _read_port(scheme: str, text: str) -> int:
    if not text:
        return DEFAULT_PORTS[scheme]
    digits = text[1:]
    if digits.isascii() and digits.isdigit() and len(digits) <= 5 and 0 < int(digits) < 65536:
        return int(digits)
    raise BadTarget(
        f"“{digits[:20]}” is not a port. Use a number from 1 to 65535, or leave it out."
    )


def _canonical_name(written: str) -> str:
    """Return the name in lower-case ASCII without a trailing dot, as it goes to the resolver."""
    name = unicodedata.normalize("NFKC", written).replace("。", ".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise BadTarget(f"“{written[:80]}” is not a valid host name.") from None
    return name.removesuffix(".")


def _read_ipv4(host: str, written: str) -> str:
    """Read a numeric host by the rules of `inet_aton`: `127.1`, `0x7f.1`, `017700000001`.

    Libraries disagree about these spellings, so the one meaning that the system's own calls give
    them is found here, and only its plain form goes on.
    """
    parts = host.split(".")
    numbers: list[int] = []
    for part in parts:
        if not _NUMBER.fullmatch(part) or len(part) > 16:
            break
        digits = part.removeprefix("0x")
        base = 16 if part.startswith("0x") else 8 if part.startswith("0") and part != "0" else 10
        try:
            numbers.append(int(digits or "0", base))
        except ValueError:
            break
    *leading, last = numbers or [-1]
    fits = (
        len(numbers) == len(parts) <= 4
        and all(number < 256 for number in leading)
        and 0 <= last < 256 ** (5 - len(parts))
    )
    if not fits:
        raise BadTarget(f"“{written[:80]}” is not a valid IPv4 address.")
    value = last + sum(number << (24 - 8 * index) for index, number in enumerate(leading))
    return str(IPv4Address(value))


def _is_address(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


def _port_refusal(port: int) -> str:
    return f"Port {port} belongs to {FORBIDDEN_PORTS[port]}, not to a web server. Use another port."
