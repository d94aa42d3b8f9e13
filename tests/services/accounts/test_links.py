"""Invitations and resets: one link, one use, one password."""

import asyncio

import pytest

from models.words import LinkKind, Role
from services.accounts import links, people, sessions, sign_in
from services.accounts.links import Link, LinkOver
from services.database import Database, close_database, open_database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.conftest import MakeSettings
from tests.factories import FrozenClock, person
from tests.mailbox import Mailbox
from tests.services.accounts.people import PASSWORD, deeds, make, signed_in

NEW = "a wholly new password"


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


async def is_good(link: Link, clock: FrozenClock) -> bool:
    try:
        await links.look(token_of(link.url), clock=clock)
    except LinkOver:
        return False
    return True


async def test_an_invited_person_chooses_a_password_and_has_the_role(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    made = await links.invite(ann, email="Bob@Example.com", role="manager", clock=clock)
    assert made.url.startswith("http://localhost:3000/welcome/")
    assert made.mailed == ""
    token = token_of(made.url)
    info = await links.look(token, clock=clock)
    assert (info.kind, info.email, info.role) == (
        LinkKind.INVITATION,
        "bob@example.com",
        Role.MANAGER,
    )
    with pytest.raises(InvalidInput):
        await links.redeem(token, password="short", clock=clock)
    ticket = await links.redeem(token, password=NEW, clock=clock)
    cookie = await sessions.redeem_ticket(ticket, clock=clock)
    bob = await sessions.actor_of(cookie, clock=clock)
    assert bob is not None
    assert bob.name == "bob@example.com"
    with pytest.raises(LinkOver):
        await links.redeem(token, password=NEW, clock=clock)
    assert await links.list_invitations(ann, clock=clock) == []
    assert (await deeds())[-3:] == [
        ("ann@example.com", "invited", "bob@example.com"),
        ("bob@example.com", "created", "bob@example.com"),
        ("bob@example.com", "signed_in", "bob@example.com"),
    ]


async def test_a_newer_invitation_a_withdrawal_and_time_make_a_link_worthless(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    first = await links.invite(ann, email="bob@example.com", role="viewer", clock=clock)
    second = await links.invite(ann, email="bob@example.com", role="viewer", clock=clock)
    with pytest.raises(LinkOver):
        await links.look(token_of(first.url), clock=clock)
    assert len(await links.list_invitations(ann, clock=clock)) == 1
    await links.withdraw(ann, email="bob@example.com", clock=clock)
    with pytest.raises(LinkOver):
        await links.redeem(token_of(second.url), password=NEW, clock=clock)
    with pytest.raises(NotFound):
        await links.withdraw(ann, email="bob@example.com", clock=clock)
    third = await links.invite(ann, email="bob@example.com", role="viewer", clock=clock)
    clock.move(days=7)
    with pytest.raises(LinkOver):
        await links.redeem(token_of(third.url), password=NEW, clock=clock)


async def test_a_person_is_invited_once_and_by_an_owner(db: Database, clock: FrozenClock) -> None:
    await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    with pytest.raises(Conflict):
        await links.invite(ann, email="ann@example.com", role="viewer", clock=clock)
    with pytest.raises(InvalidInput) as error:
        await links.invite(ann, email="no address", role="god", clock=clock)
    assert set(error.value.fields) == {"email", "role"}
    for role in (Role.MANAGER, Role.OPERATOR, Role.VIEWER):
        with pytest.raises(NotAllowed):
            await links.invite(person(role), email="eve@example.com", role="owner", clock=clock)


async def test_a_reset_link_changes_the_password_once_and_ends_all_sessions(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    bob = await make("bob@example.com", Role.VIEWER)
    ann, acting = (
        await signed_in("ann@example.com", clock),
        await signed_in("bob@example.com", clock),
    )
    made = await links.make_reset(ann, bob.id, clock=clock)
    await sign_in.sign_in(email="bob@example.com", password=PASSWORD, clock=clock)  # still good
    results = await asyncio.gather(
        *(links.redeem(token_of(made.url), password=NEW, clock=clock) for _ in range(3)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, LinkOver) for result in results) == 2
    assert await sessions.list_own(acting, clock=clock) == []
    await sign_in.sign_in(email="bob@example.com", password=NEW, clock=clock)
    await people.disable(ann, bob.id, clock=clock)
    with pytest.raises(Conflict):
        await links.make_reset(ann, bob.id, clock=clock)


async def test_a_new_password_makes_every_link_to_reset_the_old_one_worthless(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    bob = await make("bob@example.com", Role.VIEWER)
    ann = await signed_in("ann@example.com", clock)
    # At the same moment: on PostgreSQL neither may find the other to replace it.
    made = await asyncio.gather(*(links.make_reset(ann, bob.id, clock=clock) for _ in range(4)))
    good = [link for link in made if await is_good(link, clock)]
    await links.redeem(token_of(good[0].url), password=NEW, clock=clock)
    assert not [link for link in made if await is_good(link, clock)]
    own = await links.make_reset(ann, bob.id, clock=clock)
    acting = await signed_in("bob@example.com", clock)
    await people.change_password(acting, current=NEW, new=PASSWORD, clock=clock)
    assert not await is_good(own, clock)


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_links_go_by_mail_where_a_server_is_set_and_to_nobody_who_does_not_exist(
    make_settings: MakeSettings, clock: FrozenClock
) -> None:
    with Mailbox() as mailbox:
        open_database(make_settings(smtp_url=mailbox.url, mail_from="Desk <desk@example.com>"))
        try:
            await make("ann@example.com")
            ann = await signed_in("ann@example.com", clock)
            made = await links.invite(ann, email="bob@example.com", role="viewer", clock=clock)
            assert made.mailed == "sent"
            await links.mail_reset(email="nobody@example.com", clock=clock)
            await links.mail_reset(email="ann@example.com", clock=clock)
            invitation, reset = await asyncio.to_thread(mailbox.wait_for, 2)
            assert (invitation["To"], reset["To"]) == ("bob@example.com", "ann@example.com")
            assert made.url in invitation.get_content()
            url = next(line for line in reset.get_content().splitlines() if "/welcome/" in line)
            clock.move(minutes=59)
            await links.look(token_of(url.strip()), clock=clock)
            clock.move(minutes=1)
            with pytest.raises(LinkOver):
                await links.look(token_of(url.strip()), clock=clock)
            mailbox.refuse = "550 no such user"
            again = await links.invite(ann, email="bob@example.com", role="viewer", clock=clock)
            assert "refused the recipient" in again.mailed
        finally:
            close_database()
