"""Signing in: equal answers, patience with who mistypes, and none with who tries."""

import asyncio
import base64

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from models.words import Role
from services.accounts import people, second_factor, sessions, sign_in, users
from services.accounts.sign_in import CodeNeeded
from services.database import Database
from services.errors import Conflict, InvalidInput, NotSignedIn, TooMany
from tests.factories import FrozenClock
from tests.services.accounts.people import PASSWORD, deeds, make, signed_in

HOME, ELSEWHERE = "198.51.100.4", "203.0.113.9"


async def attempt(
    clock: FrozenClock,
    *,
    email: str = "ann@example.com",
    password: str = PASSWORD,
    code: str = "",
    address: str = HOME,
) -> str:
    return await sign_in.sign_in(
        email=email, password=password, code=code, address=address, clock=clock
    )


async def fail(clock: FrozenClock, times: int, **changes: str) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            await attempt(clock, **{"password": "wrong password", **changes})


def code_of(secret: str, clock: FrozenClock) -> str:
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(clock().timestamp())).decode()


async def test_the_right_password_is_accepted_whatever_the_case_of_the_email(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    ticket = await attempt(clock, email=" ANN@example.COM")
    cookie = await sessions.redeem_ticket(ticket, address=HOME, clock=clock)
    actor = await sessions.actor_of(cookie, clock=clock)
    assert actor is not None
    assert actor.name == "ann@example.com"
    assert await deeds() == [
        ("Afterlead", "created", "ann@example.com"),
        ("ann@example.com", "signed_in", "ann@example.com"),
    ]


async def test_unknown_disabled_and_wrong_get_the_same_answer(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    gone = await make("gone@example.com", Role.VIEWER)
    await people.disable(await signed_in("ann@example.com", clock), gone.id, clock=clock)
    answers = set()
    for email, password in (
        ("ann@example.com", "wrong password"),
        ("ann@example.com", "x" * 5000),
        ("ann@example.com", "\ud800"),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
    ):
        with pytest.raises(NotSignedIn) as error:
            await attempt(clock, email=email, password=password)
        answers.add(error.value.message)
    assert len(answers) == 1


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
async def test_an_account_that_is_tried_rests_whether_it_exists_or_not(
    db: Database, clock: FrozenClock, email: str
) -> None:
    await make("ann@example.com")
    await fail(clock, 5, email=email)
    with pytest.raises(TooMany) as error:
        await attempt(clock, email=email)
    assert error.value.retry_after_seconds == 31
    await make("bob@example.com")
    await attempt(clock, email="bob@example.com")  # nobody else has to wait
    clock.move(seconds=30)
    await fail(clock, 1, email=email)
    with pytest.raises(TooMany) as error:
        await attempt(clock, email=email)
    assert error.value.retry_after_seconds == 61  # twice as long each time


async def test_who_is_attacked_from_elsewhere_still_gets_in(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    await fail(clock, 5, address=ELSEWHERE)
    await attempt(clock, address=HOME)
    await fail(clock, 4, address=HOME)
    await attempt(clock, address=HOME)  # and starts afresh each time


async def test_an_address_that_tries_many_accounts_rests(db: Database, clock: FrozenClock) -> None:
    await make("ann@example.com")
    for number in range(30):
        # One IPv6 line has as many addresses as it likes.
        await fail(clock, 1, email=f"{number}@example.com", address=f"2001:db8::{number:x}")
    with pytest.raises(TooMany):
        await attempt(clock, address="2001:db8::ffff")
    await attempt(clock, address="2001:db8:0:1::1")


async def test_a_thousand_at_once_have_no_more_tries(db: Database, clock: FrozenClock) -> None:
    await make("ann@example.com")
    results = await asyncio.gather(
        *(attempt(clock, password=f"guess number {number}") for number in range(12)),
        return_exceptions=True,
    )
    assert sum(type(result) is NotSignedIn for result in results) == 5
    assert sum(isinstance(result, TooMany) for result in results) == 7


async def test_a_second_step_asks_for_the_apps_code_and_takes_each_once(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    made = await second_factor.begin(ann)
    with pytest.raises(InvalidInput) as wrong:
        await second_factor.confirm(
            ann, secret=made.secret, code="000000", password=PASSWORD, clock=clock
        )
    assert set(wrong.value.fields) == {"code"}
    code = code_of(made.secret, clock)
    recovery = await second_factor.confirm(
        ann, secret=made.secret, code=code, password=PASSWORD, clock=clock
    )
    with pytest.raises(CodeNeeded):
        await attempt(clock)
    with pytest.raises(NotSignedIn):
        await attempt(clock, code=code)  # it switched the second step on
    clock.move(seconds=30)
    await attempt(clock, code=code_of(made.secret, clock))
    with pytest.raises(NotSignedIn):
        await attempt(clock, code=code_of(made.secret, clock))
    await attempt(clock, code=recovery[0].upper())
    with pytest.raises(NotSignedIn):
        await attempt(clock, code=recovery[0])


async def test_asking_for_the_code_gives_no_more_guesses_at_it(
    db: Database, clock: FrozenClock
) -> None:
    await make("ann@example.com")
    ann = await signed_in("ann@example.com", clock)
    made = await second_factor.begin(ann)
    await second_factor.confirm(
        ann,
        secret=made.secret,
        code=code_of(made.secret, clock),
        password=PASSWORD,
        clock=clock,
    )
    refused = []
    for guess in range(6):
        with pytest.raises((CodeNeeded, TooMany)):
            await attempt(clock)
        with pytest.raises((NotSignedIn, TooMany)) as error:
            await attempt(clock, code=f"{guess:06}")
        refused.append(type(error.value))
    assert refused[-1] is TooMany


async def test_an_owner_lets_in_who_lost_the_app(db: Database, clock: FrozenClock) -> None:
    await make("ann@example.com")
    bob = await make("bob@example.com", Role.VIEWER)
    acting = await signed_in("bob@example.com", clock)
    made = await second_factor.begin(acting)
    code = code_of(made.secret, clock)
    await second_factor.confirm(
        acting, secret=made.secret, code=code, password=PASSWORD, clock=clock
    )
    with pytest.raises(Conflict):
        await second_factor.confirm(
            acting, secret=made.secret, code=code, password=PASSWORD, clock=clock
        )
    ann = await signed_in("ann@example.com", clock)
    row = await people.remove_second_step(ann, bob.id, clock=clock)
    assert not row.second_step
    await attempt(clock, email="bob@example.com")


async def test_the_command_line_forgives(db: Database, clock: FrozenClock) -> None:
    await make("ann@example.com")
    await fail(clock, 5)
    await users.reset_password(email="ann@example.com", password="another long one", clock=clock)
    await attempt(clock, password="another long one")
