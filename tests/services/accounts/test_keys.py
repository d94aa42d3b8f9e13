"""Keys of programs: made, looked up, revoked."""

import pytest
from sqlalchemy import event, text

from models.words import KeyScope
from services import database
from services.accounts import keys
from services.actor import Right
from services.database import Database
from services.errors import InvalidInput, NotSignedIn
from tests.factories import FrozenClock


async def revoke() -> None:
    await database.write(
        lambda session: session.execute(text("UPDATE api_key SET revoked_at = created_at")) and None
    )


async def test_a_new_key_leads_to_its_program(db: Database) -> None:
    created = await keys.create_key(name=" Landing page ", scope=KeyScope.WRITE)
    actor = await keys.actor_of_key(created.key)
    assert created.key.startswith("al_")
    assert created.key.startswith(created.row.prefix)
    assert (actor.name, actor.id) == ("Landing page", created.row.id)


async def test_an_incoming_key_may_do_nothing_but_that(db: Database) -> None:
    created = await keys.create_key(name="partner", scope="incoming")
    assert (await keys.actor_of_key(created.key)).rights == {Right.INCOMING}


@pytest.mark.parametrize("scope", [KeyScope.ADMIN, KeyScope.WRITE, KeyScope.READ])
async def test_no_other_key_may_call_the_incoming_address(db: Database, scope: KeyScope) -> None:
    created = await keys.create_key(name="program", scope=scope)
    assert Right.INCOMING not in (await keys.actor_of_key(created.key)).rights


async def test_name_and_scope_are_checked(db: Database) -> None:
    with pytest.raises(InvalidInput) as error:
        await keys.create_key(name=" ", scope="everything")
    assert set(error.value.fields) == {"name", "scope"}
    assert "incoming" in error.value.fields["scope"]


@pytest.mark.parametrize("secret", ["", "al_unknown", "\ud800", "ü" * 9000])
async def test_an_unknown_key_is_refused(db: Database, secret: str) -> None:
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(secret)


async def test_a_revoked_key_is_refused_after_two_seconds_at_most(
    db: Database, clock: FrozenClock
) -> None:
    created = await keys.create_key(name="program", scope=KeyScope.READ)
    await keys.actor_of_key(created.key, clock=clock)
    await revoke()
    clock.move(seconds=2)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(created.key, clock=clock)


async def test_a_key_is_made_renamed_and_revoked_within_another_unit_of_work(
    db: Database, clock: FrozenClock
) -> None:
    def make(session: database.Session) -> keys.CreatedKey:
        return keys.add_key(session, name="partner", scope=KeyScope.INCOMING, now=clock())

    def make_and_fail(session: database.Session) -> None:
        undone.append(make(session))
        raise LookupError

    undone: list[keys.CreatedKey] = []
    with pytest.raises(LookupError):
        await database.write(make_and_fail)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(undone[0].key, clock=clock)
    made = await database.write(make)
    other = await database.write(make)
    await database.write(keys.rename, made.row.id, name="Partner A")
    assert (await keys.actor_of_key(made.key, clock=clock)).name == "Partner A"
    assert (await keys.actor_of_key(other.key, clock=clock)).name == "partner"
    await database.write(keys.end, made.row.id, now=clock())
    assert (await keys.actor_of_key(made.key, clock=clock)).name == "Partner A"
    keys.forget(made.row.id)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(made.key, clock=clock)
    assert (await keys.actor_of_key(other.key, clock=clock)).name == "partner"


async def test_the_first_revocation_stays(db: Database, clock: FrozenClock) -> None:
    async def revoked_at() -> object:
        return await database.read(
            lambda session: session.execute(text("SELECT revoked_at FROM api_key")).scalar_one()
        )

    made = await keys.create_key(name="partner", scope=KeyScope.INCOMING)
    await database.write(keys.end, made.row.id, now=clock())
    first = await revoked_at()
    assert first is not None
    clock.move(hours=1)
    await database.write(keys.end, made.row.id, now=clock())
    assert await revoked_at() == first


async def test_a_key_that_was_good_a_moment_ago_costs_no_look_up(
    db: Database, clock: FrozenClock
) -> None:
    created = await keys.create_key(name="program", scope=KeyScope.WRITE)
    first = await keys.actor_of_key(created.key, clock=clock)
    statements: list[str] = []
    event.listen(db.reading, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert await keys.actor_of_key(created.key, clock=clock) is first
    assert statements == []


async def test_the_last_use_is_written_at_most_once_a_minute(
    db: Database, clock: FrozenClock
) -> None:
    async def last_used() -> object:
        return await database.read(
            lambda session: session.execute(text("SELECT last_used_at FROM api_key")).scalar_one()
        )

    created = await keys.create_key(name="program", scope=KeyScope.WRITE)
    assert await last_used() is None
    await keys.actor_of_key(created.key, clock=clock)
    first = await last_used()
    clock.move(seconds=59)
    await keys.actor_of_key(created.key, clock=clock)
    assert await last_used() == first
    clock.move(seconds=3)
    await keys.actor_of_key(created.key, clock=clock)
    assert await last_used() != first


async def test_the_key_itself_is_not_stored(db: Database) -> None:
    created = await keys.create_key(name="program", scope=KeyScope.WRITE)
    rows = await database.read(lambda session: session.execute(text("SELECT * FROM api_key")).all())
    assert created.key not in str(rows)
