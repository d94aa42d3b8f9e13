"""Many refused calls are tried again by one command: counted, in batches, once each."""

import pytest

from models.words import BulkStatus, Handling, KeyScope, Source, Verdict
from services.actor import SYSTEM, Actor
from services.bulk_jobs import batches, jobs
from services.catalog import event_types
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed
from services.inbox import by_hand
from services.inbox.bulk_replays import REPLAYS
from services.inbox.replay_wish import ReplayWish
from services.intake.recording import record_event
from services.reporting.incoming_log import SubmissionFilter
from tests.factories import FrozenClock, program
from tests.world import World, events, make_world, submissions

PROGRAM = program(KeyScope.WRITE)
CALLS = 30  # more than one batch


@pytest.fixture
async def world(db: Database, clock: FrozenClock) -> World:
    made = await make_world()
    for number in range(CALLS):
        # Two of them are the same fact, and one names a lead that is not there.
        transaction_id = "t-nobody" if number == 0 else f"t-{max(number, 2)}"
        if number >= 2:
            await made.lead(transaction_id)
        payload = {"event": "quote", "transaction_id": transaction_id}
        await record_event(PROGRAM, payload, source=Source.API, clock=clock)
        clock.move(seconds=1)
    await record_event(PROGRAM, b"{", source=Source.API, clock=clock)
    clock.move(seconds=1)
    return made


async def test_what_a_filter_covers_is_tried_again_once_in_batches(
    world: World, db: Database, clock: FrozenClock, owner: Actor
) -> None:
    dismissed = next(row for row in await submissions() if row.transaction_id == "t-29")
    await by_hand.dismiss(owner, dismissed.id, reason="A test of ours.")
    everything = ReplayWish(SubmissionFilter())
    assert (await jobs.preview(owner, REPLAYS, everything, clock=clock)).number == CALLS - 1
    await event_types.create(SYSTEM, {"name": "quote"})
    job = await jobs.start(owner, REPLAYS, everything, clock=clock)
    with pytest.raises(Conflict):
        await jobs.start(owner, REPLAYS, everything, clock=clock)
    later = await record_event(
        PROGRAM, {"event": "nothing", "transaction_id": "t-2"}, source=Source.API
    )
    await batches.work(db, REPLAYS, clock=clock, pause_seconds=0)

    ended = await jobs.get(owner, REPLAYS, job.id)
    assert ended.status is BulkStatus.FINISHED
    assert (ended.total, ended.done) == (CALLS - 1, CALLS - 1)
    assert (ended.recorded, ended.duplicates, ended.refused, ended.left_out) == (27, 1, 1, 0)
    assert len(await events()) == 27
    found = {row.transaction_id: row for row in await submissions()}
    assert found["t-5"].handling is Handling.REPLAYED
    assert found["t-5"].handled_by == owner.name
    # It is known by now that only its lead is missing, so it waits for that.
    nobody = found["t-nobody"]
    assert (nobody.handling, nobody.tried_verdict) == (Handling.OPEN, Verdict.UNKNOWN_LEAD)
    assert found["t-29"].handling is Handling.DISMISSED
    untouched = next(row for row in await submissions() if row.id == later.submission_id)
    assert untouched.tried_verdict is None


async def test_a_cancelled_one_ends_where_it_stands_and_nothing_is_replayed_for_an_empty_filter(
    world: World, db: Database, clock: FrozenClock, owner: Actor
) -> None:
    unreadable = ReplayWish(SubmissionFilter(verdict=("unreadable",)))
    assert (await jobs.start(owner, REPLAYS, unreadable, clock=clock)).status is BulkStatus.FINISHED
    job = await jobs.start(owner, REPLAYS, ReplayWish(SubmissionFilter(event="quote")), clock=clock)
    assert (await jobs.cancel(owner, REPLAYS, job.id)).status is BulkStatus.CANCELLED
    await batches.work(db, REPLAYS, clock=clock, pause_seconds=0)
    assert (await jobs.latest(owner, REPLAYS) or job).done == 0
    with pytest.raises(InvalidInput):
        await jobs.preview(owner, REPLAYS, ReplayWish(SubmissionFilter(verdict=("fine",))))
    with pytest.raises(NotAllowed):
        await jobs.start(program(KeyScope.READ), REPLAYS, ReplayWish(SubmissionFilter()))
