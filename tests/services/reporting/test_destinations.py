"""How each destination does, what it is owed, and who sends."""

from datetime import timedelta

import pytest

from models.words import BreakerState, DeliveryStatus
from services.actor import Actor
from services.database import Database
from services.errors import NotAllowed
from services.reporting import destinations, lanes
from services.reporting.destinations import DestinationRow
from services.settings import Settings
from tests.factories import START, FrozenClock
from tests.services.reporting.rows import Rows

SECOND = timedelta(seconds=1)
FAST, SLOW, OLD = "https://fast.example:443", "http://slow.example:8080", "https://old.example:443"


async def found(actor: Actor, clock: FrozenClock) -> dict[str, DestinationRow]:
    return {row.name: row for row in (await destinations.get(actor, clock=clock)).rows}


async def test_a_destination_shows_its_last_five_minutes(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        rows.destination(FAST, succeeded=9, failed=1, in_flight=3, concurrency=12)
        rows.destination(
            SLOW,
            breaker=BreakerState.OPEN,
            open_until=START + 40 * SECOND,
            is_slow=True,
            succeeded=0,
            failed=0,
            last_failure="No connection.",
        )
        rows.destination(OLD, updated_at=START - timedelta(minutes=6), in_flight=2)

    rows_by_name = await found(viewer, clock)

    fast, slow, old = (rows_by_name[name] for name in (FAST, SLOW, OLD))
    assert (fast.host, slow.host) == ("fast.example", "slow.example:8080")
    assert (fast.success_rate, fast.calls, fast.typical_ms, fast.p95_ms) == (0.9, 10, 40, 90)
    assert (fast.in_flight, fast.concurrency, fast.is_slow) == (3, 12, False)
    assert (slow.breaker, slow.probe_at) == (BreakerState.OPEN, START + 40 * SECOND)
    assert (slow.success_rate, slow.is_slow, slow.last_failure) == (None, True, "No connection.")
    # What was counted longer ago says nothing of now.
    assert (old.calls, old.success_rate, old.p95_ms, old.in_flight) == (0, None, None, 0)


async def test_what_waits_and_what_is_held_is_counted_by_destination(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type()
        event = rows.event(sale, rows.lead(rows.campaign()))
        postback, paused = rows.postback(sale), rows.postback(sale)
        for status, due_at, name in (
            (DeliveryStatus.PENDING, START - 70 * SECOND, FAST),
            (DeliveryStatus.PENDING, START - 10 * SECOND, FAST),
            (DeliveryStatus.RETRYING, START + 30 * SECOND, FAST),
            (DeliveryStatus.RETRYING, START + 60 * SECOND, SLOW),
        ):
            rows.delivery(event, postback, status=status, due_at=due_at, destination=name)
        rows.delivery(event, postback, status=DeliveryStatus.DELIVERED, destination=OLD)
        for _ in range(2):
            rows.delivery(event, paused, status=DeliveryStatus.HELD, destination=OLD)

    rows_by_name = await found(viewer, clock)

    fast, slow, old = (rows_by_name[name] for name in (FAST, SLOW, OLD))
    assert (fast.waiting, fast.due_at, fast.held) == (3, START - 70 * SECOND, 0)
    assert (slow.waiting, slow.due_at) == (1, START + 60 * SECOND)
    assert (old.waiting, old.due_at, old.held) == (0, None, 2)
    assert (fast.concurrency, fast.breaker) == (None, BreakerState.CLOSED)  # never called yet


async def test_a_long_queue_is_counted_to_a_limit_and_said_to_be_longer(
    db: Database,
    settings: Settings,
    viewer: Actor,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "COUNTED_AT_MOST", 2)
    with Rows(settings) as rows:
        sale = rows.event_type()
        event, postback = rows.event(sale, rows.lead(rows.campaign())), rows.postback(sale)
        for name, number in ((FAST, 3), (SLOW, 2)):
            for _ in range(number):
                rows.delivery(event, postback, due_at=START, destination=name)

    rows_by_name = await found(viewer, clock)

    assert (rows_by_name[FAST].waiting, rows_by_name[FAST].is_complete) == (2, False)
    assert (rows_by_name[SLOW].waiting, rows_by_name[SLOW].is_complete) == (2, True)


async def test_open_breakers_come_first_then_who_waits_too_long_then_who_fails_the_most(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type()
        event, postback = rows.event(sale, rows.lead(rows.campaign())), rows.postback(sale)
        for name, late in (("https://a.example:443", 5), ("https://b.example:443", 90)):
            due_at = START - late * SECOND
            rows.delivery(event, postback, due_at=due_at, destination=name)
        rows.destination("https://c.example:443", succeeded=5, failed=5)
        rows.destination("https://e.example:443")
        rows.destination("https://d.example:443", breaker=BreakerState.PROBING)

    view = await destinations.get(viewer, clock=clock)

    assert [row.host[0] for row in view.rows] == ["d", "b", "a", "c", "e"]


async def test_workers_are_told_apart_by_when_they_were_last_seen(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        rows.worker(START - 30 * SECOND)
        rows.worker(START - 2 * SECOND)

    view = await destinations.get(viewer, clock=clock)

    assert [(worker.seen_at, worker.is_alive) for worker in view.workers] == [
        (START - 2 * SECOND, True),
        (START - 30 * SECOND, False),
    ]


async def test_somebody_without_the_right_sees_nothing(db: Database) -> None:
    from models.words import KeyScope
    from tests.factories import program

    with pytest.raises(NotAllowed):
        await destinations.get(program(KeyScope.INCOMING))
