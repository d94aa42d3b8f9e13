"""The conformance suite of the outbox: both databases claim, settle and fence alike."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from models.words import WAITING, DeliveryReason, DeliveryStatus, Outcome
from services import database
from services.actor import SYSTEM
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, outbox, settlement
from services.delivery.claims import POISON_RECLAIMS, Claim
from services.delivery.lanes import FIRST_CALLS, START, Lanes
from services.delivery.picking import SUSPECT_RECLAIMS, Turn
from services.delivery.retry import Decision
from services.delivery.settlement import Settlement
from services.errors import Conflict, NotFound
from tests.world import World, attempts, deliveries, events, make_world

LEASE = 60.0


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}")
    return world


async def claim(
    limit: int = 10,
    *,
    worker: str = "wrk_a",
    now: datetime | None = None,
    lanes: Lanes | None = None,
) -> list[Claim]:
    claimed = await database.write(
        claims.claim,
        limit=limit,
        worker_id=worker,
        lease_seconds=LEASE,
        now=now or utc_now(),
        room=None if lanes is None else lanes.room(),
    )
    return claimed.claims


def roomy(*answered: str, slots: int = 64) -> Lanes:
    """Return free lanes; the named destinations have answered before."""
    lanes = Lanes(slots)
    for name in answered or ("https://p.example:443",):
        lanes.take_over(name, limit=START, typical_ms=20.0, used=True)
    return lanes


def result(taken: Claim, decision: Decision, *, code: int = 200) -> Settlement:
    return Settlement(
        claim=taken,
        decision=decision,
        outcome=Outcome.SUCCEEDED if code == 200 else Outcome.FAILED,
        started_at=utc_now(),
        duration_ms=3,
        status_code=code,
        failure=None,
        message="",
        response_headers=(("server", "x"),),
        response_body="ok",
        truncated=False,
    )


DELIVERED = Decision(DeliveryStatus.DELIVERED)


async def test_each_delivery_is_claimed_by_one_worker_only(world: World) -> None:
    for _ in range(20):
        await world.fire()
    taken = await asyncio.gather(*(claim(5, worker=f"wrk_{number}") for number in range(8)))
    ids = [one.id for group in taken for one in group]
    assert len(ids) == len(set(ids)) == 20


async def test_a_claim_takes_the_oldest_due_first_and_nothing_that_is_not_due(
    world: World,
) -> None:
    for _ in range(3):
        await world.fire()
    assert not await claim(now=utc_now() - timedelta(hours=1))
    in_order = [row.id for row in sorted(await deliveries(), key=lambda row: (row.due_at, row.id))]
    assert sorted(one.id for one in await claim(2)) == sorted(in_order[:2])
    assert [one.id for one in await claim(2)] == in_order[2:]


async def test_a_full_lane_is_left_and_the_others_are_claimed(world: World) -> None:
    await world.postback("https://slow.example/")
    await world.fire()
    lanes = Lanes(64)
    for number in range(FIRST_CALLS):
        lanes.begin(f"dlv_{number}", "https://slow.example:443")
    taken = await claim(lanes=lanes)
    assert [one.destination for one in taken] == ["https://p.example:443"]


async def test_settling_writes_the_attempt_the_delivery_and_the_event(world: World) -> None:
    await world.fire()
    (taken,) = await claim()
    assert await database.write(settlement.settle, [result(taken, DELIVERED)]) == []
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.attempts, delivery.response_code) == (
        DeliveryStatus.DELIVERED,
        1,
        200,
    )
    assert (delivery.claim_token, delivery.lease_until, delivery.due_at) == (None, None, None)
    (attempt,) = await attempts()
    assert (attempt.number, attempt.status_code, attempt.late) == (1, 200, False)
    (event,) = await events()
    assert (event.delivery_status, event.response_code) == (DeliveryStatus.DELIVERED, 200)


async def test_an_event_shows_the_worst_of_its_deliveries(world: World) -> None:
    await world.postback("https://q.example/")
    await world.fire()
    first, second = await claim()
    await database.write(settlement.settle, [result(first, DELIVERED)])
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.SENDING
    failed = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.EXHAUSTED)
    await database.write(settlement.settle, [result(second, failed, code=500)])
    (event,) = await events()
    assert (event.delivery_status, event.response_code) == (DeliveryStatus.FAILED, 500)


async def test_a_result_without_the_token_changes_nothing_but_is_kept_as_late(
    world: World,
) -> None:
    await world.fire()
    (old,) = await claim()
    later = utc_now() + timedelta(seconds=LEASE + 1)
    assert await database.write(claims.reclaim, now=later) == 1
    (new,) = await claim(worker="wrk_b", now=later)
    failed = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.EXHAUSTED)
    assert await database.write(settlement.settle, [result(old, failed, code=500)]) == [old.id]
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.claim_token) == (DeliveryStatus.SENDING, new.token)
    assert [(row.number, row.late) for row in await attempts()] == [(1, True)]


async def test_after_a_late_result_attempts_are_still_numbered_without_gaps(world: World) -> None:
    await world.fire()
    (old,) = await claim()
    later = utc_now() + timedelta(seconds=LEASE + 1)
    await database.write(claims.reclaim, now=later)
    (new,) = await claim(worker="wrk_b", now=later)
    await database.write(settlement.settle, [result(old, DELIVERED)])
    await database.write(settlement.settle, [result(new, DELIVERED)])
    assert sorted(row.number for row in await attempts()) == [1, 2]
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 2)


async def test_a_lease_that_is_kept_alive_is_not_taken_back(world: World) -> None:
    await world.fire()
    taken = await claim()
    later = utc_now() + timedelta(seconds=LEASE - 1)
    await database.write(claims.extend_leases, claims=taken, lease_seconds=LEASE, now=later)
    assert await database.write(claims.reclaim, now=later + timedelta(seconds=2)) == 0


async def test_a_released_claim_is_due_again_at_once(world: World) -> None:
    await world.fire()
    taken = await claim()
    await database.write(claims.release, claims=taken, now=utc_now())
    assert [one.id for one in await claim()] == [taken[0].id]


async def test_what_killed_too_many_workers_is_failed_as_poison(world: World) -> None:
    await world.fire()
    now = utc_now()
    for _ in range(POISON_RECLAIMS):
        now += timedelta(seconds=LEASE + 1)
        assert len(await claim(now=now)) == 1
        await database.write(claims.reclaim, now=now, every=True)
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, DeliveryReason.POISON)
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.FAILED


async def test_a_resent_delivery_starts_its_schedule_anew_and_keeps_its_history(
    world: World,
) -> None:
    await world.fire()
    (taken,) = await claim()
    failed = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.EXHAUSTED)
    await database.write(settlement.settle, [result(taken, failed, code=500)])
    await outbox.resend(SYSTEM, taken.id)
    (again,) = await claim()
    assert (again.tries, again.attempts, again.trigger) == (0, 1, "manual")
    assert again.url == taken.url
    await database.write(settlement.settle, [result(again, DELIVERED)])
    assert [row.number for row in await attempts()] == [1, 2]


async def test_what_is_being_sent_cannot_be_resent(world: World) -> None:
    await world.fire()
    (taken,) = await claim()
    with pytest.raises(Conflict):
        await outbox.resend(SYSTEM, taken.id)
    with pytest.raises(NotFound):
        await outbox.resend(SYSTEM, "dlv_none")


async def test_what_its_worker_is_sending_itself_is_not_taken_back_whatever_the_clock_says(
    world: World,
) -> None:
    await world.fire()
    (taken,) = await claim()
    tomorrow = utc_now() + timedelta(days=1)
    assert await database.write(claims.reclaim, now=tomorrow, keep={taken.id}) == 0
    assert await database.write(claims.reclaim, now=tomorrow) == 1


async def test_of_those_that_killed_workers_one_is_sent_at_a_time(world: World) -> None:
    for _ in range(3):
        await world.fire()
    now = utc_now()
    for _ in range(SUSPECT_RECLAIMS):
        now += timedelta(seconds=LEASE + 1)
        assert len(await claim(now=now, lanes=roomy())) == 3
        await database.write(claims.reclaim, now=now, every=True)
    lanes = roomy()
    (alone,) = await claim(now=now, lanes=lanes)
    lanes.begin(alone.id, alone.destination, is_suspect=True)
    assert await claim(now=now, lanes=lanes) == []
    lanes.end(alone.id, None)
    assert len(await claim(now=now, lanes=lanes)) == 1


async def test_one_that_killed_workers_and_whose_partner_is_down_holds_up_no_other_such(
    world: World,
) -> None:
    await world.fire()
    await world.postback("https://q.example/")
    await world.fire()
    now = utc_now()
    for _ in range(SUSPECT_RECLAIMS):
        now += timedelta(seconds=LEASE + 1)
        await claim(now=now, lanes=roomy("https://p.example:443", "https://q.example:443"))
        await database.write(claims.reclaim, now=now, every=True)
    lanes = roomy("https://q.example:443")
    down = lanes.lane("https://p.example:443")
    down.breaker.reopen(until=lanes.now() + 900, opened=1)
    assert [one.destination for one in await claim(now=now, lanes=lanes)] == [
        "https://q.example:443"
    ]


async def test_all_lanes_have_their_turn_however_long_the_queue_of_one(world: World) -> None:
    for number in range(9):
        await world.postback(f"https://q{number}.example/")
    for _ in range(30):
        await world.fire()
    lanes = roomy(*(f"https://q{number}.example:443" for number in range(9)))
    turns = {status: Turn() for status in WAITING}
    seen: Counter[str] = Counter()
    for _ in range(5):
        claimed = await database.write(
            claims.claim,
            limit=2,
            worker_id="wrk_a",
            lease_seconds=LEASE,
            now=utc_now(),
            room=lanes.room(),
            turns=turns,
        )
        assert claimed.more
        seen.update(one.destination for one in claimed.claims)
    assert set(seen.values()) == {1}


async def test_retries_take_no_more_than_half_of_the_slots_and_first_attempts_come_first(
    world: World,
) -> None:
    for _ in range(8):
        await world.fire()
    again = Decision(DeliveryStatus.RETRYING, due_at=utc_now())
    await database.write(
        settlement.settle, [result(taken, again, code=500) for taken in await claim()]
    )
    await world.fire()
    taken = await claim(8, lanes=roomy("https://p.example:443", slots=8))
    assert Counter(one.tries for one in taken) == {0: 1, 1: 4}


async def test_first_attempts_and_retries_share_the_limit_of_their_lane(world: World) -> None:
    for _ in range(START):
        await world.fire()
    again = Decision(DeliveryStatus.RETRYING, due_at=utc_now())
    await database.write(
        settlement.settle, [result(taken, again, code=500) for taken in await claim()]
    )
    for _ in range(START - 2):
        await world.fire()
    taken = await claim(64, lanes=roomy("https://p.example:443"))
    assert Counter(one.tries for one in taken) == {0: START - 2, 1: 2}
