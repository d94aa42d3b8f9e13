"""Notices end when their cause is gone, and old ones leave."""

from datetime import timedelta

from sqlmodel import Session

from models import Notice, NoticeSend, Postback
from models.words import NoticeKind, NoticeState, PauseReason
from services import database
from services.database import Database
from services.notices import outcomes, upkeep
from services.notices.outcomes import Pause
from services.notices.recording import record, resolve
from tests.factories import FrozenClock
from tests.partner import Partner
from tests.services.notices.conftest import Channels, MakeChannel
from tests.world import make_world, rows


async def states() -> dict[str, NoticeState]:
    return {row.subject_id: row.state for row in await rows(Notice)}


async def open_one(kind: NoticeKind, subject_id: str, clock: FrozenClock) -> None:
    data = {"reason": "failing" if kind is NoticeKind.POSTBACK_PAUSED else "exhausted"}
    await database.write(record, kind, subject_id=subject_id, data=data, now=clock())


async def test_an_archived_postback_and_one_that_runs_again_end_theirs(
    db: Database, clock: FrozenClock
) -> None:
    world = await make_world()
    archived = await world.postback("https://a.example/", archived_at=clock())
    paused = await world.postback("https://b.example/", paused_at=clock())
    resumed = await world.postback("https://c.example/", paused_at=clock())
    for postback_id in (archived, paused, resumed):
        await open_one(NoticeKind.POSTBACK_PAUSED, postback_id, clock)

    def resume(session: Session) -> None:
        session.get_one(Postback, resumed).paused_at = None

    await database.write(resume)
    assert await database.read(upkeep.is_anything_over, clock())
    assert await database.write(upkeep.end_what_is_over, clock()) == 2
    assert not await database.read(upkeep.is_anything_over, clock())
    assert await states() == {
        archived: NoticeState.RESOLVED,
        paused: NoticeState.OPEN,
        resumed: NoticeState.RESOLVED,
    }


async def test_failures_of_which_nothing_is_heard_for_a_week_are_over(
    db: Database, clock: FrozenClock
) -> None:
    await open_one(NoticeKind.DELIVERY_FAILED, "pb_1", clock)
    clock.move(days=6)
    await open_one(NoticeKind.DELIVERY_FAILING, "pb_2", clock)
    await database.write(record, NoticeKind.QUEUE_LAGGING, data={}, now=clock())
    clock.move(days=2)
    await database.write(upkeep.end_what_is_over, clock())
    assert await states() == {
        "pb_1": NoticeState.RESOLVED,
        "pb_2": NoticeState.OPEN,
        "": NoticeState.OPEN,
    }


async def test_resolved_notices_leave_after_90_days_with_their_sends_and_open_ones_stay(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/ok"))
    for number in range(5):
        await job.fail(f"pb_{number}")
    await job.fail("pb_open")
    await job.tick()
    for number in range(5):
        kind = NoticeKind.DELIVERY_FAILED
        await database.write(resolve, kind, subject_id=f"pb_{number}", now=clock())
    clock.now += upkeep.KEEP
    assert await database.write(upkeep.prune, clock()) == 0
    clock.now += timedelta(seconds=1)
    assert await database.read(upkeep.is_anything_old, clock())
    assert await database.write(upkeep.prune, clock(), batch=3) == 3
    assert await database.write(upkeep.prune, clock(), batch=3) == 2
    assert await database.write(upkeep.prune, clock(), batch=3) == 0
    assert not await database.read(upkeep.is_anything_old, clock())
    assert set(await states()) == {"pb_open"}
    (notice,) = await rows(Notice)
    assert [send.notice_id for send in await rows(NoticeSend)] == [notice.id]


async def test_a_pause_is_told_to_be_over_when_the_postback_is_archived(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/ok"))
    world = await make_world()
    postback = await world.postback("https://a.example/", paused_at=clock())
    pause = {"postback_id": postback, "why": Pause(PauseReason.GONE), "now": clock()}
    await database.write(outcomes.record_paused, **pause)
    await job.tick()

    def archive(session: Session) -> None:
        session.get_one(Postback, postback).archived_at = clock()

    await database.write(archive)
    await job.job.keep_up()
    await job.tick()
    assert len(partner.requests) == 2
