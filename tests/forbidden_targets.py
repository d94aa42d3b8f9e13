"""Where no packet may go: the ranges, their first and last addresses, and how these are written.

Written down a second time, from the specification, so that a slip in our own tables is seen.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IPV4_RANGES = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
""".split()  # noqa: SIM905 - a table is easier to compare

# The whole of what is forbidden …
IPV6_RANGES = """
    ::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20
""".split()  # noqa: SIM905

# … and the ranges in it that somebody gave a meaning: unspecified, loopback, IPv4-compatible,
# IPv4-translated, NAT64 and its local form, discard, segment routing, unique local, link-local,
# site-local, multicast; Teredo, benchmarks, ORCHID and its successor.
NAMED_IPV6_RANGES = """
    ::/128 ::1/128 ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 5f00::/16 fc00::/7
    fe80::/10 fec0::/10 ff00::/8 2001::/32 2001:2::/48 2001:10::/28 2001:20::/28
""".split()  # noqa: SIM905

ALL_RANGES = [*IPV4_RANGES, *IPV6_RANGES, *NAMED_IPV6_RANGES]

# Single addresses that are worth an attack: loopback, and where clouds keep their metadata.
PRIZES = ["127.0.0.1", "169.254.169.254", "100.100.100.200", "fd00:ec2::254"]

# What some reader of URLs takes for 127.0.0.1 or ::1, and what must not even be asked for. To be
# filled in with a port.
MISLEADING_URLS = """
    http://partner.example@127.0.0.1:{port}/ http://partner.example:80@127.0.0.1:{port}/
    http://127.0.0.1:{port}@partner.example/ http://127.0.0.1:{port}#@partner.example/
    http://127.0.0.1:{port}\\@partner.example/ http://partner.example\\@127.0.0.1:{port}/
    http:127.0.0.1:{port}/ http:/127.0.0.1:{port}/ http:///127.0.0.1:{port}/ //127.0.0.1:{port}/
    http:\\\\127.0.0.1:{port}/ http://127.0.0.%31:{port}/ http://%31%32%37.1:{port}/
    http://127.0.0.1..:{port}/ http://.127.0.0.1:{port}/ http://127.0.0.1:+{port}/
    http://127.0.0.1:{port}:80/ http://127.0.0.1：{port}/ http://127.0.0.1／:{port}/
    http://00000000000000000177.0.0.1:{port}/ http://0x0000000000000000007f.1:{port}/
    http://127.0.0.1.0:{port}/ http://127.256:{port}/ http://383.0.0.1:{port}/
    http://4294967296:{port}/ http://6425673729:{port}/ http://-1:{port}/ http://0b1111111.1:{port}/
    http://0o177.1:{port}/ http://127.0.0.08:{port}/ http://١٢٧.٠.٠.١:{port}/
    http://::1:{port}/ http://[::1:{port}/ http://[127.0.0.1]:{port}/ http://[127.1]:{port}/
    http://[::1%25lo]:{port}/ http://[::1%lo]:{port}/ http://[::1]x:{port}/ http://[[::1]]:{port}/
    http://[::ffff:127.1]:{port}/ http://[::ffff:0x7f.0.0.1]:{port}/ http://[v1.::1]:{port}/
    http://［::1］:{port}/ ftp://127.0.0.1:{port}/ gopher://127.0.0.1:{port}/_GET
    ws://127.0.0.1:{port}/ http+unix://127.0.0.1:{port}/ file://127.0.0.1/etc/passwd
""".split()  # noqa: SIM905
MISLEADING_URLS += [
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1 :{port}/",
    "http://127.0.0.1\r\n:{port}/",
    "http://127.0.0.1\x00.partner.example:{port}/",
    " http://127.0.0.1:{port}/",
]

_DIGITS = {
    "full-width": "０１２３４５６７８９",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "bold": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "raised": "⁰¹²³⁴⁵⁶⁷⁸⁹",
}
_DOTS = "。．｡․"
# Soft hyphen, zero-width space, word joiner, variation selector: invisible and left out by IDNA.
_INVISIBLE = "\u00ad\u200b\u2060\ufe0f"


def edges(network: str) -> list[str]:
    """Return the first and the last address of a range."""
    parsed = ip_network(network)
    return list(dict.fromkeys(str(address) for address in (parsed[0], parsed[-1])))


def disguises(address: str) -> list[str]:
    """Return the IPv6 addresses that some router or system takes for that IPv4 address."""
    number = int(IPv4Address(address))
    return [
        str(IPv6Address(value))
        for value in (
            (0xFFFF << 32) + number,  # mapped: ::ffff:a.b.c.d
            (0xFFFF << 48) + number,  # translated: ::ffff:0:a.b.c.d
            number,  # compatible: ::a.b.c.d
            (0x64FF9B << 96) + number,  # NAT64
            (0x64FF9B0001 << 80) + number,  # NAT64 of a site
            (0x2002 << 112) + (number << 80),  # 6to4
            (0x20010000 << 96) + (number << 64),  # Teredo's server
            (0x20010000 << 96) + (number ^ 0xFFFFFFFF),  # Teredo's client
        )
    ]


def addresses_of(network: str) -> list[str]:
    """Return the first and the last address of a range and, for IPv4, all their disguises."""
    found = edges(network)
    return [*found, *(other for one in found if ":" not in one for other in disguises(one))]


def spellings(address: str) -> list[str]:
    """Return hosts of a URL that mean the address, IPv6 in brackets; none is left to a resolver."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        *front, _, _ = parsed.exploded.split(":")
        tail = IPv4Address(int(parsed) & 0xFFFFFFFF)
        written = [str(parsed), parsed.exploded, str(parsed).upper(), ":".join([*front, str(tail)])]
        return [f"[{one}]" for one in dict.fromkeys(written)]
    number = int(parsed)
    a, b, c, d = parsed.packed
    plain = str(parsed)
    return [
        plain,
        f"{plain}.",
        f"{a}.{b}.{(c << 8) + d}",
        f"{a}.{(b << 16) + (c << 8) + d}",
        str(number),
        f"0{number}" if set(str(number)) <= {"0"} else f"{number:#x}",
        f"0X{number:08X}",
        f"0{number:o}",
        f"{number:#x}.",
        ".".join(f"0{part:o}" for part in parsed.packed),
        ".".join(f"{part:#x}" for part in parsed.packed),
        f"0x{a:08x}.0{b:o}.{(c << 8) + d}",
        *(plain.translate(str.maketrans("0123456789", digits)) for digits in _DIGITS.values()),
        str(number).translate(str.maketrans("0123456789", _DIGITS["circled"])),
        *(plain.replace(".", dot) for dot in _DOTS),
        *(f"{plain[:2]}{nothing}{plain[2:]}" for nothing in _INVISIBLE),
    ]
