"""Who signs in: the first owner, passwords, resets."""

import asyncio
import threading

import pytest
from sqlalchemy import text

from models import User
from models.words import Role
from services import database
from services.accounts import sessions, sign_in, users
from services.database import Database, close_database, open_database
from services.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from tests.conftest import MakeSettings
from tests.factories import START, FrozenClock

PASSWORD = "correct horse battery"


async def make_owner() -> users.UserRow:
    return await users.create_owner(email="Ann@Example.com ", password=PASSWORD)


async def test_a_new_installation_has_nobody_until_its_owner_is_created(db: Database) -> None:
    assert await users.is_empty()
    owner = await make_owner()
    assert (owner.email, owner.role) == ("ann@example.com", Role.OWNER)
    assert not await users.is_empty()


async def test_a_second_owner_is_refused(db: Database) -> None:
    await make_owner()
    with pytest.raises(Conflict):
        await users.create_owner(email="bob@example.com", password=PASSWORD)


async def test_of_simultaneous_first_visitors_one_becomes_the_owner(db: Database) -> None:
    results = await asyncio.gather(
        *(
            users.create_owner(email=f"visitor{number}@example.com", password=PASSWORD)
            for number in range(6)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, users.UserRow) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 5


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
async def test_a_second_first_owner_waits_for_the_one_that_is_being_created(db: Database) -> None:
    """Both find the table empty; without a lock both would be stored."""
    inserted, may_commit = threading.Event(), threading.Event()

    def owner(name: str) -> User:
        return User(
            id=name, email=f"{name}@x.example", password_hash="x", role=Role.OWNER, created_at=START
        )

    def slow(session: database.Session) -> users.UserRow:
        row = users._insert_owner(session, owner("first"))
        inserted.set()
        assert may_commit.wait(timeout=10)
        return row

    def is_somebody_waiting(session: database.Session) -> bool:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(session.execute(waiting).scalar_one())

    first = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inserted.wait, 10)
    second = asyncio.create_task(database.write(users._insert_owner, owner("second")))
    async with asyncio.timeout(10):
        while not second.done() and not await database.read(is_somebody_waiting):
            continue  # each look gives the others their turn
    may_commit.set()
    await first
    with pytest.raises(Conflict):
        await second


async def test_every_wrong_field_of_a_first_owner_is_named_at_once(db: Database) -> None:
    with pytest.raises(InvalidInput) as error:
        await users.create_owner(email="nobody", password="short")
    assert set(error.value.fields) == {"email", "password"}
    assert await users.is_empty()


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * 201])
async def test_a_password_has_10_to_200_characters(db: Database, password: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await users.create_owner(email="ann@example.com", password=password)
    assert set(error.value.fields) == {"password"}


async def test_beyond_this_machine_the_first_owner_needs_the_printed_code(
    make_settings: MakeSettings,
) -> None:
    settings = make_settings(host="0.0.0.0")
    open_database(settings)
    try:
        for wrong in ("", "aaaa-bbbb-cccc", "ü"):
            with pytest.raises(InvalidInput) as error:
                await users.create_owner(email="ann@example.com", password=PASSWORD, code=wrong)
            assert set(error.value.fields) == {"code"}
        code = users.setup_code(settings)
        assert await users.create_owner(email="ann@example.com", password=PASSWORD, code=code)
    finally:
        close_database()


def test_the_setup_code_stays_the_same_for_one_secret_key(make_settings: MakeSettings) -> None:
    code = users.setup_code(make_settings())
    assert code == users.setup_code(make_settings(host="0.0.0.0"))
    assert code != users.setup_code(make_settings(secret_key="another"))


async def test_an_email_address_belongs_to_one_person(db: Database) -> None:
    await users.create_user(email="ann@example.com", password=PASSWORD, role=Role.VIEWER)
    with pytest.raises(Conflict) as error:
        await users.create_user(email="ANN@example.com", password=PASSWORD, role=Role.OWNER)
    assert set(error.value.fields) == {"email"}


async def test_a_password_is_stored_only_as_an_argon2_hash(db: Database) -> None:
    await make_owner()
    stored = await database.read(
        lambda session: (
            session.connection().exec_driver_sql('SELECT password_hash FROM "user"').scalar_one()
        )
    )
    assert stored.startswith("$argon2id$")


async def test_a_reset_password_replaces_the_old_one_and_ends_the_sessions(
    db: Database, clock: FrozenClock
) -> None:
    owner = await make_owner()
    cookie = await sessions.redeem_ticket(await sessions.issue_ticket(owner.id))
    ticket = await sessions.issue_ticket(owner.id)
    await users.reset_password(email="Ann@example.com", password="another long password")
    assert await sessions.actor_of(cookie) is None
    with pytest.raises(NotSignedIn):
        await sessions.redeem_ticket(ticket)
    with pytest.raises(NotSignedIn):
        await sign_in.sign_in(email="ann@example.com", password=PASSWORD)
    await sign_in.sign_in(email="ann@example.com", password="another long password")


async def test_a_reset_names_an_unknown_person_and_a_poor_password(db: Database) -> None:
    with pytest.raises(NotFound):
        await users.reset_password(email="nobody@example.com", password=PASSWORD)
    with pytest.raises(InvalidInput):
        await users.reset_password(email="nobody@example.com", password="short")
