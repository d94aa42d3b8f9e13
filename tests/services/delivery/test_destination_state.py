"""What a worker learnt about destinations outlives it."""

from datetime import timedelta

from models import Destination
from models.words import BreakerState, DeliveryStatus
from services.clock import utc_now
from services.database import Database
from services.delivery.destination_state import DestinationState
from services.delivery.lanes import START, Lanes
from services.settings import Settings
from tests.partner import Partner
from tests.world import make_world, rows, settled, until, worker

GONE = "http://127.0.0.1:9"


def state(db: Database, lanes: Lanes, worker_id: str = "wrk_a") -> DestinationState:
    return DestinationState(db, lanes, worker_id=worker_id, clock=utc_now)


def opened() -> Lanes:
    lanes = Lanes(64)
    lane = lanes.lane(GONE)
    lane.last_failure = "Nobody answers."
    for _ in range(5):
        lane.breaker.fail(lanes.now(), refused=True)
    return lanes


async def test_a_worker_writes_down_how_a_destination_does(
    db: Database, settings: Settings, partner: Partner
) -> None:
    world = await make_world(multi_trigger=True)
    await world.postback(partner.url("/ok"))
    await world.postback(partner.url("/status/404"))
    async with worker(settings):
        await world.fire()
        await until(lambda: len(partner.requests) == 2)
        await settled(DeliveryStatus.DELIVERED)
    (row,) = await rows(Destination)
    assert row.name == partner.url("")
    assert (row.breaker, row.succeeded, row.failed, row.in_flight) == (
        BreakerState.CLOSED,
        2,
        0,
        0,
    )
    assert "404" in row.last_failure


async def test_the_next_worker_leaves_alone_what_was_found_down(db: Database) -> None:
    await state(db, opened()).store()
    (row,) = await rows(Destination)
    assert (row.breaker, row.failed, row.last_failure) == (BreakerState.OPEN, 5, "Nobody answers.")
    assert timedelta(seconds=25) < row.open_until - utc_now() <= timedelta(seconds=30)
    lanes = Lanes(64)
    await state(db, lanes, "wrk_b").load()
    assert lanes.room().share([GONE], 8) == {}
    assert lanes.lane(GONE).breaker.opened == 1


async def test_a_worker_on_postgresql_learns_which_breakers_another_one_has_opened(
    db: Database,
) -> None:
    lanes = Lanes(64)
    other = state(db, lanes, "wrk_b")
    await other.load()
    await state(db, opened()).store()
    await other.store()
    expected = {GONE: 2} if db.is_sqlite else {}  # on SQLite there is no other worker
    assert lanes.room().share([GONE], 8) == expected


async def test_only_lanes_that_changed_are_written_again(db: Database) -> None:
    lanes = opened()
    kept = state(db, lanes)
    await kept.store()
    (first,) = await rows(Destination)
    await kept.store()
    (second,) = await rows(Destination)
    assert first.updated_at == second.updated_at
    assert lanes.lane(GONE).limit == START
