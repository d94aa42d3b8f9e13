"""Event types: what is accepted, how they change, and what stays."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from models import Campaign, Event, Lead
from models.words import ConversionStatus, DedupeMode, DeliveryStatus, LeadSource, Source
from services import database
from services.actor import Actor
from services.catalog import event_types
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.paging import PageRequest
from tests.factories import START, FrozenClock


async def refused(actor: Actor, data: Mapping[str, object]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        await event_types.create(actor, data)
    return error.value.fields


async def fire(event_type_id: str) -> None:
    def insert(session: database.Session) -> None:
        session.add(Campaign(id="cmp_1", key="k", name="K", created_at=START, updated_at=START))
        session.flush()
        session.add(
            Lead(
                id="ld_1",
                campaign_id="cmp_1",
                transaction_id="t",
                source=LeadSource.API,
                submitted_at=START,
                created_at=START,
                updated_at=START,
            )
        )
        session.flush()
        session.add(
            Event(
                id="evt_1",
                event_type_id=event_type_id,
                event_name="sale",
                lead_id="ld_1",
                campaign_id="cmp_1",
                transaction_id="t",
                occurred_at=START,
                received_at=START,
                source=Source.API,
                actor_name="x",
                conversion_status=ConversionStatus.APPROVED,
                is_conversion=True,
                is_affiliate_conversion=False,
                delivery_status=DeliveryStatus.NONE,
            )
        )

    await database.write(insert)


async def test_a_new_event_has_the_published_defaults(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    row = await event_types.create(actor, {"name": "sale"}, clock=clock)
    assert row.id.startswith("et_")
    assert (row.name, row.description, row.version) == ("sale", "", 1)
    assert (row.is_conversion, row.is_affiliate_conversion, row.multi_trigger) == (False,) * 3
    assert row.dedupe is DedupeMode.ONCE_PER_LEAD
    assert row.available_everywhere
    assert row.created_at == row.updated_at == START
    assert row.created_at.utcoffset() == timedelta(0)
    assert await event_types.get(actor, "sale") == row


@pytest.mark.parametrize(
    ("data", "field", "hint"),
    [
        ({}, "name", "Give a name."),
        ({"name": ""}, "name", "Give a name."),
        ({"name": "Sale"}, "name", "“sale”"),
        ({"name": "Größe 2"}, "name", "“grosse_2”"),
        ({"name": "2nd call"}, "name", "“event_2nd_call”"),
        ({"name": "x" * 65}, "name", "64"),
        ({"name": "sale\n"}, "name", "“sale”"),
        ({"name": "sale\x00"}, "name", "control"),
        ({"name": 5}, "name", "text"),
        ({"name": "a", "description": "x" * 501}, "description", "500"),
        ({"name": "a", "description": "\ud800"}, "description", "UTF-8"),
        ({"name": "a", "description": None}, "description", "text"),
        ({"name": "a", "is_conversion": "yes"}, "is_conversion", "true or false"),
        ({"name": "a", "is_conversion": 1}, "is_conversion", "true or false"),
        ({"name": "a", "dedupe": "sometimes"}, "dedupe", "once_per_lead"),
        ({"name": "a", "dedupe": {"window_minutes": float("nan")}}, "dedupe.window_minutes", "NaN"),
        ({"name": "a", "is_conversoin": True}, "is_conversoin", "no field of this name"),
    ],
)
async def test_each_wrong_field_gets_its_own_sentence(
    db: Database, actor: Actor, data: dict[str, object], field: str, hint: str
) -> None:
    problems = await refused(actor, data)
    assert set(problems) == {field}
    assert hint in problems[field]


async def test_all_wrong_fields_are_named_at_once(db: Database, actor: Actor) -> None:
    problems = await refused(actor, {"name": "Sale", "description": 1, "other": 2})
    assert set(problems) == {"name", "description", "other"}


async def test_a_taken_name_is_a_conflict_beside_the_field(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    await event_types.archive(actor, "sale")
    with pytest.raises(Conflict) as error:
        await event_types.create(actor, {"name": "sale"})
    assert error.value.code == "name_taken"
    assert "archived" in error.value.fields["name"]


async def test_of_simultaneous_equal_names_the_database_lets_one_through(
    db: Database, actor: Actor
) -> None:
    results = await asyncio.gather(
        *(event_types.create(actor, {"name": "sale"}) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, event_types.EventTypeRow) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


@pytest.mark.parametrize("name", ["nothing", "", "Sale", "a\x00b", "\ud800", "x" * 10_000])
async def test_an_unknown_name_is_not_found(db: Database, actor: Actor, name: str) -> None:
    with pytest.raises(NotFound):
        await event_types.get(actor, name)


async def test_only_the_given_fields_change_and_the_version_goes_up(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    first = await event_types.create(
        actor,
        {"name": "sale", "description": "Money came in", "multi_trigger": True},
        clock=clock,
    )
    clock.move(hours=1)
    changed = await event_types.update(actor, "sale", {"is_conversion": True}, clock=clock)
    assert changed.is_conversion
    assert (changed.description, changed.multi_trigger) == ("Money came in", True)
    assert changed.version == first.version + 1
    assert (changed.created_at, changed.updated_at) == (first.created_at, clock.now)


async def test_a_change_that_changes_nothing_leaves_version_and_time(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    first = await event_types.create(actor, {"name": "sale", "description": "Money"}, clock=clock)
    clock.move(hours=1)
    for same in ({}, {"name": "sale", "multi_trigger": False}, {"description": "Money"}):
        assert await event_types.update(actor, "sale", same, clock=clock, if_match=1) == first
    changed = await event_types.update(actor, "sale", {"description": ""}, if_match=1)
    assert changed.version == 2


async def test_a_change_made_from_an_old_version_is_refused_with_both_versions(
    db: Database, actor: Actor
) -> None:
    await event_types.create(actor, {"name": "sale"})
    await event_types.update(actor, "sale", {"description": "a"}, if_match=1)
    with pytest.raises(StaleVersion) as error:
        await event_types.update(actor, "sale", {"description": "b"}, if_match=1)
    assert (error.value.yours, error.value.current) == (1, 2)
    assert (await event_types.get(actor, "sale")).description == "a"


async def test_of_simultaneous_changes_of_one_version_one_wins(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    results = await asyncio.gather(
        *(
            event_types.update(actor, "sale", {"description": str(number)}, if_match=1)
            for number in range(8)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 7
    assert (await event_types.get(actor, "sale")).version == 2


async def test_simultaneous_changes_of_different_fields_all_arrive(
    db: Database, actor: Actor
) -> None:
    await event_types.create(actor, {"name": "sale"})
    await asyncio.gather(
        event_types.update(actor, "sale", {"description": "a"}),
        event_types.update(actor, "sale", {"is_conversion": True}),
        event_types.update(actor, "sale", {"available_everywhere": False}),
    )
    row = await event_types.get(actor, "sale")
    assert (row.description, row.is_conversion, row.available_everywhere) == ("a", True, False)
    assert row.version == 4


async def test_a_wrong_change_changes_nothing(db: Database, actor: Actor) -> None:
    before = await event_types.create(actor, {"name": "sale"})
    for changes in ({"description": "x", "typo": 1}, {"name": None}, {"is_conversion": None}):
        with pytest.raises(InvalidInput):
            await event_types.update(actor, "sale", changes)
    assert await event_types.get(actor, "sale") == before


async def test_an_event_can_be_renamed_until_it_has_fired(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sael"})
    row = await event_types.update(actor, "sael", {"name": "sale"})
    assert row.name == "sale"
    await fire(row.id)
    with pytest.raises(Conflict) as error:
        await event_types.update(actor, "sale", {"name": "sold"})
    assert set(error.value.fields) == {"name"}
    assert (await event_types.update(actor, "sale", {"name": "sale"})).name == "sale"


async def test_a_new_name_that_is_taken_is_a_conflict(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    await event_types.create(actor, {"name": "qualified"})
    with pytest.raises(Conflict) as error:
        await event_types.update(actor, "qualified", {"name": "sale"})
    assert error.value.code == "name_taken"


async def test_an_archived_event_is_hidden_kept_and_can_come_back(
    db: Database, actor: Actor, clock: FrozenClock
) -> None:
    await event_types.create(actor, {"name": "sale"})
    archived = await event_types.archive(actor, "sale", clock=clock)
    assert archived.archived_at == START
    assert await event_types.archive(actor, "sale") == archived
    assert (await event_types.list_page(actor, PageRequest())).items == []
    listed = await event_types.list_page(actor, PageRequest(), archived=True)
    assert listed.items == [archived]
    restored = await event_types.restore(actor, "sale")
    assert restored.archived_at is None
    assert restored.version == 3
    assert (await event_types.list_page(actor, PageRequest())).items == [restored]


async def test_the_list_is_in_the_order_of_names_and_pages_lead_there_and_back(
    db: Database, actor: Actor
) -> None:
    names = ["a", "a_b", "ab", "a1", "b", "c_", "c0"]
    for name in names:
        await event_types.create(actor, {"name": name})
    first = await event_types.list_page(actor, PageRequest(limit=3))
    assert first.previous_cursor is None
    assert first.next_cursor is not None
    second = await event_types.list_page(actor, PageRequest(limit=3, cursor=first.next_cursor))
    assert second.next_cursor is not None
    third = await event_types.list_page(actor, PageRequest(limit=3, cursor=second.next_cursor))
    assert third.next_cursor is None
    seen = [row.name for page in (first, second, third) for row in page.items]
    assert seen == sorted(names)
    assert third.previous_cursor is not None
    back = await event_types.list_page(actor, PageRequest(limit=3, cursor=third.previous_cursor))
    assert back.items == second.items
    assert back.previous_cursor is not None
    start = await event_types.list_page(actor, PageRequest(limit=3, cursor=back.previous_cursor))
    assert start.items == first.items
    assert start.previous_cursor is None


@pytest.mark.parametrize("q", ["KÖL", "köl", "sal"])
async def test_the_list_can_be_searched_whatever_the_case(
    db: Database, actor: Actor, q: str
) -> None:
    await event_types.create(actor, {"name": "sale", "description": "Kölner Verkauf"})
    await event_types.create(actor, {"name": "other"})
    found = await event_types.list_page(actor, PageRequest(), q=q)
    assert [row.name for row in found.items] == ["sale"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "WyJhIl0", "WyJhZnRlciIsICJhXHUwMDAwIl0", pytest.param("W1tb" * 1_000, id="nested")],
)
async def test_a_foreign_cursor_is_refused(db: Database, actor: Actor, cursor: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await event_types.list_page(actor, PageRequest(cursor=cursor))
    assert set(error.value.fields) == {"cursor"}


async def test_a_clone_is_equal_but_for_its_name(db: Database, actor: Actor) -> None:
    original = await event_types.create(
        actor, {"name": "sale", "is_conversion": True, "multi_trigger": True, "description": "x"}
    )
    copy = await event_types.clone(actor, "sale")
    assert copy.id != original.id
    assert (copy.name, copy.version) == ("sale_copy", 1)
    assert (copy.is_conversion, copy.multi_trigger, copy.description) == (True, True, "x")
    assert (await event_types.clone(actor, "sale")).name == "sale_copy_2"
    assert (await event_types.clone(actor, "sale", new_name="sold")).name == "sold"


async def test_a_clone_of_the_longest_name_still_fits(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "x" * 64})
    assert (await event_types.clone(actor, "x" * 64)).name == "x" * 59 + "_copy"


async def test_a_clone_needs_a_valid_free_name(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    with pytest.raises(Conflict):
        await event_types.clone(actor, "sale", new_name="sale")
    with pytest.raises(InvalidInput):
        await event_types.clone(actor, "sale", new_name="Sale!")


async def test_a_viewer_reads_and_changes_nothing(
    db: Database, actor: Actor, viewer: Actor
) -> None:
    await event_types.create(actor, {"name": "sale"})
    assert (await event_types.get(viewer, "sale")).name == "sale"
    for attempt in (
        event_types.create(viewer, {"name": "other"}),
        event_types.update(viewer, "sale", {"description": "x"}),
        event_types.archive(viewer, "sale"),
        event_types.restore(viewer, "sale"),
        event_types.clone(viewer, "sale"),
    ):
        with pytest.raises(NotAllowed):
            await attempt
