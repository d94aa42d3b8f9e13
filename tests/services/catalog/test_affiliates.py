"""Affiliates: the same rules as for campaigns, in words of their own."""

import asyncio

import pytest

from services import database
from services.actor import Actor
from services.catalog import affiliates, cache, campaigns
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.paging import PageRequest

NORTH = {"key": "north", "name": "North Media"}


async def test_a_new_affiliate_is_found_by_its_key_and_known_to_the_hot_path(
    db: Database, actor: Actor
) -> None:
    row = await affiliates.create(actor, NORTH)
    assert row.id.startswith("aff_")
    assert (row.key, row.name, row.version, row.archived_at) == ("north", "North Media", 1, None)
    assert await affiliates.get(actor, "north") == row
    definitions = await database.read(cache.definitions)
    assert definitions.affiliates_by_key == {"north": row}
    assert definitions.affiliates_by_id == {row.id: row}


async def test_campaigns_and_affiliates_do_not_take_each_others_keys(
    db: Database, actor: Actor
) -> None:
    await affiliates.create(actor, NORTH)
    await campaigns.create(actor, NORTH)
    with pytest.raises(NotFound) as error:
        await campaigns.get(actor, "south")
    assert error.value.kind == "campaign"


async def test_each_wrong_field_gets_its_own_sentence(db: Database, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as error:
        await affiliates.create(actor, {"key": "North Media", "name": "", "id": "x"})
    assert set(error.value.fields) == {"key", "name", "id"}
    assert "“north-media”" in error.value.fields["key"]


async def test_a_taken_key_is_a_conflict_also_in_the_same_moment(
    db: Database, actor: Actor
) -> None:
    results = await asyncio.gather(
        *(affiliates.create(actor, NORTH) for _ in range(5)), return_exceptions=True
    )
    conflicts = [result for result in results if isinstance(result, Conflict)]
    assert len(conflicts) == 4
    assert conflicts[0].code == "key_taken"
    assert conflicts[0].message.startswith("An affiliate with the key “north”")


async def test_the_name_changes_the_key_stays_and_an_old_version_is_refused(
    db: Database, actor: Actor
) -> None:
    await affiliates.create(actor, NORTH)
    row = await affiliates.update(actor, "north", {"name": "North"}, if_match=1)
    assert (row.name, row.version) == ("North", 2)
    with pytest.raises(StaleVersion) as stale:
        await affiliates.update(actor, "north", {"name": "Mine"}, if_match=1)
    assert "affiliate" in stale.value.message
    with pytest.raises(InvalidInput) as error:
        await affiliates.update(actor, "north", {"key": "south"})
    assert set(error.value.fields) == {"key"}


async def test_of_simultaneous_changes_of_one_version_one_wins(db: Database, actor: Actor) -> None:
    await affiliates.create(actor, NORTH)
    results = await asyncio.gather(
        *(
            affiliates.update(actor, "north", {"name": f"N{number}"}, if_match=1)
            for number in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 4


async def test_an_archived_affiliate_is_hidden_and_can_come_back(
    db: Database, actor: Actor
) -> None:
    await affiliates.create(actor, NORTH)
    await affiliates.create(actor, {"key": "south", "name": "Süd"})
    archived = await affiliates.archive(actor, "north")
    assert archived.archived_at is not None
    assert await affiliates.archive(actor, "north") == archived
    page = await affiliates.list_page(actor, PageRequest())
    assert [row.key for row in page.items] == ["south"]
    both = await affiliates.list_page(actor, PageRequest(), archived=None, q="SÜ")
    assert [row.key for row in both.items] == ["south"]
    assert (await affiliates.restore(actor, "north")).archived_at is None


async def test_a_viewer_reads_and_changes_nothing(
    db: Database, actor: Actor, viewer: Actor
) -> None:
    await affiliates.create(actor, NORTH)
    assert (await affiliates.get(viewer, "north")).name == "North Media"
    for attempt in (
        affiliates.create(viewer, NORTH),
        affiliates.update(viewer, "north", {}),
        affiliates.archive(viewer, "north"),
        affiliates.restore(viewer, "north"),
    ):
        with pytest.raises(NotAllowed):
            await attempt
