import asyncio
import socket
import threading

import pytest

from services.name_lookup import LookupTimedOut, SystemResolver
from tests.world import until


class NameServers:
    """Answers each name at once, except those that hang until the test is over."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.released = threading.Event()

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.startswith("hanging"):
            self.released.wait(20)
        if host.startswith("unknown"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return ["192.0.2.1"]


@pytest.fixture
def servers():
    servers = NameServers()
    yield servers
    servers.released.set()


async def test_a_name_is_found(servers):
    assert await SystemResolver(lookup=servers)("a.example", 80) == ["192.0.2.1"]


async def test_the_answer_is_kept_for_a_moment(servers):
    resolver = SystemResolver(lookup=servers)
    await resolver("a.example", 80)
    await resolver("a.example", 443)
    assert servers.asked == ["a.example"]


async def test_an_unknown_name_is_an_error_and_is_asked_for_again(servers):
    resolver = SystemResolver(lookup=servers)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await resolver("unknown.example", 80)
    assert len(servers.asked) == 2


async def test_a_hanging_name_fails_in_time_and_holds_one_thread_however_often_it_is_asked(servers):
    resolver = SystemResolver(lookup=servers, timeout_seconds=0.05)
    for _ in range(3):
        with pytest.raises(LookupTimedOut, match=r"hanging\.example"):
            await resolver("hanging.example", 80)
    assert servers.asked == ["hanging.example"]
    resolver.close()


async def test_hanging_names_do_not_delay_another(servers):
    resolver = SystemResolver(lookup=servers, timeout_seconds=5, threads=3)
    hanging = [asyncio.create_task(resolver(f"hanging{n}.example", 80)) for n in range(2)]
    async with asyncio.timeout(2):
        assert await resolver("a.example", 80) == ["192.0.2.1"]
    for task in hanging:
        task.cancel()
    resolver.close()


async def test_names_that_hung_before_share_few_threads_and_leave_the_others_free(servers):
    resolver = SystemResolver(
        lookup=servers, timeout_seconds=0.05, threads=2, threads_for_slow_names=1
    )
    names = [f"hanging{n}.example" for n in range(2)]
    for name in names:
        with pytest.raises(LookupTimedOut):
            await resolver(name, 80)
    servers.released.set()
    await until(lambda: not resolver._running)  # both threads have come back
    async with asyncio.timeout(5):
        assert await resolver("a.example", 80)
    servers.released.clear()
    resolver._found.clear()
    for name in names:
        with pytest.raises(LookupTimedOut):
            await resolver(name, 80)
    resolver._found.clear()
    async with asyncio.timeout(2):
        assert await resolver("b.example", 80) == ["192.0.2.1"]
    resolver.close()


async def test_the_system_knows_this_machine():
    assert set(await SystemResolver()("localhost", 80)) & {"127.0.0.1", "::1"}


async def test_what_is_no_host_name_is_an_error():
    with pytest.raises(socket.gaierror):
        await SystemResolver()("a" * 64 + ".example", 80)
