"""Units of work: all or nothing, one caller's mistake costs nobody else anything."""

import asyncio
import contextlib
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from models import Campaign
from services import database
from services.commit_hooks import after_commit
from services.database import Database
from services.errors import Conflict, Unavailable
from tests.factories import START
from tests.statements import counted_statements
from tests.world import until


def insert(session: Session, key: str) -> str:
    session.execute(
        text(
            "INSERT INTO campaign (id, key, name, version, created_at, updated_at)"
            " VALUES (:key, :key, :key, 1, '2026-01-01', '2026-01-01')"
        ),
        {"key": key},
    )
    return key


def stored(session: Session) -> set[str]:
    return set(session.execute(text("SELECT key FROM campaign")).scalars())


def insert_and_fail(session: Session, key: str) -> None:
    insert(session, key)
    raise Conflict("no")


def insert_twice(session: Session, key: str) -> None:
    insert(session, key)
    insert(session, key)


async def test_what_was_written_can_be_read_once_the_call_returns(db: Database) -> None:
    assert await database.write(insert, "a") == "a"
    assert await database.read(stored) == {"a"}


async def test_a_unit_of_work_that_fails_leaves_nothing(db: Database) -> None:
    with pytest.raises(Conflict):
        await database.write(insert_and_fail, "a")
    with pytest.raises(IntegrityError):
        await database.write(insert_twice, "b")
    assert await database.read(stored) == set()


async def test_one_mistake_among_many_writes_undoes_only_itself(db: Database) -> None:
    fns = [insert_and_fail if number % 7 == 3 else insert for number in range(100)]
    fns[50] = insert_twice
    results = await asyncio.gather(
        *(database.write(fn, f"k{number}") for number, fn in enumerate(fns)),
        return_exceptions=True,
    )
    good = {f"k{number}" for number, fn in enumerate(fns) if fn is insert}
    assert {result for result in results if isinstance(result, str)} == good
    assert await database.read(stored) == good


async def test_a_write_whose_caller_went_away_is_still_whole(db: Database) -> None:
    task = asyncio.create_task(database.write(insert, "a"))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await database.write(insert, "b")
    assert "b" in await database.read(stored)


async def test_a_hook_runs_once_after_the_commit_and_not_after_a_failure(db: Database) -> None:
    seen: list[set[str]] = []

    def hook() -> None:
        with Session(db.reading) as session:
            seen.append(stored(session))

    def never() -> None:
        raise AssertionError("the unit of work was undone")

    def with_hook(session: Session) -> None:
        after_commit(session, hook)
        after_commit(session, hook)
        insert(session, "a")

    def failing(session: Session) -> None:
        after_commit(session, never)
        insert_and_fail(session, "b")

    await database.write(with_hook)
    with pytest.raises(Conflict):
        await database.write(failing)
    assert seen == [{"a"}]


async def test_a_hook_runs_once_for_all_that_one_commit_gave_it(db: Database) -> None:
    told: list[set[str]] = []

    def hook(*about: str) -> None:
        told.append(set(about))

    def with_hook(session: Session) -> None:
        for about in ("a", "b", "a"):
            after_commit(session, hook, about)

    await database.write(with_hook)
    assert await until(lambda: told) == [{"a", "b"}]


async def test_closing_finishes_what_is_queued(db: Database) -> None:
    writes = [asyncio.create_task(database.write(insert, f"k{n}")) for n in range(50)]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close_database)
    await asyncio.gather(*writes)
    reopened = database.open_database(db.settings)
    assert len(await reopened.read(stored)) == 50


async def test_a_call_before_the_database_is_open_is_a_bug() -> None:
    with pytest.raises(RuntimeError):
        await database.read(stored)


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_a_read_cannot_write_on_sqlite(db: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(insert, "a")


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_what_comes_while_another_is_written_shares_its_commit_on_sqlite(
    db: Database,
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        insert(session, "slow")
        begun.set()
        may_end.wait()

    with counted_statements() as sent:
        first = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait)
        second = asyncio.create_task(database.write(insert, "late"))
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(first, second)
    assert [statement for statement in sent if "BEGIN" in statement] == ["BEGIN IMMEDIATE"]
    assert await database.read(stored) == {"slow", "late"}


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_everything_and_stores_nothing(db: Database) -> None:
    def fill(session: Session) -> None:
        insert(session, "a")
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
        session.execute(text("UPDATE campaign SET name = :name"), {"name": "x" * 5_000_000})

    def make_room(session: Session) -> None:
        session.connection().exec_driver_sql("PRAGMA max_page_count=1000000")

    with pytest.raises(Unavailable):
        await database.write(fill)
    await database.write(make_room)
    assert await database.read(stored) == set()
    await database.write(insert, "b")
    assert await database.read(stored) == {"b"}


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_write_that_postgresql_asks_to_repeat_is_repeated(db: Database, code: str) -> None:
    attempts: list[int] = []

    def refused_once(session: Session) -> None:
        attempts.append(1)
        insert(session, "a")
        if len(attempts) == 1:
            session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"))

    await database.write(refused_once)
    assert len(attempts) == 2
    assert await database.read(stored) == {"a"}


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_a_write_soon_raises_the_change_counter_on_postgresql(db: Database) -> None:
    def counter(session: Session) -> int:
        # A sequence that was never asked says the same as one that was asked once.
        risen = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM change_counter"
        return int(session.execute(text(risen)).scalar_one())

    async def has_risen(before: int) -> bool:
        return await database.read(counter) > before

    for key in ("a", "b"):
        before = await database.read(counter)
        await database.write(insert, key)
        await until(lambda before=before: has_risen(before))


def flush_twice(session: Session, key: str) -> None:
    for _ in range(2):
        session.add(Campaign(id=key, key=key, name=key, created_at=START, updated_at=START))
        session.flush()
        session.expunge_all()


async def test_a_failed_flush_costs_neither_its_neighbours_nor_the_next_write(
    db: Database,
) -> None:
    answers = await asyncio.gather(
        database.write(insert, "a"),
        database.write(flush_twice, "b"),
        database.write(insert, "c"),
        return_exceptions=True,
    )
    assert isinstance(answers[1], IntegrityError)
    assert await asyncio.wait_for(database.write(insert, "d"), 5) == "d"
    assert await database.read(stored) == {"a", "c", "d"}
