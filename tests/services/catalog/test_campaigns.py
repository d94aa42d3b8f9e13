"""Campaigns: keys that never change, names that do."""

import asyncio

import pytest

from services.actor import Actor
from services.catalog import campaigns
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.paging import PageRequest

AUTO = {"key": "auto-us", "name": "Auto US"}


async def test_a_new_campaign_is_found_by_its_key(db: Database, actor: Actor) -> None:
    row = await campaigns.create(actor, AUTO)
    assert (row.key, row.name, row.version, row.archived_at) == ("auto-us", "Auto US", 1, None)
    assert await campaigns.get(actor, "auto-us") == row


@pytest.mark.parametrize(
    ("data", "field", "hint"),
    [
        ({"name": "A"}, "key", "Give a key."),
        ({"key": "a"}, "name", "Give a name."),
        ({"key": "a", "name": "  "}, "name", "Give a name."),
        ({"key": "Auto US", "name": "A"}, "key", "“auto-us”"),
        ({"key": "-a", "name": "A"}, "key", "“a”"),
        ({"key": "é" * 70, "name": "A"}, "key", "64"),
        ({"key": "a", "name": "x" * 121}, "name", "120"),
        ({"key": "a", "name": "two\nlines"}, "name", "one line"),
        ({"key": "a", "name": "A", "id": "x"}, "id", "no field of this name"),
    ],
)
async def test_each_wrong_field_gets_its_own_sentence(
    db: Database, actor: Actor, data: dict[str, object], field: str, hint: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await campaigns.create(actor, data)
    assert set(error.value.fields) == {field}
    assert hint in error.value.fields[field]


async def test_a_taken_key_is_a_conflict_also_in_the_same_moment(
    db: Database, actor: Actor
) -> None:
    results = await asyncio.gather(
        *(campaigns.create(actor, AUTO) for _ in range(5)), return_exceptions=True
    )
    conflicts = [result for result in results if isinstance(result, Conflict)]
    assert len(conflicts) == 4
    assert set(conflicts[0].fields) == {"key"}


async def test_the_name_changes_and_the_key_does_not(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, AUTO)
    row = await campaigns.update(actor, "auto-us", {"name": "Cars"}, if_match=1)
    assert (row.name, row.version) == ("Cars", 2)
    assert await campaigns.update(actor, "auto-us", {"key": "auto-us"}) == row
    with pytest.raises(InvalidInput) as error:
        await campaigns.update(actor, "auto-us", {"key": "cars"})
    assert set(error.value.fields) == {"key"}


async def test_an_old_version_is_refused(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, AUTO)
    with pytest.raises(StaleVersion):
        await campaigns.update(actor, "auto-us", {"name": "Cars"}, if_match=7)


async def test_an_archived_campaign_is_hidden_and_can_come_back(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, AUTO)
    assert (await campaigns.archive(actor, "auto-us")).archived_at is not None
    assert (await campaigns.list_page(actor, PageRequest())).items == []
    both = await campaigns.list_page(actor, PageRequest(), archived=None)
    assert [row.key for row in both.items] == ["auto-us"]
    assert (await campaigns.restore(actor, "auto-us")).archived_at is None


async def test_the_list_is_searched_by_key_and_name(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, AUTO)
    await campaigns.create(actor, {"key": "solar", "name": "Österreich Solar"})
    for q, key in (("ÖSTER", "solar"), ("UTO", "auto-us")):
        found = await campaigns.list_page(actor, PageRequest(), q=q)
        assert [row.key for row in found.items] == [key]


async def test_an_unknown_key_is_not_found_and_a_viewer_changes_nothing(
    db: Database, actor: Actor, viewer: Actor
) -> None:
    for key in ("none", "", "\x00", "ü"):
        with pytest.raises(NotFound):
            await campaigns.get(actor, key)
    with pytest.raises(NotAllowed):
        await campaigns.create(viewer, AUTO)


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Auto US", "auto-us"), ("  Größe & Co. ", "grosse-co"), ("日本", ""), ("x" * 90, "x" * 64)],
)
def test_a_key_is_suggested_from_what_was_typed(typed: str, key: str) -> None:
    assert campaigns.suggest_key(typed) == key
