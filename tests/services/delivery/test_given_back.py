"""A claim that came too late is given back, and claimed again before its first send has ended."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from services.clock import utc_now
from services.database import Database
from services.delivery import claims, dispatcher
from services.delivery.dispatcher import Dispatcher
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.settings import Settings
from services.target_policy import target_policy
from tests.partner import Partner
from tests.world import make_world, until


class HeldBack:
    """The database, which keeps the word that a release is on disk until it may be told."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.released = asyncio.Event()
        self.told = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        result = await self._real.write(fn, *args, **kwargs)
        if fn is claims.release:
            self.released.set()
            await self.told.wait()
        return result


class Steps:
    """A clock that stands an hour ahead while `ahead`."""

    ahead = False

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + 3600 * self.ahead


async def test_the_second_send_is_known_when_the_first_one_ends(
    db: Database, settings: Settings, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world()
    await world.postback(partner.url("/slow") + "?seconds=1")
    await world.fire()
    clock, held = Steps(), HeldBack(db)
    monkeypatch.setattr(dispatcher, "time", clock)
    policy = target_policy(settings)
    sender = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    drain = Dispatcher(cast("Database", held), sender, worker_id="wrk_one", lease_seconds=60)

    await drain.drain()
    clock.ahead = True  # the worker stands still before its send begins
    await held.released.wait()
    clock.ahead = False
    assert partner.requests == []
    drain.expect(None)
    await drain.drain()
    await asyncio.to_thread(partner.wait_for, 1)
    held.told.set()
    await until(lambda: _tasks(drain) == 1)
    # The second send is under way: its lease is kept alive, its slot is taken.
    assert drain.in_flight == 1
    assert drain.lanes.room().free == drain.lanes.slots - 1

    await until(lambda: drain.in_flight == 0)
    await drain.stop(grace_seconds=5)
    await sender.aclose()
    assert len(partner.requests) == 1
    assert drain.lanes.room().free == drain.lanes.slots


def _tasks(drain: Dispatcher) -> int:
    return len(drain._tasks)
