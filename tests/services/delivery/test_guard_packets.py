"""No packet leaves for a forbidden address: by URL, by name, by a name that changes, by redirect.

Every range is tried at its first and its last address, in every spelling and disguise. What leaves
is counted on both sides: by the interpreter, which reports each connection before it is made, and
by sockets on loopback that would receive it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from urllib.parse import quote

import pytest

from models.words import FailureKind
from services.clock import utc_now
from services.delivery.limits import Limits
from services.delivery.sender import PreparedRequest, Sender
from services.delivery.transport import PartnerTransport
from services.target_guard import Resolver, TargetPolicy
from tests.forbidden_targets import (
    ALL_RANGES,
    MISLEADING_URLS,
    PRIZES,
    addresses_of,
    spellings,
)
from tests.packets import Trap, Witness, watching
from tests.partner import Partner
from tests.world import until

CLOSED = TargetPolicy()
PARTNER_ONLY = TargetPolicy(allowed_networks=(ip_network("127.0.0.1/32"),))
NO_GUARD = TargetPolicy(allowed_networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
REDIRECTIONS = (301, 302, 303, 307, 308)
# Only a guard with a hole waits: the trap gives no answer.
LIMITS = Limits(connect=5, silence=5, total=5)

# A range each, and what is attacked for its own sake.
PLACES = [*ALL_RANGES, *PRIZES]


class Names:
    """A resolver that answers by name, and each name with one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class ChangingAnswer(list[str]):
    """An answer that reads otherwise the second time."""

    def __init__(self, *readings: list[str]) -> None:
        super().__init__(readings[0])
        self._readings = list(readings)

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings.pop(0) if len(self._readings) > 1 else self._readings[0])


@asynccontextmanager
async def sending(
    policy: TargetPolicy,
    *,
    resolver: Resolver | None = None,
    policy_of_urls: TargetPolicy | None = None,
) -> AsyncIterator[Sender]:
    """Open a sender; `policy_of_urls` leaves `policy` to the transport alone."""
    transport = PartnerTransport(policy=policy, resolver=resolver, limits=LIMITS)
    sender = Sender(transport, policy=policy_of_urls or policy, clock=utc_now, limits=LIMITS)
    try:
        yield sender
    finally:
        await sender.aclose()


def get(url: str) -> PreparedRequest:
    return PreparedRequest("GET", url, (), None)


def post(url: str) -> PreparedRequest:
    return PreparedRequest("POST", url, (("Content-Type", "text/plain"),), b"secret=1")


async def assert_blocked(sender: Sender, url: str) -> None:
    result = await sender.send(get(url))
    assert (result.failure, result.left) == (FailureKind.BLOCKED, False), f"{url!r}: {result}"


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def addresses(place: str) -> list[str]:
    return addresses_of(f"{place}/128" if "/" not in place and ":" in place else place)


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with Trap() as listening:
        yield listening


@pytest.fixture(scope="module")
def good() -> Iterator[Partner]:
    with Partner() as running:
        yield running


@pytest.fixture
def seen(trap: Trap) -> Iterator[Witness]:
    trap.arrived()
    with watching() as witness:
        yield witness


# What is counted here can be counted


async def test_a_permitted_call_is_seen_on_both_sides(good: Partner, seen: Witness) -> None:
    before = good.connections
    async with sending(PARTNER_ONLY) as sender:
        assert (await sender.send(get(good.url("/ok")))).succeeded
    assert seen.dialled == ["127.0.0.1"]
    assert good.connections == before + 1


@pytest.mark.parametrize(
    "host",
    [*spellings("127.0.0.1"), *spellings("::1"), *spellings("::ffff:127.0.0.1"), "localhost"],
)
async def test_without_the_guard_each_spelling_of_loopback_arrives(
    trap: Trap, seen: Witness, host: str
) -> None:
    if host in spellings("::1") and "::1" not in trap.hosts:
        pytest.skip("this machine has no IPv6 loopback")
    async with sending(NO_GUARD) as sender:
        call = asyncio.create_task(sender.send(get(f"http://{host}:{trap.port}/")))
        assert await until(trap.arrived) == 1  # and hangs up
        assert (await call).left
    assert seen.dialled


@pytest.mark.parametrize("place", PLACES)
async def test_without_the_guard_each_address_is_dialled(seen: Witness, place: str) -> None:
    async with sending(NO_GUARD) as sender:
        for address in addresses(place):
            await sender.send(get(f"http://{in_url(address)}:1/"))
            assert seen.dialled.pop() == address
            assert seen.dialled == []


# In the URL


@pytest.mark.parametrize("place", PLACES)
async def test_no_spelling_in_a_url_lets_a_packet_out(
    trap: Trap, seen: Witness, place: str
) -> None:
    names = Names(["127.0.0.1"])
    async with sending(CLOSED, resolver=names) as sender:
        for address in addresses(place):
            for host in spellings(address):
                await assert_blocked(sender, f"http://{host}:{trap.port}/pb")
            await assert_blocked(sender, f"https://{in_url(address)}/pb")
    assert (seen.dialled, seen.looked_up, names.asked, trap.arrived()) == ([], [], [], 0)


@pytest.mark.parametrize("url", MISLEADING_URLS)
async def test_no_misleading_url_lets_a_packet_out(trap: Trap, seen: Witness, url: str) -> None:
    names = Names(["127.0.0.1"])
    async with sending(CLOSED, resolver=names) as sender:
        await assert_blocked(sender, url.format(port=trap.port))
    assert (seen.dialled, seen.looked_up, names.asked, trap.arrived()) == ([], [], [], 0)


@pytest.mark.parametrize("place", PLACES)
async def test_the_transport_lets_no_packet_out_even_when_the_url_was_not_checked(
    trap: Trap, seen: Witness, place: str
) -> None:
    async with sending(CLOSED, policy_of_urls=NO_GUARD) as sender:
        for address in addresses(place):
            await assert_blocked(sender, f"http://{in_url(address)}:{trap.port}/pb")
    assert (seen.dialled, trap.arrived()) == ([], 0)


# By name


@pytest.mark.parametrize("place", PLACES)
async def test_no_answer_of_a_name_server_lets_a_packet_out(
    trap: Trap, seen: Witness, place: str
) -> None:
    for address in addresses(place):
        for answer in ([address], ["8.8.8.8", address], [address, "2606:4700::1111"]):
            async with sending(CLOSED, resolver=Names(answer)) as sender:
                await assert_blocked(sender, f"http://p.example:{trap.port}/pb")
    assert (seen.dialled, trap.arrived()) == ([], 0)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "ⓛocalhost", "ｌｏｃａｌｈｏｓｔ", "local\u00adhost"],
)
async def test_the_names_of_this_machine_let_no_packet_out(
    trap: Trap, seen: Witness, host: str
) -> None:
    async with sending(CLOSED) as sender:
        await assert_blocked(sender, f"http://{host}:{trap.port}/pb")
    assert (seen.dialled, seen.looked_up, trap.arrived()) == ([], ["localhost"], 0)


@pytest.mark.parametrize("answer", ["127.1", "0x7f.1", "2130706433", "localhost", "", "[::1]"])
async def test_an_answer_that_is_no_plain_address_lets_no_packet_out(
    trap: Trap, seen: Witness, answer: str
) -> None:
    for policy in (CLOSED, PARTNER_ONLY):
        async with sending(policy, resolver=Names([answer])) as sender:
            await assert_blocked(sender, f"http://p.example:{trap.port}/pb")
    assert (seen.dialled, seen.looked_up, trap.arrived()) == ([], [], 0)


# By a name that changes


@pytest.mark.parametrize("place", PLACES)
async def test_a_name_that_turns_after_the_check_lets_no_packet_out(
    trap: Trap, seen: Witness, place: str
) -> None:
    url = f"http://p.example:{trap.port}/pb"
    for address in addresses(place):
        names = Names(["8.8.8.8"], [address])
        assert await CLOSED.check_resolved(url, names) == ["8.8.8.8"]
        async with sending(CLOSED, resolver=names) as sender:
            await assert_blocked(sender, url)
    assert (seen.dialled, trap.arrived()) == ([], 0)


@pytest.mark.parametrize("place", PLACES)
async def test_a_name_that_turns_at_any_later_moment_leads_to_its_good_address_or_nowhere(
    good: Partner, seen: Witness, place: str
) -> None:
    """However often the transport asks and reads: it dials nothing but what it has checked."""
    url = good.url("/broken-off", host="p.example")  # so that each call needs a new connection
    fine = ["127.0.0.1"]
    with Trap(["127.0.0.2", "::1", "127.255.255.254"], port=good.port) as beside:
        for address in addresses(place):
            bad = [address]
            if address in {"127.0.0.1", "::ffff:7f00:1"}:
                continue  # that is the partner
            for answers in (
                [fine, bad],
                [fine, fine, bad],
                [fine, bad, fine, bad],
                [bad, fine, bad],
                [ChangingAnswer(fine, bad)],
                [ChangingAnswer(fine, fine, bad)],
            ):
                names = Names(*answers)
                async with sending(PARTNER_ONLY, resolver=names) as sender:
                    for _ in range(3):
                        result = await sender.send(get(url))
                        assert result.succeeded or result.failure is FailureKind.BLOCKED, result
        assert set(seen.dialled) == {"127.0.0.1"}
        assert beside.arrived() == 0


# By redirection


def redirecting(partner: Partner, status: int, location: str) -> str:
    # A header is bytes; what is not ASCII goes as UTF-8.
    value = location.encode().decode("latin-1")
    return partner.url(f"/status/{status}?location={quote(value, safe='')}")


async def assert_not_followed(sender: Sender, partner: Partner, location: str) -> None:
    partner.forget()
    for status in REDIRECTIONS:
        for request in (get, post):
            result = await sender.send(request(redirecting(partner, status, location)))
            assert (result.failure, result.status_code) == (FailureKind.HTTP_STATUS, status)
    assert len(partner.requests) == 2 * len(REDIRECTIONS)


@pytest.mark.parametrize("place", PLACES)
async def test_no_redirection_lets_a_packet_out(
    good: Partner, trap: Trap, seen: Witness, place: str
) -> None:
    async with sending(PARTNER_ONLY) as sender:
        for address in addresses(place):
            location = f"http://{in_url(address)}:{trap.port}/"
            await assert_not_followed(sender, good, location)
    assert (seen.dialled, seen.looked_up, trap.arrived()) == (["127.0.0.1"], [], 0)


@pytest.mark.parametrize(
    "location",
    [
        *(f"http://{host}:{{port}}/" for one in PRIZES for host in spellings(one)),
        *(url for url in MISLEADING_URLS if "\r" not in url and "\x00" not in url),
        "https://127.0.0.1:{port}/",
        "http://internal.example:{port}/",
    ],
)
async def test_no_spelling_in_a_redirection_lets_a_packet_out(
    good: Partner, trap: Trap, seen: Witness, location: str
) -> None:
    """127.0.0.1 is even allowed here: what is never followed needs no judgement."""
    names = Names(["127.0.0.1"])
    async with sending(PARTNER_ONLY, resolver=names) as sender:
        await assert_not_followed(sender, good, location.format(port=trap.port))
    assert (seen.dialled, seen.looked_up, trap.arrived()) == (["127.0.0.1"], [], 0)
    assert names.asked == []
