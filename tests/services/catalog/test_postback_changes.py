"""Postbacks that exist: changes, secrets, versions, archive, copies."""

import asyncio
from collections.abc import Mapping

import pytest
from sqlalchemy import text

from models.words import Method, PostbackLevel
from services import database
from services.actor import Actor
from services.catalog import cache, campaigns, event_types, postbacks
from services.catalog.postbacks import Owner
from services.database import Database
from services.errors import Conflict, InvalidInput, StaleVersion
from tests.conftest import MakeSettings
from tests.factories import FrozenClock, public_addresses

SALE = Owner(PostbackLevel.EVENT, "sale")
URL = "https://partner.example/postback?tid={transaction_id}"


@pytest.fixture
async def sale(db: Database, actor: Actor) -> str:
    return (await event_types.create(actor, {"name": "sale"})).name


async def make(actor: Actor, data: Mapping[str, object] | None = None) -> postbacks.PostbackRow:
    given = {"url": URL, **(data or {})}
    return await postbacks.create(actor, SALE, given, resolver=public_addresses)


async def sealed() -> str | None:
    return await database.read(
        lambda session: session.execute(text("SELECT secrets FROM postback")).scalar_one()
    )


async def test_only_the_given_fields_change(sale: str, actor: Actor, clock: FrozenClock) -> None:
    row = await make(actor, {"headers": {"X": "1"}, "secrets": {"a": "1"}})
    clock.move(days=300)
    changed = await postbacks.update(
        actor, row.id, {"method": "POST", "body": "{}"}, clock=clock, resolver=public_addresses
    )
    assert (changed.method, changed.body, changed.version) == (Method.POST, "{}", 2)
    assert (changed.url, changed.headers, changed.secret_names) == (row.url, row.headers, ("a",))
    assert (changed.created_at, changed.updated_at) == (row.created_at, clock.now)


async def test_a_secret_is_replaced_added_or_removed_by_its_name(sale: str, actor: Actor) -> None:
    row = await make(actor, {"secrets": {"a": "1", "b": "2"}})

    async def change(secrets: dict[str, str | None]) -> Mapping[str, str]:
        await postbacks.update(actor, row.id, {"secrets": secrets}, resolver=public_addresses)
        return (await postbacks.check({}, postback_id=row.id, resolver=public_addresses)).secrets

    assert await change({"c": "3"}) == {"a": "1", "b": "2", "c": "3"}
    assert await change({"a": None, "B": "4"}) == {"b": "4", "c": "3"}
    assert await change({"b": None, "c": None, "gone": None}) == {}
    assert await sealed() is None


async def test_secrets_are_unreadable_in_the_database_and_never_given_back(
    sale: str, actor: Actor
) -> None:
    row = await make(actor, {"secrets": {"token": "hush-hush"}})
    stored = await sealed()
    assert stored is not None
    assert "hush" not in stored
    assert "hush" not in repr(row)
    assert "hush" not in repr(
        await postbacks.check({}, postback_id=row.id, resolver=public_addresses)
    )


async def test_after_the_key_was_lost_secrets_can_be_entered_again(
    make_settings: MakeSettings, actor: Actor
) -> None:
    database.open_database(make_settings())
    await event_types.create(actor, {"name": "sale"})
    row = await make(actor, {"secrets": {"a": "1"}})
    before = await sealed()
    database.close_database()
    database.open_database(make_settings(secret_key="another"))
    try:
        assert (await postbacks.get(actor, row.id)).secret_names == ()
        await postbacks.update(actor, row.id, {"enabled": False}, resolver=public_addresses)
        assert await sealed() == before  # the right key may come back
        changed = await postbacks.update(
            actor, row.id, {"secrets": {"b": "2"}}, resolver=public_addresses
        )
        assert changed.secret_names == ("b",)
    finally:
        database.close_database()


async def test_a_change_from_an_old_version_is_refused(sale: str, actor: Actor) -> None:
    row = await make(actor)
    await postbacks.update(actor, row.id, {"enabled": False}, if_match=1, resolver=public_addresses)
    with pytest.raises(StaleVersion) as error:
        await postbacks.update(
            actor, row.id, {"enabled": True}, if_match=1, resolver=public_addresses
        )
    assert (error.value.yours, error.value.current) == (1, 2)


async def test_a_change_that_was_overtaken_meanwhile_is_refused_or_made_again(
    sale: str, actor: Actor
) -> None:
    """While name servers are asked, somebody else changes the postback."""
    row = await make(actor)
    overtaken: list[bool] = []
    header = "1"

    async def slow(host: str, port: int) -> list[str]:
        if not overtaken:
            overtaken.append(True)
            await postbacks.update(
                actor, row.id, {"headers": {"X": header}}, resolver=public_addresses
            )
        return await public_addresses(host, port)

    with pytest.raises(StaleVersion):
        await postbacks.update(actor, row.id, {"enabled": False}, if_match=1, resolver=slow)
    overtaken.clear()
    header = "2"
    changed = await postbacks.update(actor, row.id, {"enabled": False}, resolver=slow)
    assert (changed.enabled, changed.headers, changed.version) == (False, (("X", "2"),), 4)


async def test_a_change_that_changes_nothing_leaves_version_and_time(
    sale: str, actor: Actor, clock: FrozenClock
) -> None:
    headers = {"A": "1", "B": "2"}
    row = await make(actor, {"headers": headers, "secrets": {"a": "1", "b": "2"}})
    token = await sealed()
    clock.move(days=300)
    for same in ({}, {"url": URL, "headers": headers}, {"secrets": {"b": "2"}}, {"secrets": {}}):
        assert (
            await postbacks.update(actor, row.id, same, clock=clock, resolver=public_addresses)
            == row
        )
    assert await sealed() == token
    others = ({"headers": {"B": "2", "A": "1"}}, {"secrets": {"b": "3"}}, {"secrets": {"b": None}})
    for version, other in enumerate(others, start=2):
        changed = await postbacks.update(actor, row.id, other, resolver=public_addresses)
        assert changed.version == version


async def test_of_simultaneous_changes_of_one_version_one_wins(sale: str, actor: Actor) -> None:
    row = await make(actor)
    results = await asyncio.gather(
        *(
            postbacks.update(
                actor,
                row.id,
                {"headers": {"X": str(number)}},
                if_match=1,
                resolver=public_addresses,
            )
            for number in range(6)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 5
    assert (await postbacks.get(actor, row.id)).version == 2


async def test_a_wrong_change_changes_nothing(sale: str, actor: Actor) -> None:
    row = await make(actor)
    for changes in ({"url": "http://10.0.0.1/"}, {"url": None}, {"typo": 1}, {"headers": None}):
        with pytest.raises(InvalidInput):
            await postbacks.update(actor, row.id, changes, resolver=public_addresses)
    assert await postbacks.get(actor, row.id) == row


async def test_an_archived_postback_is_kept_and_fires_no_more(sale: str, actor: Actor) -> None:
    row = await make(actor)
    archived = await postbacks.archive(actor, row.id)
    assert archived.archived_at is not None
    assert await postbacks.archive(actor, row.id) == archived
    assert await postbacks.list_for(actor, SALE) == []
    assert (await postbacks.get(actor, row.id)).archived_at == archived.archived_at
    assert (await database.read(cache.definitions)).postbacks_by_event_type_id == {}
    with pytest.raises(Conflict):
        await postbacks.update(actor, row.id, {"enabled": True}, resolver=public_addresses)


async def test_the_hot_path_sees_postbacks_as_they_are(sale: str, actor: Actor) -> None:
    campaign = await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    event_type = await event_types.get(actor, "sale")
    first = await make(actor, {"headers": {"X": "1"}, "campaign": "auto"})
    second = await make(actor, {"enabled": False})
    seen = await database.read(cache.definitions)
    found = {row.id: row for row in seen.postbacks_by_event_type_id[event_type.id]}
    assert set(found) == {first.id, second.id}
    assert found[first.id].headers == (("X", "1"),)
    assert found[first.id].campaign_id == campaign.id
    assert found[second.id].enabled is False
    await postbacks.update(actor, second.id, {"enabled": True}, resolver=public_addresses)
    seen = await database.read(cache.definitions)
    assert all(row.enabled for row in seen.postbacks_by_event_type_id[event_type.id])


async def test_a_clone_of_the_event_brings_its_postbacks_along(sale: str, actor: Actor) -> None:
    await make(actor, {"headers": {"X": "{secret:a}"}, "secrets": {"a": "1"}, "enabled": False})
    gone = await make(actor)
    await postbacks.archive(actor, gone.id)
    await event_types.clone(actor, "sale", new_name="sold")
    (copy,) = await postbacks.list_for(actor, Owner(PostbackLevel.EVENT, "sold"))
    (original,) = await postbacks.list_for(actor, SALE)
    assert copy.id != original.id
    assert (copy.event, copy.headers, copy.enabled) == ("sold", original.headers, False)
    assert (await postbacks.check({}, postback_id=copy.id, resolver=public_addresses)).secrets == {
        "a": "1"
    }
