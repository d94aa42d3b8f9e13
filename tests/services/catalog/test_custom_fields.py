"""Custom fields: what an event carries in one campaign, in an order, up to a number."""

import asyncio

import pytest

from models.words import FieldType
from services import database
from services.actor import Actor
from services.catalog import (
    cache,
    campaign_events,
    campaigns,
    custom_field_input,
    custom_fields,
    event_types,
)
from services.catalog.custom_fields import CustomFieldInput, CustomFieldRow
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.intake.contract import EventInput

PLACE = ("auto", "sale")


@pytest.fixture(autouse=True)
async def definitions(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    await campaigns.create(actor, {"key": "solar", "name": "Solar"})
    await event_types.create(actor, {"name": "sale"})


async def add(actor: Actor, name: str = "policy_no", /, **more: object) -> CustomFieldRow:
    return await custom_fields.create(actor, *PLACE, {"name": name, "type": "text", **more})


async def change(actor: Actor, name: str, /, **changes: object) -> CustomFieldRow:
    return await custom_fields.update(actor, *PLACE, name, changes)


async def test_a_field_that_stays_as_and_where_it_is_keeps_its_version(actor: Actor) -> None:
    row, _ = await add(actor, "first"), await add(actor, "second")
    assert await change(actor, "first", required=row.required, position=0) == row
    assert (await change(actor, "first", position=1)).version == 2
    assert (await change(actor, "first", type="number")).version == 3


async def names(actor: Actor) -> list[str]:
    rows = await custom_fields.list_for(actor, *PLACE)
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.name for row in rows]


async def test_a_field_belongs_to_one_event_in_one_campaign(actor: Actor) -> None:
    row = await add(actor, required=True, help_text=" The number on the policy ", example="P-7")
    assert (row.name, row.type, row.required, row.version) == ("policy_no", FieldType.TEXT, True, 1)
    assert (row.help_text, row.example) == ("The number on the policy", "P-7")
    assert await custom_fields.list_for(actor, *PLACE) == [row]
    assert await custom_fields.list_for(actor, "solar", "sale") == []
    assert (await campaign_events.get(actor, *PLACE)).fields == (row,)
    assert (await campaign_events.get(actor, "solar", "sale")).fields == ()


@pytest.mark.parametrize(
    ("data", "field", "hint"),
    [
        ({"type": "text"}, "name", "Give a name."),
        ({"name": "", "type": "text"}, "name", "Give a name."),
        ({"name": "Policy No", "type": "text"}, "name", "“policy_no”"),
        ({"name": "2nd", "type": "text"}, "name", "“field_2nd”"),
        ({"name": "x" * 65, "type": "text"}, "name", "64"),
        ({"name": "a"}, "type", "text, number, date"),
        ({"name": "a", "type": "money"}, "type", "'date'"),
        ({"name": "a", "type": "text", "required": 1}, "required", "true or false"),
        ({"name": "a", "type": "text", "help_text": "x" * 201}, "help_text", "200"),
        ({"name": "a", "type": "text", "example": "x" * 1001}, "example", "1,000"),
        ({"name": "a", "type": "number", "example": "1,5"}, "example", "point"),
        ({"name": "a", "type": "date", "example": "2026-02-31"}, "example", "calendar"),
        ({"name": "a", "type": "text", "position": -1}, "position", "0 to 49"),
        ({"name": "a", "type": "text", "position": 50}, "position", "0 to 49"),
        ({"name": "a", "type": "text", "label": "A"}, "label", "no field of this name"),
    ],
)
async def test_each_wrong_part_gets_its_own_sentence(
    actor: Actor, data: dict[str, object], field: str, hint: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await custom_fields.create(actor, *PLACE, data)
    assert set(error.value.fields) == {field}
    assert hint in error.value.fields[field]


def test_every_name_that_the_ways_in_take_themselves_is_reserved() -> None:
    own = {*EventInput.model_fields, "status", "key", "return", "test"}
    assert own == custom_field_input.RESERVED
    for name in own:
        with pytest.raises(ValueError, match="Choose another name"):
            CustomFieldInput(name=name, type="text")


async def test_a_taken_name_is_a_conflict_beside_the_field(actor: Actor) -> None:
    await add(actor)
    await add(actor, "other")
    for attempt in (add(actor), change(actor, "other", name="policy_no")):
        with pytest.raises(Conflict) as error:
            await attempt
        assert error.value.code == "field_taken"
        assert set(error.value.fields) == {"name"}
    results = await asyncio.gather(*(add(actor, "new") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 3


async def test_the_given_parts_change_and_no_others(actor: Actor) -> None:
    row = await add(actor, example="12", help_text="x")
    changed = await change(actor, "policy_no", type="number", name="policy", required=True)
    assert changed == CustomFieldRow(
        id=row.id,
        name="policy",
        type=FieldType.NUMBER,
        required=True,
        position=0,
        help_text="x",
        example="12",
        version=2,
    )
    with pytest.raises(InvalidInput) as error:
        await change(actor, "policy", type="date")
    assert set(error.value.fields) == {"example"}
    assert await custom_fields.list_for(actor, *PLACE) == [changed]


async def test_an_old_version_is_refused(actor: Actor) -> None:
    await add(actor)
    await custom_fields.update(actor, *PLACE, "policy_no", {"required": True}, if_match=1)
    with pytest.raises(StaleVersion):
        await custom_fields.update(actor, *PLACE, "policy_no", {"required": False}, if_match=1)
    with pytest.raises(StaleVersion):
        await custom_fields.delete(actor, *PLACE, "policy_no", if_match=1)
    results = await asyncio.gather(
        *(
            custom_fields.update(actor, *PLACE, "policy_no", {"help_text": text}, if_match=2)
            for text in ("a", "b", "c")
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 2
    assert (await custom_fields.list_for(actor, *PLACE))[0].version == 3


async def test_a_field_takes_the_place_that_it_is_given_and_the_others_make_room(
    actor: Actor,
) -> None:
    for name in ("a", "b", "c"):
        await add(actor, name)
    assert (await add(actor, "first", position=0)).position == 0
    assert await names(actor) == ["first", "a", "b", "c"]
    assert (await change(actor, "first", position=2)).position == 2
    assert await names(actor) == ["a", "b", "first", "c"]
    assert (await change(actor, "a", position=49)).position == 3
    assert await names(actor) == ["b", "first", "c", "a"]
    await change(actor, "b", required=True)
    await custom_fields.delete(actor, *PLACE, "first")
    assert await names(actor) == ["b", "c", "a"]


async def test_an_order_names_every_field_once_and_changes_no_version(actor: Actor) -> None:
    for name in ("a", "b", "c"):
        await add(actor, name)
    rows = await custom_fields.reorder(actor, *PLACE, ["c", "a", "b"])
    assert [(row.name, row.position, row.version) for row in rows] == [
        ("c", 0, 1),
        ("a", 1, 1),
        ("b", 2, 1),
    ]
    assert await custom_fields.list_for(actor, *PLACE) == rows
    definitions = await database.read(cache.definitions)
    assert tuple(rows) in definitions.custom_fields.values()
    for wrong in (["a", "b"], ["a", "b", "b"], ["a", "b", "c", "d"], []):
        with pytest.raises(InvalidInput) as error:
            await custom_fields.reorder(actor, *PLACE, wrong)
        assert set(error.value.fields) == {"names"}


async def test_simultaneous_orders_and_additions_leave_one_order(actor: Actor) -> None:
    for name in ("a", "b", "c"):
        await add(actor, name)
    await asyncio.gather(
        custom_fields.reorder(actor, *PLACE, ["c", "b", "a"]),
        add(actor, "d", position=0),
        change(actor, "b", position=0),
        custom_fields.delete(actor, *PLACE, "a"),
        return_exceptions=True,
    )
    assert sorted(await names(actor)) == ["b", "c", "d"]


async def test_there_are_fifty_at_most_also_in_the_same_moment(actor: Actor) -> None:
    for number in range(48):
        await add(actor, f"f{number}")
    results = await asyncio.gather(
        *(add(actor, f"late{number}") for number in range(4)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, InvalidInput)]
    assert len(refused) == 2
    assert "50" in refused[0].fields["name"]
    assert len(await names(actor)) == 50


async def test_a_clone_of_the_event_has_none_of_its_fields(actor: Actor) -> None:
    await add(actor)
    copy = await event_types.clone(actor, "sale")
    assert await custom_fields.list_for(actor, "auto", copy.name) == []


async def test_unknown_places_and_fields_are_not_found(actor: Actor) -> None:
    await add(actor)
    for place in (("none", "sale"), ("auto", "none")):
        for attempt in (
            custom_fields.list_for(actor, *place),
            custom_fields.create(actor, *place, {"name": "a", "type": "text"}),
            custom_fields.reorder(actor, *place, []),
        ):
            with pytest.raises(NotFound):
                await attempt
    for name in ("none", "", "\x00"):
        for attempt in (change(actor, name), custom_fields.delete(actor, *PLACE, name)):
            with pytest.raises(NotFound):
                await attempt


async def test_a_viewer_reads_and_changes_nothing(actor: Actor, viewer: Actor) -> None:
    await add(actor)
    assert len(await custom_fields.list_for(viewer, *PLACE)) == 1
    for attempt in (
        add(viewer, "b"),
        change(viewer, "policy_no"),
        custom_fields.delete(viewer, *PLACE, "policy_no"),
        custom_fields.reorder(viewer, *PLACE, ["policy_no"]),
    ):
        with pytest.raises(NotAllowed):
            await attempt


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Policy No", "policy_no"), ("2nd", "field_2nd"), ("日本", ""), ("x" * 90, "x" * 64)],
)
def test_a_name_is_suggested_from_what_was_typed(typed: str, name: str) -> None:
    assert custom_fields.suggest_name(typed) == name
