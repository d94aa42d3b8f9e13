"""When a commit fails: everybody in it is told, nothing is stored, and no hook runs."""

import asyncio
import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from services import database
from services.commit_hooks import after_commit
from services.database import Database
from services.errors import Conflict, Unavailable

INSERT = text(
    "INSERT INTO campaign (id, key, name, version, created_at, updated_at)"
    " VALUES (:key, :key, :key, 1, '2026-01-01', '2026-01-01')"
)


def insert(session: Session, key: str) -> str:
    session.execute(INSERT, {"key": key})
    return key


def stored(session: Session) -> set[str]:
    return set(session.execute(text("SELECT key FROM campaign")).scalars())


class Gate:
    """Holds the writer, so that what is written meanwhile goes into one commit."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def hold(self, _session: Session) -> None:
        self.entered.set()
        assert self.opened.wait(10)


async def test_of_50_concurrent_writes_only_those_that_raise_fail(db: Database) -> None:
    hooks: list[str] = []

    def work(session: Session, number: int) -> str:
        after_commit(session, lambda: hooks.append(f"k{number}"))
        insert(session, f"k{number}")
        if number % 5 == 0:
            raise Conflict(f"no {number}")
        return f"k{number}"

    answers = await asyncio.gather(
        *(database.write(work, number) for number in range(50)), return_exceptions=True
    )
    good = [f"k{number}" for number in range(50) if number % 5]
    await database.write(lambda _session: None)  # the hooks of all commits before it have run now
    assert [answer for answer in answers if isinstance(answer, str)] == good
    assert [str(answer) for answer in answers if isinstance(answer, Conflict)] == [
        f"no {number}" for number in range(0, 50, 5)
    ]
    assert await database.read(stored) == set(good) == set(hooks)
    assert len(hooks) == len(good)


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_a_hook_that_many_writes_of_one_commit_ask_for_runs_once(db: Database) -> None:
    gate = Gate()
    runs: list[set[str]] = []

    def hook() -> None:
        with Session(db.reading) as session:
            runs.append(stored(session))

    def work(session: Session, key: str) -> None:
        after_commit(session, hook)
        insert(session, key)

    held = asyncio.create_task(database.write(gate.hold))
    await asyncio.to_thread(gate.entered.wait, 10)
    writes = [asyncio.create_task(database.write(work, f"k{number}")) for number in range(10)]
    await asyncio.sleep(0)  # each task has queued its write now
    gate.opened.set()
    await asyncio.gather(held, *writes)
    await database.write(insert, "later")  # the hooks of the commit before it have run now
    assert runs == [{f"k{number}" for number in range(10)}]


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_a_commit_that_fails_is_told_to_everybody_in_it(db: Database) -> None:
    gate = Gate()
    hooks: list[None] = []

    def work(session: Session, key: str) -> None:
        after_commit(session, lambda: hooks.append(None))
        insert(session, key)

    def fill(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
        session.execute(text("UPDATE campaign SET name = :name"), {"name": "x" * 5_000_000})

    def make_room(session: Session) -> None:
        session.connection().exec_driver_sql("PRAGMA max_page_count=1000000")

    held = asyncio.create_task(database.write(gate.hold))
    await asyncio.to_thread(gate.entered.wait, 10)
    before = [asyncio.create_task(database.write(work, f"a{number}")) for number in range(3)]
    full = asyncio.create_task(database.write(fill))
    await asyncio.sleep(0)
    gate.opened.set()
    answers = await asyncio.gather(held, *before, full, return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers[1:])
    await database.write(make_room)
    assert hooks == []
    assert await database.read(stored) == set()


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_a_connection_that_breaks_stores_nothing_and_the_next_one_works(
    db: Database,
) -> None:
    hooks: list[None] = []

    def break_off(session: Session) -> None:
        after_commit(session, lambda: hooks.append(None))
        insert(session, "a")
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unavailable):
        await database.write(break_off)
    await database.write(insert, "b")
    assert hooks == []
    assert await database.read(stored) == {"b"}


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_nobody_notices_that_resting_connections_were_lost(db: Database) -> None:
    """As when PostgreSQL was restarted between two calls; nothing was under way."""
    for _ in range(2):
        await asyncio.gather(*(database.read(stored) for _ in range(5)))  # so that some rest
        with psycopg.connect(db.settings.database_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await database.read(stored) == set()
        assert await database.write(stored) == set()


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_a_connection_that_is_lost_again_and_again_is_told(db: Database) -> None:
    tries: list[int] = []

    def lose(session: Session) -> None:
        (pid,) = session.execute(text("SELECT pg_backend_pid()")).one()
        tries.append(pid)
        with psycopg.connect(db.settings.database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        insert(session, "lost")

    with pytest.raises(Unavailable):
        await database.write(lose)
    assert len(set(tries)) == 3
    assert await database.read(stored) == set()
