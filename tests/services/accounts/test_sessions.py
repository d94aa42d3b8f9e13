"""From a ticket to a cookie, and how long a cookie is good."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from models.words import Role
from services import database
from services.accounts import sessions, users
from services.actor import Right
from services.database import Database
from services.errors import NotSignedIn
from tests.factories import FrozenClock


async def make_user(role: Role = Role.OPERATOR) -> users.UserRow:
    return await users.create_user(
        email=f"{role}@example.com", password="correct horse battery", role=role
    )


async def sign_in(clock: FrozenClock, role: Role = Role.OPERATOR) -> str:
    user = await make_user(role)
    return await sessions.redeem_ticket(
        await sessions.issue_ticket(user.id, clock=clock), clock=clock
    )


async def last_seen() -> datetime:
    return await database.read(
        lambda session: session.execute(text("SELECT last_seen_at FROM user_session")).scalar_one()
    )


async def test_a_cookie_leads_to_the_person_with_the_rights_of_the_role(
    db: Database, clock: FrozenClock
) -> None:
    actor = await sessions.actor_of(await sign_in(clock), clock=clock)
    assert actor is not None
    assert actor.name == "operator@example.com"
    assert Right.RECORD_EVENTS in actor.rights
    assert Right.EDIT_DEFINITIONS not in actor.rights


async def test_a_ticket_is_good_once(db: Database, clock: FrozenClock) -> None:
    user = await make_user()
    ticket = await sessions.issue_ticket(user.id, clock=clock)
    results = await asyncio.gather(
        *(sessions.redeem_ticket(ticket, clock=clock) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, NotSignedIn) for result in results) == 4


async def test_a_ticket_is_good_for_30_seconds(db: Database, clock: FrozenClock) -> None:
    user = await make_user()
    ticket = await sessions.issue_ticket(user.id, clock=clock)
    clock.move(seconds=30)
    with pytest.raises(NotSignedIn):
        await sessions.redeem_ticket(ticket, clock=clock)


@pytest.mark.parametrize("cookie", ["", "unknown", "ü" * 5000, "\ud800"])
async def test_an_unknown_cookie_leads_to_nobody(db: Database, cookie: str) -> None:
    assert await sessions.actor_of(cookie) is None


async def test_a_session_ends_after_seven_days_without_use(
    db: Database, clock: FrozenClock
) -> None:
    cookie = await sign_in(clock)
    clock.move(days=6, hours=23)
    assert await sessions.actor_of(cookie, clock=clock) is not None
    clock.move(days=7)
    assert await sessions.actor_of(cookie, clock=clock) is None


async def test_a_session_ends_after_thirty_days_of_daily_use(
    db: Database, clock: FrozenClock
) -> None:
    cookie = await sign_in(clock)
    for _ in range(29):
        clock.move(days=1)
        assert await sessions.actor_of(cookie, clock=clock) is not None
    clock.move(days=1)
    assert await sessions.actor_of(cookie, clock=clock) is None


async def test_a_session_is_marked_as_seen_at_most_once_a_minute(
    db: Database, clock: FrozenClock
) -> None:
    cookie = await sign_in(clock)
    first = await last_seen()
    clock.move(seconds=59)
    await sessions.actor_of(cookie, clock=clock)
    assert await last_seen() == first
    clock.move(seconds=1)
    await sessions.actor_of(cookie, clock=clock)
    assert await last_seen() != first


async def test_signing_out_ends_this_session_only(db: Database, clock: FrozenClock) -> None:
    first = await sign_in(clock)
    second = await sign_in(clock, Role.VIEWER)
    await sessions.end(first)
    assert await sessions.actor_of(first, clock=clock) is None
    assert await sessions.actor_of(second, clock=clock) is not None


async def test_disabling_a_person_ends_the_session_at_once(
    db: Database, clock: FrozenClock
) -> None:
    cookie = await sign_in(clock)
    await database.write(
        lambda session: session.execute(text('UPDATE "user" SET disabled_at = created_at')) and None
    )
    assert await sessions.actor_of(cookie, clock=clock) is None


async def test_neither_cookie_nor_ticket_is_stored(db: Database, clock: FrozenClock) -> None:
    cookie = await sign_in(clock)
    ticket = await sessions.issue_ticket((await make_user(Role.OWNER)).id, clock=clock)
    stored = await database.read(
        lambda session: (
            session.execute(text("SELECT token_hash FROM user_session")).scalars().all(),
            session.execute(text("SELECT ticket_hash FROM sign_in_ticket")).scalars().all(),
        )
    )
    assert cookie not in stored[0]
    assert ticket not in stored[1]
    assert all(len(text_) == 64 for texts in stored for text_ in texts)
