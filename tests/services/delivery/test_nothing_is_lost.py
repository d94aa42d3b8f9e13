"""Whatever people and partners do: held, waiting, being sent and finished are all that is owed."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from models import Event
from models.words import WAITING, DeliveryReason, DeliveryStatus
from services import database
from services.actor import SYSTEM
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, holding, outbox, resuming
from services.delivery.claims import Claim
from services.delivery.settlement import Settlement
from services.errors import Conflict
from services.intake.contract import Recorded
from tests.factories import FrozenClock
from tests.services.delivery.results import (
    DELIVERED,
    GIVEN_UP,
    GONE,
    claim,
    later,
    result,
    settle,
)
from tests.world import World, deliveries, events, make_world

STEPS = 60
ENDS = {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}


class Story:
    """A random sequence of what may happen, with a count of what is owed."""

    def __init__(self, world: World, db: Database, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world, self.db = world, db
        self.clock = FrozenClock()
        self.owed = 0
        self.claimed: list[Claim] = []
        self.steps = [
            *[self.fire] * 4,
            *[self.claim] * 3,
            *[self.settle] * 3,
            self.pause,
            self.resume,
            self.hold,
            self.release,
            self.resend,
            self.lose_a_worker,
        ]

    async def run(self) -> None:
        for _ in range(STEPS):
            self.clock.move(seconds=self.rng.randrange(1, 100))
            await self.rng.choice(self.steps)()
            await self.check()

    async def fire(self) -> None:
        answer = await self.world.fire()
        assert isinstance(answer, Recorded)
        self.owed += answer.deliveries

    async def claim(self) -> None:
        self.claimed += await claim(self.rng.randrange(1, 5), now=self.soon())

    async def settle(self) -> None:
        self.rng.shuffle(self.claimed)
        some = [self.claimed.pop() for _ in range(min(len(self.claimed), 3))]
        await settle(*(self.result(one) for one in some))

    async def pause(self) -> None:
        await holding.pause(SYSTEM, self.any_postback(), clock=self.clock)

    async def resume(self) -> None:
        since = {"since": (await self.a_moment()).isoformat()}
        held = self.rng.choice(["send", "discard", since])
        try:
            await resuming.resume(SYSTEM, self.any_postback(), {"held": held}, clock=self.clock)
        except Conflict:
            return

    async def hold(self) -> None:
        await holding.hold_waiting(self.db, self.clock)

    async def release(self) -> None:
        await resuming.release_held(self.db, self.clock)

    async def resend(self) -> None:
        known = await deliveries()
        if known:
            try:
                await outbox.resend(SYSTEM, self.rng.choice(known).id, clock=self.clock)
            except Conflict:
                return

    async def lose_a_worker(self) -> None:
        await database.write(claims.reclaim, now=self.soon(), every=True)

    async def check(self) -> None:
        found = await deliveries()
        assert len(found) == self.owed
        for row in found:
            assert (row.due_at is not None) == (row.status in WAITING)
            assert (row.held_at is not None) == (row.status is DeliveryStatus.HELD)
            assert (row.claim_token is not None) == (row.status is DeliveryStatus.SENDING)
            discarded = row.reason is DeliveryReason.DISCARDED
            assert discarded == (row.status is DeliveryStatus.CANCELLED)
        by_event: dict[str, list[DeliveryStatus]] = {}
        for row in found:
            by_event.setdefault(row.event_id, []).append(row.status)
        shown: dict[str, Event] = {row.id: row for row in await events()}
        for event_id, statuses in by_event.items():
            # A claim changes no event, for speed: what is being sent may show as it was.
            if DeliveryStatus.SENDING not in statuses:
                assert shown[event_id].delivery_status is outbox.worst(statuses)

    def result(self, one: Claim) -> Settlement:
        now = self.clock.now
        decision = self.rng.choice([DELIVERED, later(now), later(now), GIVEN_UP, GONE])
        return result(one, decision, now=now)

    def any_postback(self) -> str:
        return self.rng.choice(self.world.postback_ids)

    async def a_moment(self) -> datetime:
        known = [row.created_at for row in await deliveries()]
        return self.rng.choice(known) if known else self.clock.now

    def soon(self) -> datetime:
        return self.clock.now + timedelta(days=1)


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_whatever_happens(db: Database, seed: int) -> None:
    world = await make_world(multi_trigger=True)
    for host in ("p", "q"):
        await world.postback(f"https://{host}.example/?e={{event_id}}")
    story = Story(world, db, seed)
    story.clock.now = utc_now()
    await story.run()
    # In the end everything is resumed and answered, and nothing stays behind.
    for postback_id in world.postback_ids:
        await holding.pause(SYSTEM, postback_id, clock=story.clock)
        await resuming.resume(SYSTEM, postback_id, {"held": "send"}, clock=story.clock)
    await story.lose_a_worker()
    await story.release()
    while left := await claim(now=story.soon()):
        await settle(*(result(one, DELIVERED) for one in left))
        await story.release()
    counted = Counter(row.status for row in await deliveries())
    assert set(counted) <= ENDS
    assert counted.total() == story.owed
