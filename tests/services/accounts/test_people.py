"""People as an owner manages them, and what each may change of their own."""

import asyncio

import pytest

from models.words import Role
from services.accounts import people, sessions, sign_in
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.paging import PageRequest
from tests.factories import FrozenClock, person
from tests.services.accounts.people import PASSWORD, deeds, make, signed_in


async def test_only_an_owner_manages_people(db: Database, clock: FrozenClock) -> None:
    ann = await make("ann@example.com")
    for role in (Role.MANAGER, Role.OPERATOR, Role.VIEWER):
        somebody = person(role)
        for work in (
            people.list_page(somebody, PageRequest()),
            people.change_role(somebody, ann.id, "viewer"),
            people.disable(somebody, ann.id),
            people.enable(somebody, ann.id),
            people.sign_out(somebody, ann.id),
            people.remove_second_step(somebody, ann.id),
        ):
            with pytest.raises(NotAllowed):
                await work


async def test_a_role_holds_from_the_next_call_on_and_is_in_the_audit(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    bob = await make("bob@example.com", Role.VIEWER)
    ann = await signed_in("ann@example.com", clock)
    before = await signed_in("bob@example.com", clock)
    row = await people.change_role(ann, bob.id, "manager", clock=clock)
    assert (row.role, row.sessions) == (Role.MANAGER, 1)
    await people.change_role(ann, bob.id, "manager", clock=clock)  # no change, no entry
    assert [deed for deed in await deeds() if deed[1] == "changed"] == [
        ("ann@example.com", "changed", "bob@example.com")
    ]
    assert before.rights != (await signed_in("bob@example.com", clock)).rights
    with pytest.raises(InvalidInput):
        await people.change_role(ann, bob.id, "god", clock=clock)
    with pytest.raises(NotFound):
        await people.change_role(ann, "usr_\x00", "viewer", clock=clock)


async def test_the_last_owner_stays_and_nobody_changes_themselves(
    db: Database, clock: FrozenClock
) -> None:
    ann_row = await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    for work in (
        people.change_role(ann, ann_row.id, "viewer", clock=clock),
        people.disable(ann, ann_row.id, clock=clock),
    ):
        with pytest.raises(Conflict) as error:
            await work
        assert error.value.code == "yourself"
    bob_row = await make("bob@example.com")
    bob = await signed_in("bob@example.com", clock)
    # Each takes the other's role at the same moment: one of them must stay.
    results = await asyncio.gather(
        people.change_role(ann, bob_row.id, "viewer", clock=clock),
        people.disable(bob, ann_row.id, clock=clock),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Conflict)]
    assert [error.code for error in refused] == ["last_owner"]


async def test_who_is_switched_off_is_out_at_once_and_can_come_back(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    bob = await make("bob@example.com", Role.OPERATOR)
    ann = await signed_in("ann@example.com", clock)
    cookie = await sessions.redeem_ticket(
        await sessions.issue_ticket(bob.id, clock=clock), clock=clock
    )
    row = await people.disable(ann, bob.id, clock=clock)
    assert (row.disabled_at, row.sessions) == (clock(), 0)
    assert await sessions.actor_of(cookie, clock=clock) is None
    await people.enable(ann, bob.id, clock=clock)
    assert await sessions.actor_of(cookie, clock=clock) is None
    await sign_in.sign_in(email="bob@example.com", password=PASSWORD, clock=clock)


async def test_another_password_signs_out_all_browsers_but_this(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    here, there = (
        await signed_in("ann@example.com", clock),
        await signed_in("ann@example.com", clock),
    )
    with pytest.raises(InvalidInput) as error:
        await people.change_password(here, current="wrong", new="a wholly new one", clock=clock)
    assert set(error.value.fields) == {"current"}
    for poor in ("short", PASSWORD):
        with pytest.raises(InvalidInput):
            await people.change_password(here, current=PASSWORD, new=poor, clock=clock)
    await people.change_password(here, current=PASSWORD, new="a wholly new one", clock=clock)
    left = await sessions.list_own(here, clock=clock)
    assert [row.id for row in left] == [here.session_id]
    assert there.session_id != here.session_id
    with pytest.raises(NotSignedIn):
        await sign_in.sign_in(email="ann@example.com", password=PASSWORD, clock=clock)


async def test_ones_browsers_are_listed_and_only_ones_own_are_signed_out(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    await make("bob@example.com")
    here = await signed_in("ann@example.com", clock, browser="Firefox/1 Linux")
    clock.move(minutes=2)
    phone = await signed_in("ann@example.com", clock, browser="Safari/1 iPhone\x00\n")
    bob = await signed_in("bob@example.com", clock)
    listed = await sessions.list_own(here, clock=clock)
    assert [(row.browser, row.is_current) for row in listed] == [
        ("Safari/1 iPhone", False),
        ("Firefox/1 Linux", True),
    ]
    assert {row.address for row in listed} == {"203.0.113.7"}
    for foreign in (bob.session_id, "ses_nonsense", "\x00"):
        with pytest.raises(NotFound):
            await sessions.end_own(here, foreign, clock=clock)
    await sessions.end_own(here, phone.session_id, clock=clock)
    await signed_in("ann@example.com", clock)
    assert await sessions.end_others(here, clock=clock) == 1
    assert len(await sessions.list_own(bob, clock=clock)) == 1


async def test_signing_in_again_replaces_the_browsers_old_session(
    db: Database, clock: FrozenClock
) -> None:
    ann = await make("ann@example.com")
    old = await sessions.redeem_ticket(
        await sessions.issue_ticket(ann.id, clock=clock), clock=clock
    )
    new = await sessions.redeem_ticket(
        await sessions.issue_ticket(ann.id, clock=clock), replacing=old, clock=clock
    )
    assert await sessions.actor_of(old, clock=clock) is None
    assert await sessions.actor_of(new, clock=clock) is not None
