from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.target_guard import BadTarget, Blocked, TargetPolicy
from services.target_spelling import MAX_URL_BYTES
from tests.forbidden_targets import IPV4_RANGES, IPV6_RANGES

OPEN = TargetPolicy()
LOOPBACK_ALLOWED = TargetPolicy(allowed_networks=(ip_network("127.0.0.0/8"),))
WITH_RECEIVER = TargetPolicy(
    own_origins=frozenset({("localhost", 3000), ("127.0.0.1", 3000), ("track.example", 80)})
)

FORBIDDEN = [*IPV4_RANGES, *IPV6_RANGES]

# The addresses right before and after each range that are public themselves.
PUBLIC_NEIGHBOURS = """
    1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.1.255
    192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 168.63.129.15
    168.63.129.17 2000:: 2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
    2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003:: 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    3fff:1000:: 3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""".split()  # noqa: SIM905 - a table is easier to compare


@pytest.mark.parametrize("network", FORBIDDEN)
def test_the_first_and_the_last_address_of_each_forbidden_range_are_blocked(network):
    parsed = ip_network(network)
    for address in (parsed[0], parsed[-1]):
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            continue
        with pytest.raises(Blocked, match=str(address)):
            OPEN.check_address(str(address), 443)


@pytest.mark.parametrize("address", PUBLIC_NEIGHBOURS)
def test_the_public_neighbours_of_forbidden_ranges_pass(address):
    OPEN.check_address(address, 443)


@given(st.sampled_from(FORBIDDEN).flatmap(lambda net: st.ip_addresses(network=net)))
def test_every_address_of_a_forbidden_range_is_blocked(address):
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = ip_address("::1")
    with pytest.raises(Blocked):
        OPEN.check_address(str(address), 443)


@given(st.ip_addresses(v=4))
def test_an_ipv4_mapped_address_is_judged_by_its_inner_address(inner):
    def passes(address: str) -> bool:
        try:
            OPEN.check_address(address, 443)
        except Blocked:
            return False
        return True

    assert passes(f"::ffff:{inner}") == passes(str(inner))


@given(st.ip_addresses(v=4))
def test_no_other_way_to_wrap_an_ipv4_address_passes(inner):
    number = int(inner)
    for wrapped in (
        IPv6Address(number),  # ::a.b.c.d
        IPv6Address((0x64FF9B << 96) + number),
        IPv6Address((0x2002 << 112) + (number << 80)),
        IPv6Address((0x20010000 << 96) + number),
    ):
        with pytest.raises(Blocked):
            OPEN.check_address(str(wrapped), 443)


@pytest.mark.parametrize(
    "address", ["fec0::1", "ff02::1", "::7f00:1", "64:ff9b::7f00:1", "5f00::1"]
)
def test_what_python_calls_global_is_blocked_all_the_same(address):
    with pytest.raises(Blocked):
        OPEN.check_address(address, 443)


@pytest.mark.parametrize("text", ["", "127.1", "0x7f.1", "2130706433", "localhost", "[::1]"])
@pytest.mark.parametrize("policy", [OPEN, LOOPBACK_ALLOWED])
def test_what_is_no_plain_address_is_blocked_as_one(policy, text):
    with pytest.raises(Blocked, match="no IP address"):
        policy.check_address(text, 443)
    with pytest.raises(Blocked, match="resolves to"):
        policy.check_host("p.example", 443, [text])


@pytest.mark.parametrize(
    ("spelling", "meaning"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F.0.0.0x1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("１２７．０．０．１", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("127.0.0\u00ad.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("[::]", "::"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("[::ffff:7f00:1]", "::ffff:7f00:1"),
        ("[::7f00:1]", "::7f00:1"),
        ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
        ("[2002:7f00:1::]", "2002:7f00:1::"),
        ("169.254.169.254", "169.254.169.254"),
        ("0xa9fea9fe", "169.254.169.254"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
    ],
)
def test_every_spelling_of_a_private_address_reaches_the_same_check(spelling, meaning):
    with pytest.raises(BadTarget) as refused:
        OPEN.check_url(f"http://{spelling}/pb")
    # A mapped address may be shown by itself or by what it maps.
    assert meaning in str(refused.value)


@pytest.mark.parametrize(
    ("spelling", "host"),
    [
        ("134744072", "8.8.8.8"),
        ("0x8.8.2056", "8.8.8.8"),
        ("[2606:4700:0::1111]", "2606:4700::1111"),
        ("EXAMPLE.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ｅxample.com", "example.com"),
        ("a_b.example", "a_b.example"),
        ("1.example", "1.example"),
    ],
)
def test_a_public_host_passes_in_its_one_canonical_form(spelling, host):
    assert OPEN.check_url(f"https://{spelling}/pb").host == host


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "empty"),
        ("partner.example/pb", "http://"),
        ("ftp://partner.example/", "http://"),
        ("javascript:alert(1)", "http://"),
        ("file:///etc/passwd", "http://"),
        ("//partner.example/pb", "http://"),
        ("http:/partner.example", "http://"),
        ("http:///pb", "no host"),
        ("http://?x=1", "no host"),
        ("http://user@partner.example/", "user name"),
        ("http://user:secret@partner.example/", "user name"),
        ("http://partner.example@127.0.0.1/", "user name"),
        ("http://partner.example\\@127.0.0.1/", "backslash"),
        ("http://127.0.0.1#@partner.example/", "#"),
        ("http://partner.example/pb#part", "#"),
        ("http://partner.example/a b", "%20"),
        ("http://partner.example/a\tb", "control"),
        ("http://part\nner.example/", "control"),
        ("http://partner.example/a\r\nHost: other", "control"),
        ("http://partner.example/\x00", "control"),
        ("http://partner.example/ü", "%C3%BC"),
        ("http://127.0.0.%31/", "percent"),
        ("http://[fe80::1%25eth0]/", "percent"),
        ("http://[::1/", "not a valid host"),
        ("http://::1/", "brackets"),
        ("http://1.2.3.4.5/", "IPv4"),
        ("http://256.1.1.1/", "IPv4"),
        ("http://08.1.1.1/", "IPv4"),
        ("http://4294967296/", "IPv4"),
        ("http://a..b/", "host name"),
        ("http://-a.example/", "host name"),
        ("http://a℀b.example/", "host name"),
        ("http://{host}/pb", "host name"),
        ("http://" + "a" * 64 + ".example/", "host name"),
        ("http://partner.example:/", "port"),
        ("http://partner.example:0/", "port"),
        ("http://partner.example:65536/", "port"),
        ("http://partner.example:８０/", "port"),
        ("http://partner.example:22/", "SSH"),
        ("http://partner.example:6379/", "Redis"),
        ("http://8.8.8.8:25/", "SMTP"),
        ("http://partner.example/" + "a" * MAX_URL_BYTES, "longer"),
    ],
)
def test_a_bad_url_is_refused_with_a_sentence_that_says_why(url, word):
    with pytest.raises(BadTarget, match=word.replace("[", r"\[")) as refused:
        OPEN.check_url(url)
    assert str(refused.value).endswith(".")


def test_path_and_query_are_kept_byte_for_byte():
    odd = "/a/../%2F%2f//b;c=1?x=%20+&y={z}&&e=%C3%BC&u=http://other/?"
    target = OPEN.check_url(f"HTTPS://Partner.Example:8443{odd}")
    assert (target.scheme, target.host, target.port) == ("https", "partner.example", 8443)
    assert target.path == odd


@pytest.mark.parametrize(
    ("url", "path"), [("http://a.example", "/"), ("http://a.example?x=1", "/?x=1")]
)
def test_a_missing_path_is_the_root(url, path):
    assert OPEN.check_url(url).path == path


def test_an_allowed_range_is_let_through_with_any_port_and_nothing_else_is():
    assert LOOPBACK_ALLOWED.check_url("http://127.1:6379/").host == "127.0.0.1"
    LOOPBACK_ALLOWED.check_address("127.0.0.1", 6379)
    LOOPBACK_ALLOWED.check_address("::ffff:127.0.0.1", 6379)
    for address, port in (("::1", 80), ("10.0.0.1", 80), ("8.8.8.8", 6379)):
        with pytest.raises(Blocked):
            LOOPBACK_ALLOWED.check_address(address, port)


def _resolver(*addresses: str):
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


async def test_a_name_is_refused_when_any_of_its_addresses_is_forbidden():
    with pytest.raises(Blocked) as refused:
        await OPEN.check_resolved("https://p.example/", _resolver("8.8.8.8", "10.1.2.3"))
    assert str(refused.value).startswith("p.example resolves to 10.1.2.3, which is a private")


async def test_the_refusal_of_localhost_names_the_address_that_is_not_allowed():
    with pytest.raises(Blocked) as refused:
        await LOOPBACK_ALLOWED.check_resolved(
            "http://localhost.:8080/", _resolver("127.0.0.1", "::1")
        )
    assert str(refused.value).startswith("localhost resolves to ::1, which is a private address")


async def test_a_public_name_brings_its_addresses():
    found = await OPEN.check_resolved("https://p.example/", _resolver("8.8.8.8", "2606:4700::1"))
    assert found == ["8.8.8.8", "2606:4700::1"]


async def test_a_name_without_an_address_is_an_error():
    with pytest.raises(OSError, match="no address"):
        await OPEN.check_resolved("https://p.example/", _resolver())


async def test_a_forbidden_port_is_refused_for_a_name_outside_the_allowed_ranges():
    with pytest.raises(Blocked, match="Redis"):
        await LOOPBACK_ALLOWED.check_resolved("http://p.example:6379/", _resolver("8.8.8.8"))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/echo/sale",
        "http://LOCALHOST.:3000/echo/sale?status=500&delay=2",
        "http://127.0.0.1:3000/echo/a-b_c.d~1",
        "http://0x7f.1:3000/echo/sale",
        "http://track.example/echo/sale",
    ],
)
async def test_our_own_test_receiver_is_let_through(url):
    target = WITH_RECEIVER.check_url(url)
    assert target.is_own_receiver
    assert await WITH_RECEIVER.check_resolved(url, _resolver("127.0.0.1", "::1"))
    WITH_RECEIVER.check_address("127.0.0.1", target.port, own_receiver=True)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/echo",
        "/echo/",
        "/echo/..",
        "/echo/.",
        "/echo/../api/v1/events",
        "/echo/%2e%2e/api",
        "/echo/a%2f..%2f..%2fapi",
        "/echo/a/b",
        "/echo//a",
        "//echo/a",
        "/Echo/a",
        "/api/v1/events?x=/echo/a",
        "/echo;/a",
    ],
)
def test_nothing_else_of_ours_is_let_through(path):
    for policy in (
        WITH_RECEIVER,
        TargetPolicy(LOOPBACK_ALLOWED.allowed_networks, WITH_RECEIVER.own_origins),
    ):
        with pytest.raises(BadTarget, match="Afterlead itself"):
            policy.check_url(f"http://localhost:3000{path}")


@pytest.mark.parametrize("url", ["http://127.0.0.1:3001/echo/a", "http://127.0.0.2:3000/echo/a"])
def test_the_receiver_is_exactly_our_own_host_and_port(url):
    with pytest.raises(BadTarget):
        WITH_RECEIVER.check_url(url)


def test_the_receiver_has_no_tls():
    with pytest.raises(BadTarget):
        WITH_RECEIVER.check_url("https://localhost:3000/echo/a")


@given(st.ip_addresses(v=4), st.sampled_from(["plain", "short", "hex", "octal", "number"]))
def test_each_numeric_spelling_means_what_the_system_takes_it_for(address, form):
    number = int(address)
    a, b, c, d = IPv4Address(address).packed
    written = {
        "plain": f"{a}.{b}.{c}.{d}",
        "short": f"{a}.{(b << 16) + (c << 8) + d}",
        "hex": f"{number:#x}",
        "octal": ".".join(f"0{part:o}" for part in (a, b, c, d)),
        "number": str(number),
    }[form]
    everything = TargetPolicy(allowed_networks=(ip_network("0.0.0.0/0"),))
    assert everything.check_url(f"http://{written}/").host == str(address)
