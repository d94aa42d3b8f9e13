"""What goes wrong with deliveries is told to operators in the unit of work that finds it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models import Notice
from models.words import NoticeKind, NoticeState
from services import database
from services.actor import SYSTEM
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, holding, once, resuming, settlement
from services.delivery.claims import POISON_RECLAIMS
from services.delivery.failing import PAUSE_AFTER, PAUSE_AFTER_FAILURES
from services.paging import PageRequest
from services.reporting import notice_log
from services.reporting.notice_log import NoticeFilter
from tests.services.delivery.results import DELIVERED, GIVEN_UP, GONE, claim, later, result
from tests.world import World, make_world, rows


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}")
    return world


async def told(*, state: NoticeState = NoticeState.OPEN) -> Counter[NoticeKind]:
    """Count what is told, each notice as often as it happened."""
    found: Counter[NoticeKind] = Counter()
    for notice in await rows(Notice):
        if notice.state is state:
            found[notice.kind] += notice.count
    return found


async def test_the_fourth_failed_try_counts_as_failing_and_a_success_as_recovered(
    world: World,
) -> None:
    await world.fire()
    now = utc_now()
    for number in range(4):
        assert not await told(), number
        now += timedelta(hours=1)
        (taken,) = await claim(now=now)
        await database.write(settlement.settle, [result(taken, later(now), now=now)])
    assert await told() == {NoticeKind.DELIVERY_FAILING: 1}
    (taken,) = await claim(now=now + timedelta(hours=1))
    await database.write(settlement.settle, [result(taken, DELIVERED)])
    assert not (await told())[NoticeKind.DELIVERY_FAILING]
    assert NoticeKind.DELIVERY_RECOVERED in {notice.kind for notice in await rows(Notice)}


async def test_what_is_given_up_is_one_notice_with_its_count(world: World) -> None:
    for _ in range(3):
        await world.fire()
    taken = await claim()
    await database.write(settlement.settle, [result(one, GIVEN_UP) for one in taken])
    assert await told() == {NoticeKind.DELIVERY_FAILED: 3}


async def test_an_address_that_is_gone_is_told_as_a_pause_and_ended_with_it(world: World) -> None:
    await world.fire()
    (taken,) = await claim()
    await database.write(settlement.settle, [result(taken, GONE)])
    assert await told() == {NoticeKind.DELIVERY_FAILED: 1, NoticeKind.POSTBACK_PAUSED: 1}
    await resuming.resume(SYSTEM, world.postback_ids[0], {"held": "send"})
    assert await told() == {NoticeKind.DELIVERY_FAILED: 1}


async def test_a_pause_by_hand_is_told(world: World) -> None:
    await holding.pause(SYSTEM, world.postback_ids[0])
    assert await told() == {NoticeKind.POSTBACK_PAUSED: 1}


async def test_a_pause_by_hand_says_by_whom(world: World) -> None:
    ann = replace(SYSTEM, name="Ann")
    await holding.pause(ann, world.postback_ids[0])
    assert await pause_in_words() == (
        "It was paused by Ann. Resume it to send what is held. Its deliveries are held meanwhile; "
        "none is lost."
    )
    await resuming.resume(SYSTEM, world.postback_ids[0], {"held": "send"})
    assert await pause_in_words() == "It was resumed or archived. It was paused by Ann."


async def test_a_pause_after_a_410_says_so(world: World) -> None:
    await world.fire()
    (taken,) = await claim()
    await database.write(settlement.settle, [result(taken, GONE)])
    text = await pause_in_words()
    assert text.startswith("The partner answered 410: the address is gone for good. ")
    (notice,) = [one for one in await rows(Notice) if one.kind is NoticeKind.POSTBACK_PAUSED]
    assert notice.data == {"reason": "gone", "message": "The partner answered 410."}


async def test_a_pause_after_many_failures_says_since_when_and_how_many(world: World) -> None:
    began = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    for _ in range(PAUSE_AFTER_FAILURES):
        await world.fire()
    *most, last = await claim()
    await database.write(settlement.settle, [result(one, GIVEN_UP, now=began) for one in most])
    ended = replace(result(last, GIVEN_UP, now=began + PAUSE_AFTER), message="No answer.")
    await database.write(settlement.settle, [ended])
    assert await pause_in_words() == (
        "Nothing has got through since 2026-03-01 12:00 UTC; 20 tries failed. The latest answer: "
        "No answer. Mend the cause, try it with Send Test, then resume the postback. Its "
        "deliveries are held meanwhile; none is lost."
    )
    await resuming.resume(SYSTEM, world.postback_ids[0], {"held": "send"})
    assert await pause_in_words() == (
        "It was resumed or archived. It was paused after 20 failed tries since 2026-03-01 12:00 "
        "UTC. The latest answer: No answer."
    )


async def pause_in_words() -> str:
    page = await notice_log.list_page(SYSTEM, NoticeFilter(), PageRequest())
    (row,) = [one for one in page.items if one.kind is NoticeKind.POSTBACK_PAUSED]
    return row.text


async def test_poison_is_told(world: World) -> None:
    await world.fire()
    now = utc_now()
    for _ in range(POISON_RECLAIMS):
        now += timedelta(hours=1)
        assert len(await claim(now=now)) == 1
        await database.write(claims.reclaim, now=now, every=True)
    assert await told() == {NoticeKind.DELIVERY_FAILED: 1}


async def test_an_unknown_end_is_told(world: World) -> None:
    await world.postback("https://once.example/", at_most_once=True)
    await world.fire()
    taken = await claim()
    await database.write(once.mark_started, claims=taken, now=utc_now())
    await database.write(claims.reclaim, now=utc_now() + timedelta(hours=1))
    assert await told() == {NoticeKind.DELIVERY_FAILED: 2}
