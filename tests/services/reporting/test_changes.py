import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from services import database
from services.database import Database
from services.reporting.changes import ChangeWatcher
from services.settings import Settings

DEADLINE = 10.0  # s; a change is noticed in a tenth of a second


@pytest.fixture
async def watcher(db: Database, settings: Settings) -> AsyncIterator[ChangeWatcher]:
    watcher = ChangeWatcher(settings)
    watcher.start()
    await _until_awake(watcher)
    yield watcher
    watcher.close()


def _change(session: Session) -> None:
    session.execute(text("DELETE FROM trial"))
    session.execute(text("INSERT INTO echo_name (name, created_at) VALUES ('x', '2026-03-01')"))
    session.execute(text("DELETE FROM echo_name"))


async def _until_awake(watcher: ChangeWatcher) -> int:
    """Change something until the watcher, whose first look may still be to come, notices."""
    async with asyncio.timeout(DEADLINE):
        while True:
            seen = watcher.number
            await database.write(_change)
            if await watcher.wait(seen, 0.3) != seen:
                break
        # Until nothing more is on its way, or a test would take an old change for its own.
        while (number := await watcher.wait(seen, 0.5)) != seen:
            seen = number
        return seen


async def test_a_change_wakes_everybody_who_waits_at_once(watcher: ChangeWatcher) -> None:
    seen = watcher.number
    waiting = [asyncio.create_task(watcher.wait(seen, DEADLINE)) for _ in range(500)]
    await asyncio.wait(waiting, timeout=0)

    await database.write(_change)
    numbers = await asyncio.gather(*waiting)

    assert set(numbers) == {seen + 1}


async def test_no_change_wakes_nobody_before_the_time_is_up(watcher: ChangeWatcher) -> None:
    seen = watcher.number

    assert await watcher.wait(seen, 0.35) == seen


async def test_who_saw_less_is_answered_at_once(watcher: ChangeWatcher) -> None:
    async with asyncio.timeout(0.05):
        assert await watcher.wait(0, DEADLINE) == watcher.number


async def test_a_change_of_another_process_is_noticed(
    watcher: ChangeWatcher, settings: Settings
) -> None:
    seen = watcher.number
    other = Database(settings)
    try:
        await other.write(_change)
    finally:
        other.close()

    assert await watcher.wait(seen, DEADLINE) > seen


async def test_reading_is_no_change(watcher: ChangeWatcher) -> None:
    seen = watcher.number
    await database.read(lambda session: session.execute(text("SELECT 1")).all())

    assert await watcher.wait(seen, 0.35) == seen


async def test_closing_wakes_everybody_and_leaves_no_thread(watcher: ChangeWatcher) -> None:
    import threading

    seen = watcher.number
    waiting = [asyncio.create_task(watcher.wait(seen, DEADLINE)) for _ in range(3)]
    await asyncio.wait(waiting, timeout=0)

    watcher.close()

    async with asyncio.timeout(0.5):
        assert await asyncio.gather(*waiting) == [seen] * 3
        assert await watcher.wait(seen, DEADLINE) == seen
    assert watcher.is_closed
    assert "changes" not in {thread.name for thread in threading.enumerate()}


async def test_a_watcher_that_was_never_started_can_be_closed(settings: Settings) -> None:
    watcher = ChangeWatcher(settings)

    watcher.close()

    assert watcher.is_closed


async def test_the_watcher_outlives_the_loss_of_its_connection(
    watcher: ChangeWatcher, settings: Settings
) -> None:
    if settings.is_sqlite:
        pytest.skip("a file has no connection to lose")
    seen = watcher.number
    name = urlsplit(settings.database_url).path.removeprefix("/")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND query LIKE '%%change_counter%%' AND pid <> pg_backend_pid()",
            [name],
        )

    after_loss = await watcher.wait(seen, DEADLINE)
    await database.write(_change)

    assert after_loss > seen
    assert await watcher.wait(after_loss, DEADLINE) > after_loss
