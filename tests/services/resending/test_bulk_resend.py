"""Many deliveries are sent again by one command: counted, in batches, once each, and no other."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import BulkResend, Delivery, Event, Postback
from models.words import (
    AttemptTrigger,
    BulkStatus,
    DeliveryReason,
    DeliveryStatus,
    KeyScope,
    Method,
)
from services import database
from services.actor import Actor
from services.bulk_jobs import batches, jobs
from services.database import Database
from services.delivery import claims
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from services.reporting.delivery_filter import DeliveryFilter
from services.resending import bulk_resends
from services.resending.bulk_resends import RESENDS, Preview
from services.resending.wish import ResendWish
from services.settings import Settings
from tests.factories import START, FrozenClock, program
from tests.services.reporting.rows import Rows
from tests.world import deliveries, events, rows

# A batch takes three.
SMALL = replace(RESENDS, batch=3)
EVERYTHING = ResendWish(DeliveryFilter())
GIVEN_UP = {
    "status": DeliveryStatus.FAILED,
    "reason": DeliveryReason.EXHAUSTED,
    "attempts": 12,
    "tries": 12,
    "response_code": 500,
}
WAITING_LONG = {"status": DeliveryStatus.RETRYING, "attempts": 3, "tries": 3}


@pytest.fixture
def stored(db: Database, settings: Settings, clock: FrozenClock) -> dict[str, str]:
    """Store one delivery of each kind, each of an event of its own, and return their ids."""
    with Rows(settings) as made:
        sale = made.event_type()
        lead = made.lead(made.campaign())
        postback, paused = made.postback(sale), made.postback(sale, paused_at=START)
        kinds: dict[str, dict[str, Any]] = {
            "failed": GIVEN_UP,
            "never tried": {**GIVEN_UP, "attempts": 0, "tries": 0, "response_code": None},
            "retrying": {**WAITING_LONG, "due_at": START + timedelta(hours=20)},
            "pending": {"due_at": START},
            "sending": {"status": DeliveryStatus.SENDING, "claim_token": "x"},
            "delivered": {"status": DeliveryStatus.DELIVERED, "attempts": 1},
            "emptied": {
                "status": DeliveryStatus.DELIVERED,
                "method": Method.POST,
                "emptied_at": START,
            },
            "unclear": {**GIVEN_UP, "reason": DeliveryReason.UNKNOWN},
            "unrendered": {**GIVEN_UP, "reason": DeliveryReason.TOO_LARGE},
            "poison": {**GIVEN_UP, "reason": DeliveryReason.POISON},
            "skipped": {
                "status": DeliveryStatus.SKIPPED,
                "reason": DeliveryReason.SAME_REQUEST,
            },
            "cancelled": {"status": DeliveryStatus.CANCELLED, "reason": DeliveryReason.DISCARDED},
            "held": {"status": DeliveryStatus.HELD, "held_at": START},
            "paused": GIVEN_UP,
        }
        ids = {}
        for number, (name, changes) in enumerate(kinds.items()):
            at = START - timedelta(hours=1) + timedelta(seconds=number)
            event = made.event(sale, lead, at=at)
            owner = paused if name in {"held", "paused"} else postback
            ids[name] = made.delivery(event, owner, **changes).id
        return ids


async def work(db: Database, clock: FrozenClock) -> None:
    await batches.work(db, SMALL, clock=clock, pause_seconds=0)


async def resent_names(stored: dict[str, str]) -> set[str]:
    by_id = {delivery_id: name for name, delivery_id in stored.items()}
    return {by_id[row.id] for row in await deliveries() if row.resent_at is not None}


async def test_what_did_not_arrive_is_made_due_now_with_a_fresh_schedule(
    stored: dict[str, str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    await work(db, clock)

    assert (job.status, job.total, job.total_is_complete) == (BulkStatus.RUNNING, 3, True)
    assert await resent_names(stored) == {"failed", "never tried", "retrying"}
    found = {row.id: row for row in await deliveries()}
    for name in ("failed", "never tried", "retrying"):
        row = found[stored[name]]
        assert (row.due_at, row.tries, row.reason) == (START, 0, None), name
        assert row.deadline_at > START
    # Those that were tried before queue behind first tries.
    assert found[stored["failed"]].status is DeliveryStatus.RETRYING
    assert found[stored["never tried"]].status is DeliveryStatus.PENDING
    shown = {row.id: row.delivery_status for row in await events()}
    assert shown[found[stored["failed"]].event_id] is DeliveryStatus.RETRYING
    ended = await jobs.get(owner, SMALL, job.id)
    assert (ended.status, ended.resent, ended.left_out) == (BulkStatus.FINISHED, 3, 0)
    assert ended.ended_at == START


async def test_the_next_try_of_a_resent_one_is_marked_as_by_hand(
    stored: dict[str, str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    await work(db, clock)

    claimed = await database.write(
        claims.claim, limit=50, worker_id="wrk_a", lease_seconds=60.0, now=START
    )

    triggers = {claim.id: claim.trigger for claim in claimed.claims}
    assert triggers[stored["failed"]] is AttemptTrigger.MANUAL


CHOICES: list[tuple[dict[str, Any], dict[str, bool], set[str]]] = [
    ({"status": (DeliveryStatus.FAILED,)}, {}, {"failed", "never tried"}),
    ({"status": (DeliveryStatus.CANCELLED,)}, {}, {"cancelled"}),
    ({"status": (DeliveryStatus.DELIVERED,)}, {}, set()),
    ({"status": (DeliveryStatus.DELIVERED,)}, {"delivered": True}, {"delivered"}),
    ({}, {"delivered": True}, {"failed", "never tried", "retrying", "delivered"}),
    ({"status": (DeliveryStatus.FAILED,)}, {"delivered": True}, {"failed", "never tried"}),
    ({}, {"unclear": True}, {"failed", "never tried", "retrying", "unclear"}),
    ({"status": (DeliveryStatus.HELD, DeliveryStatus.SKIPPED, DeliveryStatus.SENDING)}, {}, set()),
    ({"cause": "500"}, {}, {"failed"}),
    ({"cause": "500"}, {"delivered": True}, {"failed"}),
    ({"cause": "poison"}, {}, {"poison"}),
    ({"cause": "unknown"}, {}, set()),
    ({"cause": "unknown"}, {"unclear": True}, {"unclear"}),
    ({"campaign": "nowhere"}, {}, set()),
    ({"until": START - timedelta(hours=1)}, {}, set()),
]


def _named(value: object) -> str:
    # A set has another order in each process, and tests that share the work must agree on names.
    return str(sorted(value) if isinstance(value, set) else value)


@pytest.mark.parametrize(("changes", "flags", "names"), CHOICES, ids=_named)
async def test_exactly_what_is_asked_for_is_counted_and_sent_again(
    stored: dict[str, str],
    db: Database,
    owner: Actor,
    clock: FrozenClock,
    changes: dict[str, Any],
    flags: dict[str, bool],
    names: set[str],
) -> None:
    wish = ResendWish(DeliveryFilter(**changes), **flags)

    counted = await bulk_resends.preview(owner, wish, clock=clock)
    job = await jobs.start(owner, SMALL, wish, clock=clock)
    await work(db, clock)

    assert (counted.count.number, job.total) == (len(names), len(names))
    assert await resent_names(stored) == names


async def test_a_preview_says_what_is_left_out_and_why_and_changes_nothing(
    stored: dict[str, str], owner: Actor, clock: FrozenClock
) -> None:
    counted = await bulk_resends.preview(owner, EVERYTHING, clock=clock)

    assert _numbers(counted) == {
        "count": 3,
        "delivered": 2,
        "unclear": 1,
        "never": 1,
        "sending": 1,
        "paused": 1,
    }
    assert await resent_names(stored) == set()
    asked = await bulk_resends.preview(
        owner, replace(EVERYTHING, delivered=True, unclear=True), clock=clock
    )
    assert (asked.count.number, asked.delivered.number, asked.unclear.number) == (5, 0, 0)


def _numbers(counted: Preview) -> dict[str, int]:
    names = ("count", "delivered", "unclear", "never", "sending", "paused")
    return {name: getattr(counted, name).number for name in names}


# Batches


@pytest.fixture
def many(db: Database, settings: Settings, clock: FrozenClock) -> list[str]:
    """Store seven given-up deliveries: three batches."""
    with Rows(settings) as made:
        sale = made.event_type()
        lead, postback = made.lead(made.campaign()), made.postback(sale)
        return [
            made.delivery(
                made.event(sale, lead, at=START - timedelta(minutes=9 - number)),
                postback,
                **GIVEN_UP,
            ).id
            for number in range(7)
        ]


async def one_batch(db: Database, clock: FrozenClock) -> bool:
    step = await db.read(batches.next_step, SMALL)
    assert step is not None
    return await db.write(batches.take, SMALL, step, clock())


async def test_a_crash_between_two_batches_repeats_nothing_and_leaves_nothing_out(
    many: list[str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    assert await one_batch(db, clock)
    # What the next process finds is the row alone.
    half = await jobs.get(owner, SMALL, job.id)
    assert (half.resent, half.status) == (3, BulkStatus.RUNNING)
    first = {row.id for row in await deliveries() if row.resent_at is not None}
    assert first == set(many[:3])  # the oldest first
    clock.move(minutes=1)
    await work(db, clock)

    resent = Counter(row.resent_at for row in await deliveries())
    assert resent == {START: 3, START + timedelta(minutes=1): 4}
    assert (await jobs.get(owner, SMALL, job.id)).resent == 7


async def test_two_workers_never_take_the_same_batch(
    many: list[str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    step = await db.read(batches.next_step, SMALL)

    taken = await asyncio.gather(*(db.write(batches.take, SMALL, step, clock()) for _ in range(4)))

    assert sorted(taken) == [False, False, False, True]
    assert (await jobs.get(owner, SMALL, job.id)).resent == 3


async def test_a_cancelled_one_stops_where_it_stands(
    many: list[str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    assert await one_batch(db, clock)
    step = await db.read(batches.next_step, SMALL)
    cancelled = await jobs.cancel(owner, SMALL, job.id, clock=clock)

    assert cancelled.status is BulkStatus.CANCELLED
    assert not await db.write(batches.take, SMALL, step, clock())  # read before, written after
    await work(db, clock)
    assert (await jobs.get(owner, SMALL, job.id)).resent == 3
    assert (await jobs.cancel(owner, SMALL, job.id, clock=clock)).status is BulkStatus.CANCELLED
    # And the next one may begin.
    again = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    assert (again.total, again.status) == (7, BulkStatus.RUNNING)


async def test_what_changed_after_it_was_found_is_left_out_and_counted(
    many: list[str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    step = await db.read(batches.next_step, SMALL)

    def meanwhile(session: Session) -> None:
        first, second = (session.get_one(Delivery, each) for each in many[:2])
        first.status = DeliveryStatus.SENDING
        second.status = DeliveryStatus.DELIVERED
        session.add_all([first, second])

    await db.write(meanwhile)
    assert await db.write(batches.take, SMALL, step, clock())

    row = await jobs.get(owner, SMALL, job.id)
    assert (row.resent, row.left_out) == (1, 2)


async def test_a_postback_paused_meanwhile_gets_nothing(
    many: list[str], db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    step = await db.read(batches.next_step, SMALL)

    def pause(session: Session) -> None:
        for postback in session.exec(select(Postback)):
            postback.paused_at = START
            session.add(postback)

    await db.write(pause)
    assert await db.write(batches.take, SMALL, step, clock())
    await work(db, clock)

    row = await jobs.get(owner, SMALL, job.id)
    assert (row.status, row.resent) == (BulkStatus.FINISHED, 0)


async def test_what_fails_after_the_start_does_not_belong_to_it(
    many: list[str], db: Database, settings: Settings, owner: Actor, clock: FrozenClock
) -> None:
    await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    with Rows(settings) as made:
        event = made.session.exec(select(Event)).first()
        postback = made.session.exec(select(Postback)).one()
        later = made.delivery(event, postback, **GIVEN_UP, created_at=START)
    await work(db, clock)

    untouched = {row.id for row in await deliveries() if row.resent_at is None}
    assert untouched == {later.id}


async def test_one_runs_at_a_time_and_the_second_is_told_so(
    many: list[str], owner: Actor, clock: FrozenClock
) -> None:
    started = await asyncio.gather(
        *(jobs.start(owner, SMALL, EVERYTHING, clock=clock) for _ in range(3)),
        return_exceptions=True,
    )

    refused = [each for each in started if isinstance(each, Conflict)]
    assert len(refused) == 2
    assert {each.code for each in refused} == {"bulk_resend_running"}
    assert len(await rows(BulkResend)) == 1


async def test_nothing_to_resend_has_ended_at_once(
    db: Database, owner: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)

    assert (job.status, job.total) == (BulkStatus.FINISHED, 0)
    assert await jobs.latest(owner, SMALL) == job


async def test_who_may_not_resend_may_neither_count_start_nor_cancel(
    many: list[str], db: Database, owner: Actor, viewer: Actor, clock: FrozenClock
) -> None:
    job = await jobs.start(owner, SMALL, EVERYTHING, clock=clock)
    for call in (
        bulk_resends.preview(viewer, EVERYTHING),
        jobs.start(viewer, SMALL, EVERYTHING),
        jobs.cancel(viewer, SMALL, job.id),
        jobs.get(program(KeyScope.INCOMING), SMALL, job.id),
        jobs.latest(program(KeyScope.INCOMING), SMALL),
    ):
        with pytest.raises(NotAllowed):
            await call
    assert (await jobs.get(viewer, SMALL, job.id)).id == job.id


async def test_what_does_not_exist_and_what_makes_no_sense_is_refused(
    db: Database, owner: Actor
) -> None:
    for key in ("rsd_nothing", "", "\x00"):
        with pytest.raises(NotFound):
            await jobs.get(owner, SMALL, key)
        with pytest.raises(NotFound):
            await jobs.cancel(owner, SMALL, key)
    for changes in ({"status": ("great",)}, {"cause": "bad luck"}):
        wish = ResendWish(DeliveryFilter(**changes))  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            await jobs.start(owner, SMALL, wish)
        with pytest.raises(InvalidInput):
            await bulk_resends.preview(owner, wish)
    assert await db.read(lambda session: session.exec(select(col(BulkResend.id))).all()) == []
