"""A paused postback holds what it owes; resumed, it sends or discards it. Nothing is lost."""

from datetime import timedelta

import pytest

from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    PauseReason,
    PostbackLevel,
    ReleaseChoice,
)
from services import database
from services.actor import SYSTEM, Actor
from services.catalog import event_types, postbacks
from services.catalog.postbacks import Owner, Release, Standing
from services.clock import utc_now
from services.database import Database
from services.delivery import drain_job, holding, outbox, resuming
from services.delivery.resuming import Resumption
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from services.settings import Settings
from tests.factories import FrozenClock
from tests.partner import Partner
from tests.services.delivery.results import DELIVERED, GIVEN_UP, claim, later, result, settle
from tests.world import World, deliveries, events, make_world, settled, until, worker

HOUR = timedelta(hours=1)
SEND = {"held": "send"}
DISCARD = {"held": "discard"}


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?e={event_id}")
    return world


async def standing(world: World) -> Standing:
    return (await postbacks.get(SYSTEM, world.postback_ids[0])).standing


async def release(world: World) -> Release:
    found = (await standing(world)).release
    assert found is not None
    return found


async def pause(world: World, **given: object) -> None:
    await holding.pause(SYSTEM, world.postback_ids[0], **given)  # type: ignore[arg-type]


async def resume(world: World, held: object, **given: object) -> Resumption:
    return await resuming.resume(SYSTEM, world.postback_ids[0], {"held": held}, **given)  # type: ignore[arg-type]


async def sweep(db: Database, clock: FrozenClock | None = None) -> None:
    given = (db,) if clock is None else (db, clock)
    await holding.hold_waiting(*given)
    await resuming.release_held(*given)


async def statuses() -> list[str]:
    return sorted(row.status.value for row in await deliveries())


async def test_what_a_paused_postback_owes_is_written_as_held(world: World) -> None:
    other = await world.postback("https://q.example/")
    await pause(world)
    await world.fire()
    found = {row.postback_id: row for row in await deliveries()}
    held = found[world.postback_ids[0]]
    assert (held.status, held.due_at) == (DeliveryStatus.HELD, None)
    assert held.held_at == held.created_at
    assert found[other].status is DeliveryStatus.PENDING
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.HELD
    assert [one.postback_id for one in await claim()] == [other]


async def test_what_waits_is_held_by_the_sweep_and_the_event_shows_it(
    world: World, db: Database
) -> None:
    other = await world.postback("https://q.example/")
    await world.fire()
    await pause(world)
    assert await holding.hold_waiting(db) == 1
    assert await holding.hold_waiting(db) == 0
    assert [one.postback_id for one in await claim()] == [other]
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.HELD
    assert (await standing(world)).held == 1


async def test_many_are_held_and_released_in_batches(
    world: World, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "BATCH", 2)
    monkeypatch.setattr(holding, "_LOOK", 3)
    monkeypatch.setattr(resuming, "BATCH", 2)
    for _ in range(7):
        await world.fire()
    await pause(world)
    assert await holding.hold_waiting(db) == 7
    assert await resume(world, "send") == Resumption(send=7, cancel=0, is_dry=False)
    assert await resuming.release_held(db) == 7
    assert await statuses() == ["pending"] * 7
    done = await release(world)
    assert (done.total, done.sent, done.cancelled) == (7, 7, 0)
    assert done.finished_at is not None


async def test_what_is_being_sent_finishes_and_is_held_where_it_would_be_tried_again(
    world: World,
) -> None:
    for _ in range(3):
        await world.fire()
    first, second, third = await claim()
    await pause(world)
    now = utc_now()
    await settle(
        result(first, DELIVERED), result(second, later(now), now=now), result(third, GIVEN_UP)
    )
    found = {row.id: row for row in await deliveries()}
    assert found[first.id].status is DeliveryStatus.DELIVERED
    assert found[third.id].status is DeliveryStatus.FAILED
    held = found[second.id]
    assert (held.status, held.due_at, held.held_at) == (DeliveryStatus.HELD, None, now)
    assert (held.tries, held.attempts, held.claim_token) == (1, 1, None)


async def test_the_deadline_stands_still_while_it_is_held(
    world: World, db: Database, clock: FrozenClock
) -> None:
    await world.fire()
    (taken,) = await claim()
    await pause(world)
    start = utc_now()
    await settle(result(taken, later(start), now=start))
    before = (await deliveries())[0].deadline_at
    clock.now = start + 50 * HOUR
    await resume(world, "send", clock=clock)
    await sweep(db, clock)
    (delivery,) = await deliveries()
    assert delivery.deadline_at == before + 50 * HOUR
    # Tried before: it goes on with its schedule, and the next try is now.
    assert (delivery.status, delivery.due_at) == (DeliveryStatus.RETRYING, clock.now)
    assert (delivery.held_at, delivery.tries) == (None, 1)


async def test_a_dry_run_counts_and_changes_nothing(world: World, db: Database) -> None:
    await pause(world)
    await world.fire()
    middle = utc_now()
    await world.fire()
    for held, expected in (
        ("send", (2, 0)),
        ("discard", (0, 2)),
        ({"since": middle.isoformat()}, (1, 1)),
    ):
        found = await resuming.resume(
            SYSTEM, world.postback_ids[0], {"held": held, "dry_run": True}
        )
        assert (found.send, found.cancel, found.is_dry) == (*expected, True)
    await sweep(db)
    assert await statuses() == ["held", "held"]
    assert (await standing(world)).pause_reason is PauseReason.BY_HAND


async def test_since_a_moment_sends_the_younger_and_cancels_the_older(
    world: World, db: Database
) -> None:
    await pause(world)
    await world.fire()
    middle = utc_now()
    await world.fire()
    assert await resume(world, {"since": middle.isoformat()}) == Resumption(1, 1, is_dry=False)
    await sweep(db)
    old, young = sorted(await deliveries(), key=lambda row: row.created_at)
    assert (old.status, old.reason) == (DeliveryStatus.CANCELLED, DeliveryReason.DISCARDED)
    assert old.reason_text == "Discarded when Afterlead resumed the postback."
    assert (young.status, young.reason) == (DeliveryStatus.PENDING, None)
    found = await release(world)
    assert (found.choice, found.since) == (ReleaseChoice.SINCE, middle)
    assert (found.sent, found.cancelled) == (1, 1)
    assert sorted(event.delivery_status.value for event in await events()) == [
        "cancelled",
        "pending",
    ]


async def test_discard_cancels_all_and_what_follows_is_sent(world: World, db: Database) -> None:
    await world.fire()
    await pause(world)  # no sweep in between: what waited then is meant as well
    await world.fire()
    assert await resume(world, "discard") == Resumption(0, 2, is_dry=False)
    await world.fire()
    await sweep(db)
    assert await statuses() == ["cancelled", "cancelled", "pending"]


async def test_what_is_made_in_the_very_moment_of_a_discard_was_held_and_is_cancelled(
    world: World, db: Database, clock: FrozenClock
) -> None:
    await pause(world)
    await world.fire()
    clock.now = (await deliveries())[0].created_at
    assert await resume(world, "discard", clock=clock) == Resumption(0, 1, is_dry=False)
    await sweep(db, clock)
    assert await statuses() == ["cancelled"]


async def test_a_resumption_goes_on_where_another_process_stopped(
    world: World, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "BATCH", 2)
    await pause(world)
    for _ in range(5):
        await world.fire()
    await resume(world, "send")
    await database.write(resuming._release_some, world.postback_ids[0], utc_now())
    found = await release(world)
    assert (found.total, found.sent, found.finished_at) == (5, 2, None)
    assert (await standing(world)).held == 3
    assert await resuming.release_held(db) == 3  # as the next process would
    found = await release(world)
    assert (found.sent, found.finished_at is not None) == (5, True)


async def test_pausing_again_stops_a_resumption_and_keeps_the_rest(
    world: World, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "BATCH", 2)
    await pause(world)
    for _ in range(5):
        await world.fire()
    await resume(world, "discard")
    await database.write(resuming._release_some, world.postback_ids[0], utc_now())
    await pause(world)
    await sweep(db)
    assert await statuses() == ["cancelled"] * 2 + ["held"] * 3
    assert (await release(world)).finished_at is not None
    await resume(world, "send")
    await sweep(db)
    assert await statuses() == ["cancelled"] * 2 + ["pending"] * 3


async def test_what_was_held_beside_the_resumption_is_found(world: World, db: Database) -> None:
    await pause(world)
    await world.fire()
    await resume(world, "send")
    await sweep(db)
    # As a worker does that read the pause before it ended, and wrote after all was released.
    (taken,) = await claim()
    await database.write(
        lambda session: session.connection().execute(
            outbox.DELIVERY.update().values(
                status=DeliveryStatus.HELD, held_at=utc_now(), claim_token=None, lease_until=None
            )
        )
    )
    assert await resuming.release_held(db) == 1
    assert [one.id for one in await claim()] == [taken.id]


async def test_a_held_delivery_that_a_person_resends_goes_out_and_is_held_again_if_it_fails(
    world: World, db: Database
) -> None:
    await pause(world)
    await world.fire()
    await world.fire()
    (wanted, _) = await deliveries()
    await outbox.resend(SYSTEM, wanted.id)
    assert await holding.hold_waiting(db) == 0
    (taken,) = await claim()
    assert (taken.id, taken.trigger) == (wanted.id, AttemptTrigger.MANUAL)
    now = utc_now()
    await settle(result(taken, later(now), now=now))
    assert await statuses() == ["held", "held"]
    await outbox.resend(SYSTEM, wanted.id)
    await settle(*(result(one, DELIVERED) for one in await claim()))
    assert await statuses() == ["delivered", "held"]


async def test_archiving_a_paused_postback_cancels_what_it_holds(
    world: World, db: Database, actor: Actor
) -> None:
    await world.fire()
    await pause(world)
    await world.fire()
    row = await postbacks.archive(actor, world.postback_ids[0])
    assert row.standing.release is not None
    await sweep(db)
    assert await statuses() == ["cancelled", "cancelled"]
    assert {row.reason_text for row in await deliveries()} == {
        f"Discarded when {actor.name} archived the postback."
    }
    assert (await release(world)).cancelled == 2


async def test_archiving_a_postback_that_is_not_paused_still_sends_what_waits(
    world: World, db: Database
) -> None:
    await world.fire()
    await postbacks.archive(SYSTEM, world.postback_ids[0])
    await sweep(db)
    assert len(await claim()) == 1


async def test_a_clone_of_an_event_begins_with_postbacks_that_are_not_paused(
    world: World,
) -> None:
    await pause(world)
    await event_types.clone(SYSTEM, world.event)
    owner = Owner(PostbackLevel.EVENT, f"{world.event}_copy")
    (copy,) = await postbacks.list_for(SYSTEM, owner)
    assert copy.standing.paused_at is None


async def test_pausing_twice_keeps_the_first_moment(world: World, clock: FrozenClock) -> None:
    await pause(world, clock=clock)
    first = clock.now
    clock.move(hours=1)
    await pause(world, clock=clock)
    assert (await standing(world)).paused_at == first


@pytest.mark.parametrize(
    "held", [None, "", "all", 1, {"since": "yesterday"}, {"since": 1, "x": 2}, ["send"]]
)
async def test_a_choice_that_does_not_exist_is_refused(world: World, held: object) -> None:
    await pause(world)
    with pytest.raises(InvalidInput) as refused:
        await resume(world, held)
    assert set(refused.value.fields) == {"held"}


async def test_what_cannot_be_paused_or_resumed_says_why(world: World, viewer: Actor) -> None:
    (postback_id,) = world.postback_ids
    for dry in (True, False):
        with pytest.raises(Conflict, match="not paused"):
            await resuming.resume(SYSTEM, postback_id, SEND | {"dry_run": dry})
        with pytest.raises(NotFound):
            await resuming.resume(SYSTEM, "pb_none", SEND | {"dry_run": dry})
    for wrong in ("pb_none", "\0"):
        with pytest.raises(NotFound):
            await holding.pause(SYSTEM, wrong)
    with pytest.raises(NotAllowed):
        await holding.pause(viewer, postback_id)
    with pytest.raises(NotAllowed):
        await resuming.resume(viewer, postback_id, SEND)
    await pause(world)
    await postbacks.archive(SYSTEM, postback_id)
    with pytest.raises(Conflict, match="archived"):
        await holding.pause(SYSTEM, postback_id)
    with pytest.raises(Conflict, match="archived"):
        await resuming.resume(SYSTEM, postback_id, DISCARD)


async def test_a_running_worker_follows_pause_and_resumption_at_once(
    world: World, settings: Settings, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain_job, "_SWEEP_SECONDS", 3_600)
    postback_id = await world.postback(partner.url("/status/503"))
    await pause(world)  # the other one only gets in the way
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.RETRYING)
        await holding.pause(SYSTEM, postback_id)
        await settled(DeliveryStatus.HELD, 2)
        before = len(partner.requests)
        await resuming.resume(SYSTEM, postback_id, SEND)
        await until(lambda: len(partner.requests) == before + 1)
