"""The database takes nothing for a while, or the clock is wrong: what was accepted is kept."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import count

import pytest
from sqlalchemy import text
from sqlmodel import Session

from models.words import DeliveryStatus, Source
from services import database
from services.actor import SYSTEM
from services.clock import utc_now
from services.database import Database
from services.errors import Unavailable
from services.intake.recording import record_event
from services.settings import Settings
from tests.factories import FrozenClock
from tests.partner import Partner
from tests.world import World, attempts, deliveries, make_world, settled, until, worker

on_sqlite = pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
# As many as a partner gets at once who has not answered yet.
FIRST = 2


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


@on_sqlite
async def test_results_wait_for_a_database_that_another_program_locks_for_ten_seconds(
    world: World, settings: Settings, partner: Partner
) -> None:
    """Pass: callers are told meanwhile; afterwards each result is written once, nothing is sent
    again.
    """
    await world.postback(partner.url("/slow?seconds=0.5"))
    async with worker(settings):
        for _ in range(FIRST):
            await world.fire()
        await asyncio.to_thread(partner.wait_for, FIRST)
        with closing(sqlite3.connect(settings.sqlite_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(2):  # each of them waits for five seconds
                with pytest.raises(Unavailable):
                    await world.fire()
            other.execute("ROLLBACK")
        await settled(DeliveryStatus.DELIVERED, FIRST)
    assert len(partner.requests) == FIRST
    assert [row.number for row in await attempts()] == [1] * FIRST


async def fire_until_it_is_refused(world: World) -> int:
    """Return how many events were accepted before the first one that was not."""
    for accepted in count():
        try:
            await world.fire()
        except Unavailable:
            return accepted
    raise AssertionError("unreachable")


@on_sqlite
async def test_a_full_disk_loses_no_result_and_all_goes_on_once_there_is_room(
    world: World, settings: Settings, partner: Partner
) -> None:
    """Pass: what finds no room is refused, never half accepted; all that was accepted is delivered
    once, without a restart.
    """
    await world.postback(partner.url("/huge"))
    pages = 0

    def fill(session: Session) -> None:
        nonlocal pages
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def allow_more(session: Session) -> None:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages + 100_000}")

    async def make_room() -> bool:
        try:
            await database.write(allow_more)
        except Unavailable:  # it was in one group with a result that found no room
            return False
        return True

    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.DELIVERED)
        await database.write(fill)
        accepted = await fire_until_it_is_refused(world)
        await until(lambda: len(partner.requests) == 1 + accepted)
        # An answer is larger than an event, so not every result has found room.
        assert any(row.status is DeliveryStatus.SENDING for row in await deliveries())
        await until(make_room)
        await settled(DeliveryStatus.DELIVERED, 1 + accepted)
    assert len(await deliveries()) == 1 + accepted
    assert [row.number for row in await attempts()] == [1] * (1 + accepted)


async def test_a_clock_that_is_set_back_sends_nothing_twice_and_delays_nothing_new(
    world: World, settings: Settings, partner: Partner
) -> None:
    """Pass: what is being sent is settled once; what is recorded by the new time goes out."""
    await world.postback(partner.url("/slow?seconds=0.5"))
    clock = FrozenClock(utc_now())

    async def fire() -> None:
        payload = {"event": world.event, "transaction_id": world.transaction_id}
        await record_event(SYSTEM, payload, source=Source.API, clock=clock)

    async with worker(settings, clock=clock):
        await fire()
        await asyncio.to_thread(partner.wait_for, 1)
        clock.move(hours=-1)
        await fire()
        await settled(DeliveryStatus.DELIVERED, 2)
    assert len(partner.requests) == 2
    assert [row.late for row in await attempts()] == [False, False]
