"""The definitions in memory are the stored ones, and cost next to nothing while they are."""

import threading

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from services import database
from services.actor import Actor
from services.catalog import cache, campaigns, event_types
from services.database import Database


async def current() -> cache.Definitions:
    return await database.read(cache.definitions)


async def test_a_change_is_seen_by_the_next_read(db: Database, actor: Actor) -> None:
    assert dict((await current()).event_types_by_name) == {}
    row = await event_types.create(actor, {"name": "sale"})
    campaign = await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    seen = await current()
    assert seen.event_types_by_name == {"sale": row}
    assert seen.event_types_by_id == {row.id: row}
    assert seen.campaigns_by_key == {"auto": campaign}
    assert seen.campaigns_by_id == {campaign.id: campaign}
    changed = await event_types.update(actor, "sale", {"is_conversion": True})
    assert (await current()).event_types_by_name == {"sale": changed}
    archived = await event_types.archive(actor, "sale")
    assert (await current()).event_types_by_name == {"sale": archived}


async def test_unchanged_definitions_cost_one_small_read(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    first = await current()
    statements: list[str] = []

    def watched(session: Session) -> cache.Definitions:
        driver = session.connection().connection.driver_connection
        if db.is_sqlite:
            driver.set_trace_callback(statements.append)
            found = cache.definitions(session)
            driver.set_trace_callback(None)
            return found
        engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        return cache.definitions(session)

    assert await database.read(watched) is first
    assert statements == ["SELECT version FROM definition_version"]


async def test_a_change_that_was_undone_leaves_nothing_behind(db: Database, actor: Actor) -> None:
    """The unit of work fills the memory with what is never stored; a later one must not see it."""

    class Undone(Exception):
        pass

    def change_and_fail(session: database.Session) -> None:
        session.execute(text("UPDATE event_type SET description = 'never stored'"))
        cache.touch(session)
        assert cache.definitions(session).event_types_by_name["sale"].description == "never stored"
        raise Undone

    await event_types.create(actor, {"name": "sale"})
    with pytest.raises(Undone):
        await database.write(change_and_fail)
    assert (await current()).event_types_by_name["sale"].description == ""
    await event_types.update(actor, "sale", {"is_conversion": True})
    assert (await current()).event_types_by_name["sale"].description == ""


async def test_many_threads_see_whole_definitions_while_they_change(
    db: Database, actor: Actor
) -> None:
    await event_types.create(actor, {"name": "sale", "description": "0"})
    stop = threading.Event()
    broken: list[str] = []

    def look(session: database.Session) -> int:
        seen = cache.definitions(session)
        rows = seen.event_types_by_name.values()
        broken.extend(row.name for row in rows if seen.event_types_by_id[row.id] is not row)
        return int(seen.event_types_by_name["sale"].description)

    def look_often() -> None:
        while not stop.is_set():
            with database.Session(db.reading) as session:
                look(session)

    threads = [threading.Thread(target=look_often) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 30):
            await event_types.update(actor, "sale", {"description": str(number)})
            assert await database.read(look) == number
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert broken == []
