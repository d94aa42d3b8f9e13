"""Notices leave for URLs: signed, guarded, in order, on a schedule of their own, without a loop."""

import asyncio
import json
from datetime import datetime

import pytest
from sqlmodel import Session
from standardwebhooks import Webhook

from models import Notice, NoticeChannel, NoticeSend
from models.words import DeliveryReason, NoticeEdge, NoticeKind, NoticeSendStatus, PauseReason
from services import database
from services.actor import Actor
from services.clock import utc_now
from services.database import Database
from services.notices import channel_trial, channels, outcomes, sending, telling
from services.notices.outcomes import Pause
from services.notices.recording import record, resolve
from services.settings import Settings
from tests.factories import FrozenClock
from tests.partner import Partner
from tests.services.notices.conftest import Channels, MakeChannel
from tests.world import make_world, rows


async def test_a_url_is_sent_what_the_documentation_says_signed(
    job: Channels, owner: Actor, clock: FrozenClock, partner: Partner
) -> None:
    clock.now = utc_now()  # the oracle looks at the time
    world = await make_world()
    postback = await world.postback("https://partner.example/p?token=secret")
    data = {"name": "Ops", "kind": "url", "target": partner.url("/hook?a=1")}
    made = await channels.create(owner, data, clock=clock)
    await job.fail(postback, delivery_id="dlv_1", event_id="evt_1", status_code=503)
    await job.fail(postback, delivery_id="dlv_2", event_id="evt_2", status_code=502)
    await job.tick()
    (got,) = partner.wait_for(1, "/hook")
    headers = {name.lower(): value for name, value in got.headers}
    content = Webhook(made.secret).verify(got.body, headers)
    (notice,) = await rows(Notice)
    (send,) = await rows(NoticeSend)
    assert (content["type"], content["id"]) == ("delivery.failed", notice.id)
    assert datetime.fromisoformat(content["timestamp"]) == notice.opened_at
    told = content["data"]
    assert told["title"] == "2 deliveries of postback “sale” to partner.example failed for good"
    assert (told["edge"], told["count"], told["reason"]) == ("opened", 2, "exhausted")
    assert (told["delivery_id"], told["event_id"], told["status_code"]) == ("dlv_2", "evt_2", 502)
    assert told["postback"] == {
        "id": postback,
        "level": "event",
        "owner": "sale",
        "host": "partner.example",
        "url": f"http://localhost:3000/settings/events/sale/postbacks/{postback}",
    }
    failed = f"http://localhost:3000/logs/deliveries?status=failed&postback={postback}"
    assert told["url"] == failed
    assert b"token" not in got.body
    assert (headers["webhook-id"], headers["content-type"]) == (send.id, "application/json")
    assert send.status is NoticeSendStatus.SENT
    assert (await channels.get(owner, made.row.id)).last_sent_at == clock()


async def test_a_channel_hears_only_what_it_wants(
    job: Channels, make_channel: MakeChannel, partner: Partner
) -> None:
    await make_channel(partner.url("/all"))
    await make_channel(partner.url("/paused"), types=["postback.paused"])
    await make_channel(partner.url("/off"), enabled=False)
    await job.fail()
    await job.tick(2)
    assert [one.path for one in partner.requests] == ["/all"]


async def test_every_kind_is_told_at_its_edges_and_in_order(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/hook"))
    pause = {"postback_id": "pb_1", "why": Pause(PauseReason.GONE), "now": clock()}
    await database.write(outcomes.record_paused, **pause)
    await job.tick()
    await database.write(outcomes.record_resumed, postback_id="pb_1", now=clock())
    await job.tick()
    got = [json.loads(one.body) for one in partner.requests]
    assert [(each["type"], each["data"]["edge"]) for each in got] == [
        ("postback.paused", "opened"),
        ("postback.paused", "resolved"),
    ]
    assert got[0]["id"] == got[1]["id"]
    assert got[1]["data"]["title"] == "Postback pb_1 is paused no more"
    ids = {one.header("webhook-id") for one in partner.requests}
    assert len(ids) == 2


async def test_a_failing_channel_makes_no_notice_and_gives_up_after_six_tries(
    job: Channels, make_channel: MakeChannel, partner: Partner, owner: Actor, clock: FrozenClock
) -> None:
    row = await make_channel(partner.url("/status/500"))
    await job.fail()
    for minute in range(24 * 60):
        await job.tick()
        clock.move(minutes=1)
        if minute < 10:
            await job.fail()  # counted, and yet each try sends the same bytes
    assert len(partner.requests) == len(sending.WAITS)
    assert len({one.body for one in partner.requests}) == 1
    assert len({one.header("webhook-id") for one in partner.requests}) == 1
    (send,) = await rows(NoticeSend)
    assert (send.status, send.tries, send.response_code) == (NoticeSendStatus.FAILED, 6, 500)
    (notice,) = await rows(Notice)
    assert (notice.kind, notice.count) == (NoticeKind.DELIVERY_FAILED, 11)
    channel = await channels.get(owner, row.id)
    assert (channel.failures, channel.failing_since is not None) == (6, True)
    assert "500" in channel.last_error


async def test_the_tries_are_spread_over_hours(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/status/503"))
    await job.fail()
    began = clock()
    at = []
    for _ in range(10 * 60):
        before = len(partner.requests)
        await job.tick()
        if len(partner.requests) > before:
            at.append(round((clock() - began).total_seconds()))
        clock.move(minutes=1)
    assert at == [0, 60, 360, 2_160, 9_360, 30_960]


async def test_however_much_waits_for_a_channel_that_is_down_one_call_tries_it(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/status/500"))
    for number in range(40):
        await job.fail(f"pb_{number}")
    await job.tick(3)
    assert len(partner.requests) == 1
    clock.move(minutes=1)
    await job.tick(3)
    assert len(partner.requests) == 2
    assert {row.tries for row in await rows(NoticeSend)} == {2}


async def test_a_channel_that_is_back_gets_everything_and_is_well(
    job: Channels, make_channel: MakeChannel, partner: Partner, owner: Actor, clock: FrozenClock
) -> None:
    row = await make_channel(partner.url("/flaky?times=1"))
    await job.fail("pb_1")
    await job.fail("pb_2")
    await job.tick()
    assert (await channels.get(owner, row.id)).failures == 1
    clock.move(minutes=1)
    await job.tick()
    channel = await channels.get(owner, row.id)
    assert (channel.failures, channel.failing_since, channel.last_error) == (0, None, "")
    assert {send.status for send in await rows(NoticeSend)} == {NoticeSendStatus.SENT}


async def test_channels_that_hang_do_not_hold_up_another_one(
    job: Channels, make_channel: MakeChannel, partner: Partner
) -> None:
    for number in range(3):
        await make_channel(partner.url(f"/hang?{number}"), name=f"Hanging {number}")
    with Partner() as healthy:
        await make_channel(healthy.url("/ok"))
        await job.fail()
        await job.job.tick()
        await asyncio.to_thread(healthy.wait_for, 1)
        await asyncio.to_thread(partner.wait_for, 3)
        await job.job.tick()
        assert job.job.calls_under_way <= 4
        await job.job.stop(grace_seconds=0)
    assert len(partner.requests) == 3


async def test_ten_thousand_failures_are_one_send(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/hook"))
    for _ in range(20):
        for _ in range(5):
            await database.write(
                outcomes.record_given_up,
                postback_id="pb_1",
                reason=DeliveryReason.EXHAUSTED,
                count=100,
                now=clock(),
            )
            clock.move(seconds=1)
        await job.tick()
    (notice,) = await rows(Notice)
    assert notice.count == 10_000
    assert len(partner.requests) == 1


async def test_the_guard_looks_again_at_every_send(
    job: Channels,
    make_channel: MakeChannel,
    partner: Partner,
    db: Database,
    settings: Settings,
    owner: Actor,
) -> None:
    row = await make_channel(partner.url("/hook"))

    def move(session: Session) -> None:
        stored = session.get_one(NoticeChannel, row.id)
        stored.target = partner.url("/hook", host="127.0.0.2")

    await database.write(move)
    await job.fail()
    await job.tick()
    assert partner.connections == 0
    assert "127.0.0.2" in (await channels.get(owner, row.id)).last_error
    tested = await channel_trial.send_test(owner, row.id)
    assert not tested.succeeded
    assert "127.0.0.2" in tested.message
    assert partner.connections == 0


async def test_a_process_that_died_in_a_send_loses_nothing(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/hook"))
    await job.fail()
    await database.write(telling.tell, clock())
    claimed = {"limit": 4, "busy": [], "origin": "", "now": clock()}
    (batch,) = await database.write(sending.claim, **claimed)
    assert await database.write(sending.claim, **claimed) == []
    await job.tick()
    assert partner.requests == []
    clock.move(seconds=sending.LEASE.total_seconds())
    await job.tick()
    assert len(partner.requests) == 1
    # The one that died and came back cannot take the channel from its new owner.
    late = channel_trial.SendResult(succeeded=False, message="late", duration_ms=0)
    await database.write(sending.failed, batch=batch, result=late, now=clock())
    (channel,) = await rows(NoticeChannel)
    assert channel.failures == 0


async def test_a_lag_that_ends_is_told_too(
    job: Channels, make_channel: MakeChannel, partner: Partner, clock: FrozenClock
) -> None:
    await make_channel(partner.url("/hook"))
    kind = NoticeKind.QUEUE_LAGGING
    await database.write(record, kind, data={"cause": "no_worker"}, now=clock())
    await job.tick()
    clock.move(minutes=2)
    await database.write(resolve, kind, now=clock())
    await job.tick()
    first, second = (json.loads(one.body) for one in partner.requests)
    assert (first["data"]["title"], first["data"]["postback"]) == ("Postbacks are not sent", None)
    assert second["data"]["edge"] == NoticeEdge.RESOLVED
    assert datetime.fromisoformat(second["timestamp"]) == clock()


@pytest.mark.parametrize("ending", ["switched off", "archived"])
async def test_what_waits_for_a_channel_that_is_taken_away_is_cancelled(
    job: Channels, make_channel: MakeChannel, partner: Partner, owner: Actor, ending: str
) -> None:
    row = await make_channel(partner.url("/status/500"))
    await job.fail()
    await job.tick()
    if ending == "archived":
        await channels.archive(owner, row.id)
    else:
        await channels.update(owner, row.id, {"enabled": False})
    (send,) = await rows(NoticeSend)
    assert send.status is NoticeSendStatus.CANCELLED
