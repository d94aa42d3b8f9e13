"""Calls with a bad key are counted by address and hour, and cost a few rows whatever comes."""

import pytest

from models import BadKeyCall
from models.words import CallWay, KeyScope
from services.accounts import keys
from services.actor import Actor
from services.database import Database
from services.inbox import bad_keys
from tests.factories import FrozenClock
from tests.world import rows


async def test_they_are_added_up_by_address_and_name_the_key_that_was_meant(
    db: Database, clock: FrozenClock, owner: Actor, viewer: Actor
) -> None:
    created = await keys.create_key(name="Partner", scope=KeyScope.WRITE)
    await keys.revoke(owner, created.row.id, clock=clock)
    for _ in range(3):
        bad_keys.note("192.0.2.1", CallWay.URL, key=created.key, clock=clock)
    bad_keys.note("192.0.2.2", CallWay.API, key="somebody's other secret", clock=clock)
    await bad_keys.store(db)
    clock.move(hours=1)
    bad_keys.note("192.0.2.1", CallWay.URL, key=created.key, clock=clock)
    await bad_keys.store(db)

    first, second = await bad_keys.recent(viewer, clock=clock)
    assert (first.address, first.way, first.calls) == ("192.0.2.1", CallWay.URL, 4)
    assert (first.key_name, first.is_revoked, first.last_at) == ("Partner", True, clock())
    assert (second.address, second.calls, second.hint, second.key_name) == ("192.0.2.2", 1, "", "")
    assert len(await rows(BadKeyCall)) == 3
    clock.move(days=1, seconds=1)
    assert await bad_keys.recent(viewer, clock=clock) == ()


async def test_a_flood_from_many_addresses_is_counted_in_few_rows(
    db: Database, clock: FrozenClock, viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad_keys, "MOST_ADDRESSES", 5)
    for number in range(40):
        bad_keys.note(f"2001:db8::{number}", CallWay.API, key="al_x", clock=clock)
        if number % 4 == 3:
            await bad_keys.store(db)
    found = await rows(BadKeyCall)
    assert len(found) == 6
    assert sum(row.calls for row in found) == 40
    clock.move(days=31)
    bad_keys.note("192.0.2.1", CallWay.API, key="", clock=clock)
    await bad_keys.store(db)
    assert len(await rows(BadKeyCall)) == 1
