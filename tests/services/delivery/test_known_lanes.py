"""Between two looks at all lanes a claim asks only for those that are known to wait."""

from collections.abc import Collection, Iterator

import pytest

from models.words import WAITING
from services import database
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, outbox
from services.delivery.claims import Claimed
from services.delivery.lanes import FIRST_CALLS, Lanes
from services.delivery.picking import LANES_PER_CLAIM, Turn
from tests.statements import counted_statements
from tests.world import World, make_world, until

QUICK = "https://quick.example:443"
FULL = "https://full.example:443"


class Worker:
    """Claims as one worker does, and remembers what it remembers."""

    def __init__(self) -> None:
        self.lanes = Lanes(1_024)
        self.turns = {status: Turn() for status in WAITING}

    async def claim(self, fresh: Collection[str] | None = None, *, limit: int = 512) -> Claimed:
        return await database.write(
            claims.claim,
            limit=limit,
            worker_id="wrk_a",
            lease_seconds=60,
            now=utc_now(),
            room=self.lanes.room(),
            turns=self.turns,
            fresh=fresh,
        )

    def fill(self, destination: str) -> None:
        for number in range(FIRST_CALLS):
            self.lanes.begin(f"{destination} {number}", destination)


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    for name in ("quick", "full"):
        await world.postback(f"https://{name}.example/?e={{event_id}}")
    return world


@pytest.fixture
def told() -> Iterator[list[Collection[str] | None]]:
    """Give what the drain job is told of new deliveries."""
    calls: list[Collection[str] | None] = []
    outbox.set_waker(calls.append)
    yield calls
    outbox.set_waker(None)


def destinations(claimed: Claimed) -> list[str]:
    return sorted(one.destination for one in claimed.claims)


async def test_what_is_new_is_claimed_without_a_look_at_the_lanes_that_are_full(
    world: World,
) -> None:
    worker = Worker()
    worker.fill(FULL)
    await world.fire()
    assert destinations(await worker.claim()) == [QUICK]
    await world.fire()
    with counted_statements() as sent:
        claimed = await worker.claim({QUICK, FULL})
    assert destinations(claimed) == [QUICK]
    assert claimed.blocked == {FULL}
    assert not [statement for statement in sent if "RECURSIVE" in statement]


async def test_a_lane_that_was_full_gives_as_soon_as_it_has_room(world: World) -> None:
    worker = Worker()
    worker.fill(FULL)
    await world.fire()
    await worker.claim()
    worker.lanes.end(f"{FULL} 0", None)
    assert destinations(await worker.claim(())) == [FULL]


async def test_a_lane_that_gave_all_that_it_had_is_not_asked_again(world: World) -> None:
    worker = Worker()
    for _ in range(FIRST_CALLS - 1):
        await world.fire()
    assert len((await worker.claim()).claims) == 2 * (FIRST_CALLS - 1)
    assert not any(turn.may_give for turn in worker.turns.values())
    with counted_statements() as sent:
        assert (await worker.claim(())).claims == []
    assert not [statement for statement in sent if "delivery" in statement]


async def test_what_another_process_owes_is_found_by_the_next_look(world: World) -> None:
    worker = Worker()
    await worker.claim()
    await world.fire()
    assert (await worker.claim(())).claims == []
    assert destinations(await worker.claim()) == [FULL, QUICK]


async def test_more_lanes_than_one_look_shows_are_all_claimed(world: World) -> None:
    count = LANES_PER_CLAIM + 20
    for number in range(count):
        await world.postback(f"https://p{number}.example/")
    await world.fire()
    worker = Worker()
    first = await worker.claim()
    assert first.more
    rest = await worker.claim(())
    found = {one.destination for one in (*first.claims, *rest.claims)}
    assert len(found) == count + 2


async def test_a_commit_tells_which_destinations_something_new_waits_for(
    world: World, told: list[Collection[str] | None]
) -> None:
    await world.fire()
    assert [set(each or ()) for each in await until(lambda: told)] == [{QUICK, FULL}]
