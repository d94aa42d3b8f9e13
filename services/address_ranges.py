"""Which IP addresses are no public destination: our own list, judged address by address.

Python's `is_global` is no guard: it is true for multicast, `::7f00:1`, `64:ff9b::7f00:1` and
`fec0::`. For IPv6 the rule is turned round, so that a range assigned tomorrow is closed today:
everything outside 2000::/3 is forbidden.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_PRIVATE = "a private address"
_RESERVED = "a reserved address"

FORBIDDEN_IPV4 = {
    ip_network(network): meaning
    for network, meaning in {
        "0.0.0.0/8": f"{_RESERVED} (“this network”, often the server itself)",
        "10.0.0.0/8": f"{_PRIVATE} (internal network)",
        "100.64.0.0/10": f"{_PRIVATE} (shared by a provider's customers)",
        "127.0.0.0/8": f"{_PRIVATE} (loopback, the server itself)",
        "168.63.129.16/32": f"{_PRIVATE} (Azure's host machine)",
        "169.254.0.0/16": f"{_PRIVATE} (link-local, where cloud metadata lives)",
        "172.16.0.0/12": f"{_PRIVATE} (internal network)",
        "192.0.0.0/24": f"{_RESERVED} (protocol assignments)",
        "192.0.2.0/24": f"{_RESERVED} (documentation)",
        "192.88.99.0/24": f"{_RESERVED} (retired 6to4 relays)",
        "192.168.0.0/16": f"{_PRIVATE} (internal network)",
        "198.18.0.0/15": f"{_RESERVED} (benchmarks)",
        "198.51.100.0/24": f"{_RESERVED} (documentation)",
        "203.0.113.0/24": f"{_RESERVED} (documentation)",
        "224.0.0.0/4": f"{_RESERVED} (multicast)",
        "240.0.0.0/4": f"{_RESERVED} (future use and broadcast)",
    }.items()
}

PUBLIC_IPV6 = IPv6Network("2000::/3")

FORBIDDEN_INSIDE_PUBLIC_IPV6 = {
    ip_network(network): meaning
    for network, meaning in {
        "2001::/23": f"{_RESERVED} (protocol assignments, Teredo among them)",
        "2001:db8::/32": f"{_RESERVED} (documentation)",
        "2002::/16": f"{_RESERVED} (6to4, which can hide a private address)",
        "3fff::/20": f"{_RESERVED} (documentation)",
    }.items()
}

# Only to say something more helpful than "not public"; all of them lie outside 2000::/3.
_NAMED_IPV6 = {
    ip_network(network): meaning
    for network, meaning in {
        "::1/128": f"{_PRIVATE} (loopback, the server itself)",
        "::/128": f"{_RESERVED} (unspecified, often the server itself)",
        "64:ff9b::/96": f"{_RESERVED} (NAT64, which can hide a private address)",
        "fc00::/7": f"{_PRIVATE} (internal network)",
        "fe80::/10": f"{_PRIVATE} (link-local)",
        "fec0::/10": f"{_PRIVATE} (site-local)",
        "ff00::/8": f"{_RESERVED} (multicast)",
    }.items()
}


@lru_cache(maxsize=4096)
def parse_address(address: str) -> IPv4Address | IPv6Address:
    """Return the address that a packet would really go to: an IPv4-mapped one as its inner IPv4.

    A scope (`fe80::1%eth0`) is dropped: it names one of our own network cards. Raises ValueError
    when the text is no address.
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


@lru_cache(maxsize=4096)
def why_forbidden(address: str) -> str | None:
    """Return what the address is (“a private address (loopback, …)”), or None when it is public.

    A text that is no address in its plain form, such as `127.1`, is forbidden too: whoever dials
    it might read it in another way.
    """
    try:
        parsed = parse_address(address)
    except ValueError:
        return "no IP address"
    if isinstance(parsed, IPv4Address):
        ranges = FORBIDDEN_IPV4
    elif parsed in PUBLIC_IPV6:
        ranges = FORBIDDEN_INSIDE_PUBLIC_IPV6
    else:
        ranges = _NAMED_IPV6
    for network, meaning in ranges.items():
        if parsed in network:
            return meaning
    if isinstance(parsed, IPv6Address) and parsed not in PUBLIC_IPV6:
        return f"{_RESERVED} (outside the public IPv6 range 2000::/3)"
    return None
