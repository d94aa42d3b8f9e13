"""Under load other processes send; what ends one of them loses nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from services.clock import utc_now
from services.delivery import sender_pool
from services.delivery.sender import PreparedRequest, Sender
from services.delivery.sender_pool import SENT_HERE, SenderLost, SenderPool
from services.delivery.transport import PartnerTransport
from services.target_guard import TargetPolicy
from tests.partner import Partner
from tests.world import until

POLICY = TargetPolicy(allowed_networks=(ip_network("127.0.0.1/32"),))


def new_pool() -> SenderPool:
    sender = Sender(PartnerTransport(policy=POLICY), policy=POLICY, clock=utc_now)
    return SenderPool(sender, policy=POLICY, processes=1)


@pytest.fixture
async def pool() -> AsyncIterator[SenderPool]:
    opened = new_pool()
    yield opened
    await opened.aclose()


def request(url: str) -> PreparedRequest:
    return PreparedRequest("POST", url, (("x-name", "Zoë"),), b'{"a": "\xc3\xa9"}')


async def started(pool: SenderPool, partner: Partner) -> list[asyncio.Task[object]]:
    """Occupy this process, so that the next call goes to another one."""
    hanging = [
        asyncio.create_task(pool.send(request(partner.url("/hang")))) for _ in range(SENT_HERE + 1)
    ]
    await until(lambda: pool.processes)
    return hanging


async def test_a_call_is_the_same_from_another_process(pool: SenderPool, partner: Partner) -> None:
    before = await pool.send(request(partner.url("/ok")))
    hanging = await started(pool, partner)
    result = await pool.send(request(partner.url("/ok")))
    assert before.started_at < result.started_at
    assert (result.status_code, result.response_body, result.failure) == (200, "ok", None)
    assert result.response_headers == before.response_headers
    first, second = partner.wait_for(2, "/ok")
    assert (first.headers, first.body) == (second.headers, second.body)
    # Of another process: no connection of this one was used again.
    assert first.connection != second.connection
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_the_guard_holds_in_the_other_process(pool: SenderPool, partner: Partner) -> None:
    hanging = await started(pool, partner)
    result = await pool.send(request(partner.url("/ok", host="127.0.0.2")))
    assert result.failure == "blocked"
    assert not [one for one in partner.requests if one.path == "/ok"]
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_call_whose_process_is_killed_is_of_unknown_end_and_the_next_ones_are_sent(
    pool: SenderPool, partner: Partner
) -> None:
    hanging = await started(pool, partner)
    lost = asyncio.create_task(pool.send(request(partner.url("/hang?lost"))))
    await until(lambda: [one for one in partner.requests if one.target == b"/hang?lost"])
    (process,) = pool.processes
    os.kill(process, signal.SIGKILL)
    with pytest.raises(SenderLost):
        await lost
    assert (await pool.send(request(partner.url("/ok")))).succeeded
    await until(lambda: pool.processes and pool.processes != (process,))
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_the_other_process_ends_with_the_pool(partner: Partner) -> None:
    pool = new_pool()
    hanging = await started(pool, partner)
    (process,) = pool.processes
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    await pool.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_sending_goes_on_here_when_no_process_can_be_started(
    pool: SenderPool, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_pool.sys, "executable", "/nowhere/python")
    results = await asyncio.gather(
        *(pool.send(request(partner.url("/slow?seconds=0.1"))) for _ in range(SENT_HERE * 3))
    )
    assert all(result.succeeded for result in results)
    assert pool.processes == ()
