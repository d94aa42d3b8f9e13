"""The built-in test receiver: its names, and what it keeps of the calls."""

import asyncio

import pytest

from services.actor import Actor
from services.database import Database
from services.delivery import test_receiver as receiver
from services.delivery.test_receiver import KEPT_BODY_BYTES, KEPT_CALLS, MAX_NAMES
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.factories import START, FrozenClock


async def call(name: str = "mine", *, target: str = "/echo/mine?a=1", body: bytes = b"") -> bool:
    return await receiver.receive(
        name,
        method="POST",
        target=target,
        headers=(("X-A", "1"), ("x-a", "ü")),
        body=body,
        answered=200,
    )


@pytest.fixture
async def mine(db: Database, actor: Actor) -> str:
    return (await receiver.create_name(actor, "mine")).name


async def test_a_call_is_kept_as_it_came(mine: str, actor: Actor, clock: FrozenClock) -> None:
    assert await receiver.receive(
        mine,
        method="GET",
        target="/echo/mine?a=%C3%BC&a=%2F",
        headers=(("X-A", "1"), ("x-a", "2")),
        body="ü".encode(),
        answered=500,
        clock=clock,
    )
    (kept,) = await receiver.calls(actor, mine)
    assert (kept.method, kept.target, kept.body) == ("GET", "/echo/mine?a=%C3%BC&a=%2F", "ü")
    assert kept.headers == (("X-A", "1"), ("x-a", "2"))
    assert (kept.received_at, kept.answered, kept.truncated) == (START, 500, False)


async def test_only_the_last_calls_are_kept_newest_first(mine: str, actor: Actor) -> None:
    await receiver.create_name(actor, "other")
    await call("other")
    for number in range(KEPT_CALLS + 5):
        assert await call(body=str(number).encode())
        await _next_millisecond()
    kept = [int(one.body) for one in await receiver.calls(actor, mine, limit=500)]
    assert kept == list(range(KEPT_CALLS + 4, 4, -1))
    assert [int(one.body) for one in await receiver.calls(actor, mine, limit=2)] == kept[:2]
    assert len(await receiver.calls(actor, "other")) == 1


async def test_many_calls_at_once_are_counted_like_one_after_the_other(
    mine: str, actor: Actor
) -> None:
    assert all(await asyncio.gather(*(call() for _ in range(KEPT_CALLS + 50))))
    assert len(await receiver.calls(actor, mine, limit=500)) == KEPT_CALLS


@pytest.mark.parametrize(
    ("body", "kept", "truncated"),
    [
        (b"x" * KEPT_BODY_BYTES, "x" * KEPT_BODY_BYTES, False),
        (b"x" * (KEPT_BODY_BYTES + 1), "x" * KEPT_BODY_BYTES, True),
        (b"a\x00\xff", "a\ufffd\ufffd", False),
    ],
)
async def test_a_body_is_kept_up_to_its_limit_and_made_readable(
    mine: str, actor: Actor, body: bytes, kept: str, truncated: bool
) -> None:
    await call(body=body)
    (row,) = await receiver.calls(actor, mine)
    assert (row.body == kept, row.truncated) == (True, truncated)


async def test_a_call_of_no_name_is_not_kept(mine: str, actor: Actor) -> None:
    for name in ("nobody", "Mine", "", "a\x00", "\ud800", "x" * 300):
        assert not await call(name)
        with pytest.raises(NotFound):
            await receiver.calls(actor, name)
        with pytest.raises(NotFound):
            await receiver.clear(actor, name)
        with pytest.raises(NotFound):
            await receiver.delete_name(actor, name)
    assert await receiver.calls(actor, mine) == []


@pytest.mark.parametrize("name", ["", "A", "ü", "-a", "_a", "a b", "a/b", "a.b", "a" * 65, "a\n"])
async def test_a_bad_name_is_refused_with_a_sentence(db: Database, actor: Actor, name: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await receiver.create_name(actor, name)
    assert "lower-case letters" in error.value.fields["name"]


async def test_of_many_who_want_a_name_one_gets_it(db: Database, actor: Actor) -> None:
    answers = await asyncio.gather(
        *(receiver.create_name(actor, "mine") for _ in range(20)), return_exceptions=True
    )
    taken = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(taken) == 19
    assert {one.code for one in taken} == {"name_taken"}
    assert [row.name for row in await receiver.list_names(actor)] == ["mine"]


async def test_there_are_at_most_so_many_names(db: Database, actor: Actor) -> None:
    for number in range(MAX_NAMES):
        await receiver.create_name(actor, f"n-{number}")
    with pytest.raises(Conflict):
        await receiver.create_name(actor, "one-more")
    await receiver.delete_name(actor, "n-7")
    await receiver.create_name(actor, "one-more")


async def test_names_are_listed_by_their_last_call(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    for name in ("first", "second", "third"):
        await receiver.create_name(actor, name, clock=clock)
        clock.move(seconds=1)
    await receiver.receive(
        "first", method="GET", target="/", headers=(), body=b"", answered=200, clock=clock
    )
    listed = await receiver.list_names(actor)
    assert [(row.name, row.calls) for row in listed] == [("first", 1), ("third", 0), ("second", 0)]
    assert (listed[0].path, listed[0].last_call_at) == ("/echo/first", clock.now)
    assert listed[1].last_call_at is None


async def test_clearing_keeps_the_name_and_deleting_takes_its_calls_along(
    mine: str, actor: Actor
) -> None:
    await call()
    await receiver.clear(actor, mine)
    assert await receiver.calls(actor, mine) == []
    await call()
    await receiver.delete_name(actor, mine)
    assert not await call()
    await receiver.create_name(actor, mine)
    assert await receiver.calls(actor, mine) == []


async def test_who_may_only_read_changes_nothing(mine: str, viewer: Actor) -> None:
    await call()
    for attempt in (receiver.create_name, receiver.delete_name, receiver.clear):
        with pytest.raises(NotAllowed):
            await attempt(viewer, mine)
    assert len(await receiver.calls(viewer, mine)) == 1


async def _next_millisecond() -> None:
    # Ids order calls by the millisecond; within one their order is open.
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    loop.call_later(0.0015, woken.set_result, None)
    await woken
