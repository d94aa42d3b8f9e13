"""The notices as people read them, and which of them need somebody now."""

from datetime import timedelta
from typing import Any

import pytest

from models.words import NoticeKind, NoticeState, PauseReason
from services import database
from services.actor import Actor
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from services.notices import closing, outcomes
from services.notices.recording import record
from services.paging import PageRequest
from services.reporting import notice_log
from services.reporting.notice_log import NoticeFilter
from tests import factories
from tests.factories import FrozenClock
from tests.world import make_world


async def open_one(kind: NoticeKind, clock: FrozenClock, subject: str = "", **more: Any) -> None:
    data = more.pop("data", {})
    await database.write(record, kind, subject_id=subject, data=data, now=clock(), **more)


async def test_pages_are_walked_newest_first_and_filtered(
    db: Database, viewer: Actor, clock: FrozenClock
) -> None:
    for number in range(5):
        clock.move(minutes=1)
        await open_one(NoticeKind.DELIVERY_FAILED, clock, f"pb_{number}")
    await open_one(NoticeKind.QUEUE_LAGGING, clock, data={"cause": "no_worker"})
    seen = []
    cursor = ""
    while True:
        request = PageRequest(limit=2, cursor=cursor)
        page = await notice_log.list_page(viewer, NoticeFilter(), request)
        seen += [row.postback_id for row in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert sorted(seen) == ["", "pb_0", "pb_1", "pb_2", "pb_3", "pb_4"]
    assert seen[-1] == "pb_0"

    async def found(wanted: NoticeFilter) -> list[str]:
        page = await notice_log.list_page(viewer, wanted, PageRequest())
        return [row.postback_id for row in page.items]

    assert await found(NoticeFilter(kind=(NoticeKind.QUEUE_LAGGING,))) == [""]
    assert await found(NoticeFilter(postback="pb_3")) == ["pb_3"]
    assert await found(NoticeFilter(postback="\x00")) == []
    assert await found(NoticeFilter(state="resolved")) == []
    assert len(await found(NoticeFilter(state="open"))) == 6
    assert await found(NoticeFilter(until=clock() - timedelta(minutes=3))) == ["pb_0"]
    with pytest.raises(InvalidInput):
        await found(NoticeFilter(state="closed"))


async def test_a_notice_names_the_postback_and_the_page_to_act_on(
    db: Database, viewer: Actor, clock: FrozenClock
) -> None:
    world = await make_world()
    postback = await world.postback("https://partner.example/p?token=secret")
    data = {"reason": "refused_by_partner", "message": "It answered 404."}
    await open_one(NoticeKind.DELIVERY_FAILED, clock, postback, data=data, count=1_200)
    (row,) = (await notice_log.list_page(viewer, NoticeFilter(), PageRequest())).items
    assert row.title == "1,200 deliveries of postback “sale” to partner.example failed for good"
    assert row.text == (
        "The partner refused what was sent. The latest answer: It answered 404. Mend the cause, "
        "then resend."
    )
    assert row.path == f"/logs/deliveries?status=failed&postback={postback}"
    assert row.postback_path == f"/settings/events/sale/postbacks/{postback}"
    assert await notice_log.get(viewer, row.id) == row
    with pytest.raises(NotFound):
        await notice_log.get(viewer, "ntc_nothing")


async def test_what_needs_somebody_is_named_and_the_rest_is_not(
    db: Database, viewer: Actor, clock: FrozenClock
) -> None:
    await open_one(NoticeKind.DELIVERY_FAILED, clock, "pb_few", count=notice_log.FAILED_FROM - 1)
    await open_one(NoticeKind.DELIVERY_FAILING, clock, "pb_failing", count=1_000)
    paused = {"reason": PauseReason.BY_HAND.value}
    await open_one(NoticeKind.POSTBACK_PAUSED, clock, "pb_by_hand", data=paused)
    assert (await notice_log.attention(viewer)).notices == ()
    await open_one(NoticeKind.DELIVERY_FAILED, clock, "pb_few")
    paused = {"reason": PauseReason.GONE.value}
    await open_one(NoticeKind.POSTBACK_PAUSED, clock, "pb_gone", data=paused)
    await open_one(NoticeKind.QUEUE_LAGGING, clock, data={"cause": "no_worker"})
    found = (await notice_log.attention(viewer)).notices
    assert [row.kind for row in found] == [
        NoticeKind.QUEUE_LAGGING,
        NoticeKind.POSTBACK_PAUSED,
        NoticeKind.DELIVERY_FAILED,
    ]
    await database.write(outcomes.record_resumed, postback_id="pb_gone", now=clock())
    found = (await notice_log.attention(viewer)).notices
    assert NoticeKind.POSTBACK_PAUSED not in {row.kind for row in found}


async def test_failures_are_dealt_with_by_people_and_the_rest_ends_by_itself(
    db: Database, owner: Actor, viewer: Actor, clock: FrozenClock
) -> None:
    await open_one(NoticeKind.DELIVERY_FAILED, clock, "pb_1")
    await open_one(NoticeKind.QUEUE_LAGGING, clock, data={"cause": "no_worker"})
    page = await notice_log.list_page(viewer, NoticeFilter(), PageRequest())
    of = {row.kind: row.id for row in page.items}
    failed, lag = of[NoticeKind.DELIVERY_FAILED], of[NoticeKind.QUEUE_LAGGING]
    with pytest.raises(NotAllowed):
        await closing.close(viewer, failed)
    await closing.close(owner, failed, clock=clock)
    await closing.close(owner, failed, clock=clock)
    row = await notice_log.get(viewer, failed)
    assert (row.state, row.resolved_at) == (NoticeState.RESOLVED, clock())
    with pytest.raises(Conflict):
        await closing.close(owner, lag)
    with pytest.raises(NotFound):
        await closing.close(owner, "ntc_nothing")


async def test_an_incoming_key_learns_nothing(db: Database) -> None:
    nobody = factories.program("incoming")  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        await notice_log.attention(nobody)
