"""Channels, and the job that sends to them over the real sender, by the test's clock."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from models.words import ChannelKind, NoticeKind
from services import database
from services.actor import Actor
from services.database import Database
from services.delivery.notice_post import notice_post
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.notices import channel_trial, channels
from services.notices.channel_rows import ChannelRow
from services.notices.job import NoticeJob
from services.notices.recording import record
from services.settings import Settings
from services.target_policy import target_policy
from tests.factories import FrozenClock
from tests.world import until

MakeChannel = Callable[..., Awaitable[ChannelRow]]


class Channels:
    """What the tests of one installation do: ring, tick, and look."""

    def __init__(self, job: NoticeJob, clock: FrozenClock) -> None:
        self.job = job
        self.clock = clock

    async def tick(self, times: int = 1) -> None:
        """Run the job and wait until every call that it began is over."""
        for _ in range(times):
            await self.job.tick()
            await until(lambda: self.job.calls_under_way == 0)

    async def fail(self, postback_id: str = "pb_1", **data: Any) -> None:
        """Record that a delivery was given up."""
        kind = NoticeKind.DELIVERY_FAILED
        about = {"reason": "exhausted", "message": "It is down.", **data}
        await database.write(record, kind, subject_id=postback_id, data=about, now=self.clock())


@pytest.fixture
async def job(db: Database, settings: Settings, clock: FrozenClock) -> AsyncIterator[Channels]:
    policy = target_policy(settings)
    sender = Sender(PartnerTransport(policy=policy), policy=policy, clock=clock)
    post = notice_post(sender, policy=policy, clock=clock)
    channel_trial.set_post(post)
    made = NoticeJob(db, post=post, clock=clock)
    yield Channels(made, clock)
    await made.stop()
    channel_trial.set_post(None)
    await sender.aclose()


@pytest.fixture
def make_channel(db: Database, owner: Actor, clock: FrozenClock) -> MakeChannel:
    async def make(target: str, **changes: Any) -> ChannelRow:
        kind = ChannelKind.EMAIL if "@" in target else ChannelKind.URL
        data = {"name": "Ops", "kind": kind.value, "target": target, **changes}
        return (await channels.create(owner, data, clock=clock)).row

    return make
