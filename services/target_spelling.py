"""Reads the URL of a postback as every resolver and browser would, or says what is wrong with it.

Byte for byte where it is the partner's business (path and query), canonical where it decides
where a packet goes (scheme, host, port).
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

import idna

MAX_URL_BYTES = 8 * 1024
DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(
    r"(https?)://([^/?#\\\x00-\x20\x7f]+)([/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?", re.IGNORECASE
)
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


class BadTarget(ValueError):
    """The URL itself is malformed or forbidden; the message says what to change."""


class Authority(NamedTuple):
    """Where a URL leads: `written` is its spelling, `host` the lower-case, canonical form."""

    written: str
    host: str
    port: int
    is_address: bool


def read_url(url: str) -> tuple[str, Authority, str]:
    """Return scheme, authority, and path with query; the latter as written, at least `/`.

    Raises BadTarget with a sentence that says what to change.
    """
    match = _URL.fullmatch(url)
    if match is None or len(url) > MAX_URL_BYTES:
        raise BadTarget(_what_is_wrong(url))
    scheme, written, path = match.groups()
    scheme = scheme.lower()
    if path is None:
        path = "/"
    elif path[0] == "?":
        path = f"/{path}"
    return scheme, _read_authority(scheme, written), path


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
def _read_authority(scheme: str, authority: str) -> Authority:
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
            return Authority(authority, str(IPv6Address(written)), port, is_address=True)
        except AddressValueError:
            raise BadTarget(f"“{written}” is not an IPv6 address.") from None
    written, colon, digits = authority.partition(":")
    if ":" in digits:
        raise BadTarget("An IPv6 address needs brackets: http://[2606:4700::1]/.")
    port = _read_port(scheme, colon + digits)
    host = _canonical_name(written)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return Authority(authority, _read_ipv4(host, written), port, is_address=True)
    if not _HOST_NAME.fullmatch(host):
        raise BadTarget(f"“{written[:80]}” is not a valid host name.")
    return Authority(authority, host, port, is_address=False)


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
