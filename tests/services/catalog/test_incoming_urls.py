"""Incoming URLs: each with a key of its own, a partner's dialect, and an end."""

import asyncio

import pytest
from sqlalchemy import select

from models import ApiKey
from services import database
from services.accounts import keys
from services.actor import Actor, Right
from services.catalog import cache, campaigns, event_types, incoming_urls
from services.catalog.incoming_urls import IncomingUrlRow
from services.database import Database, close_database, open_database
from services.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StaleVersion,
)
from services.paging import PageRequest
from tests.conftest import MakeSettings
from tests.factories import FrozenClock

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
async def definitions(db: Database, actor: Actor) -> None:
    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    await event_types.create(actor, {"name": "sale"})


async def make(actor: Actor, **more: object) -> IncomingUrlRow:
    return await incoming_urls.create(actor, {"name": "Network", **more})


async def refused(actor: Actor, **more: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        await make(actor, **more)
    return error.value.fields


async def test_a_new_url_has_a_key_that_may_only_call_in(actor: Actor) -> None:
    row = await make(actor, campaign="auto", event="sale")
    assert row.id.startswith("in_")
    assert row.key.startswith(row.key_prefix)
    assert (row.campaign, row.event, row.version) == ("auto", "sale", 1)
    assert (row.parameters, row.words, row.last_used_at) == ((), (), None)
    caller = await keys.actor_of_key(row.key)
    assert (caller.id, caller.name, caller.rights) == (
        row.api_key_id,
        "Network",
        {Right.INCOMING},
    )
    used = await incoming_urls.get(actor, row.id)
    assert used.key == row.key
    assert used.last_used_at is not None


async def test_the_hot_path_knows_what_is_fixed_and_how_the_partner_speaks(actor: Actor) -> None:
    row = await make(
        actor,
        event="sale",
        parameters={"transaction_id": "txid", "fields.policy_no": "custom[1]"},
        words={"event": {"1": "sale"}, "conversion_status": {"2": "approved"}},
    )
    assert row.parameters == (("transaction_id", "txid"), ("fields.policy_no", "custom[1]"))
    assert row.words == (("event", "1", "sale"), ("conversion_status", "2", "approved"))
    dialect = (await database.read(cache.definitions)).dialects_by_key_id[row.api_key_id]
    assert (dialect.id, dialect.campaign_id) == (row.id, None)
    assert dialect.event_type_id == (await event_types.get(actor, "sale")).id
    assert dict(dialect.parameters) == dict(row.parameters)
    assert dialect.words["conversion_status"] == {"2": "approved"}


@pytest.mark.parametrize(
    ("given", "field", "hint"),
    [
        ({"name": " "}, "name", "Give a name"),
        ({"name": "x" * 101}, "name", "100"),
        ({"campaign": "none"}, "campaign", "“none”"),
        ({"event": "none"}, "event", "“none”"),
        ({"parameters": {"txid": "a"}}, "parameters", "“txid”"),
        ({"parameters": {"fields": "a"}}, "parameters", "“fields”"),
        ({"parameters": {"fields.Policy": "a"}}, "parameters", "“fields.Policy”"),
        ({"parameters": {"amount": ""}}, "parameters", "1 to 64"),
        ({"parameters": {"amount": "x" * 65}}, "parameters", "1 to 64"),
        ({"parameters": {"amount": "pay out"}}, "parameters", "“pay out”"),
        ({"parameters": {"amount": "return"}}, "parameters", "“return”"),
        ({"parameters": {"amount": "test"}}, "parameters", "“test”"),
        ({"parameters": {"amount": "p", "order_id": "p"}}, "parameters", "amount and order_id"),
        ({"words": {"amount": {"1": "2"}}}, "words", "“amount”"),
        ({"words": {"event": {"1": "none"}}}, "words", "“none”"),
        ({"words": {"event": {" ": "sale"}}}, "words", "1 to 255"),
        ({"words": {"conversion_status": {"2": "good"}}}, "words", "approved"),
        ({"words": {"event": {str(n): "sale" for n in range(101)}}}, "words", "100"),
        ({"placeholders": {"txid": "{a}"}}, "placeholders", "“txid”"),
        ({"placeholders": {"amount": "x" * 301}}, "placeholders.amount", "300"),
        ({"placeholders": {"amount": "a\nb"}}, "placeholders.amount", "one line"),
        ({"returns": "x" * 101}, "returns", "100"),
        ({"campain": "auto"}, "campain", "no field"),
    ],
)
async def test_each_wrong_field_gets_its_own_sentence(
    actor: Actor, given: dict[str, object], field: str, hint: str
) -> None:
    problems = await refused(actor, **given)
    assert set(problems) == {field}
    assert hint in problems[field]


async def test_the_url_that_the_partner_was_given_is_kept(actor: Actor) -> None:
    placeholders = {"transaction_id": "#clickid#", "fields.policy_no": '[tag:"é"]', "amount": ""}
    row = await make(actor, placeholders=placeholders, returns="OK")
    assert (dict(row.placeholders), row.returns) == (placeholders, "OK")
    changed = await incoming_urls.update(actor, row.id, {"name": "Other"})
    assert (dict(changed.placeholders), changed.returns) == (placeholders, "OK")


async def test_the_given_fields_change_and_the_key_stays(actor: Actor) -> None:
    row = await make(actor, campaign="auto", parameters={"amount": "payout"})
    await keys.actor_of_key(row.key)
    changed = await incoming_urls.update(
        actor, row.id, {"name": "Other", "campaign": None}, if_match=1
    )
    assert (changed.name, changed.campaign, changed.version) == ("Other", None, 2)
    assert (changed.key, changed.parameters) == (row.key, row.parameters)
    assert (await keys.actor_of_key(row.key)).name == "Other"
    with pytest.raises(StaleVersion):
        await incoming_urls.update(actor, row.id, {"name": "Mine"}, if_match=1)


async def test_of_simultaneous_changes_of_one_version_one_wins(actor: Actor) -> None:
    row = await make(actor)
    results = await asyncio.gather(
        *(
            incoming_urls.update(actor, row.id, {"name": f"N{number}"}, if_match=1)
            for number in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 3


async def test_a_new_key_ends_the_old_one_at_once(actor: Actor, clock: FrozenClock) -> None:
    row = await make(actor)
    await keys.actor_of_key(row.key, clock=clock)
    renewed = await incoming_urls.new_key(actor, row.id, clock=clock)
    assert renewed.key != row.key
    assert renewed.key.startswith(renewed.key_prefix)
    assert (renewed.version, renewed.last_used_at) == (2, clock.now)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(row.key, clock=clock)
    caller = await keys.actor_of_key(renewed.key, clock=clock)
    assert caller.id == row.api_key_id  # its earlier calls stay its own
    dialects = (await database.read(cache.definitions)).dialects_by_key_id
    assert set(dialects) == {caller.id}


async def test_an_archived_url_is_kept_and_its_key_works_no_more(
    actor: Actor, clock: FrozenClock
) -> None:
    row = await make(actor)
    await keys.actor_of_key(row.key, clock=clock)
    archived = await incoming_urls.archive(actor, row.id, clock=clock)
    assert archived.archived_at == clock.now
    assert archived.key == ""
    clock.move(hours=1)
    assert await incoming_urls.archive(actor, row.id, clock=clock) == archived
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(row.key, clock=clock)
    assert not (await database.read(cache.definitions)).dialects_by_key_id
    assert (await incoming_urls.list_page(actor, PageRequest())).items == []
    assert (await incoming_urls.list_page(actor, PageRequest(), archived=True)).items == [archived]
    for attempt in (
        incoming_urls.update(actor, row.id, {"name": "x"}),
        incoming_urls.new_key(actor, row.id),
    ):
        with pytest.raises(Conflict):
            await attempt


async def test_they_are_listed_by_name_and_names_may_be_alike(actor: Actor) -> None:
    for name in ("B", "A", "B", "A b"):
        await make(actor, name=name)
    first = await incoming_urls.list_page(actor, PageRequest(limit=2))
    assert first.next_cursor is not None
    second = await incoming_urls.list_page(actor, PageRequest(limit=2, cursor=first.next_cursor))
    assert [row.name for row in (*first.items, *second.items)] == ["A", "A b", "B", "B"]
    assert second.items[0].id < second.items[1].id
    assert second.previous_cursor is not None
    back = await incoming_urls.list_page(actor, PageRequest(limit=2, cursor=second.previous_cursor))
    assert back.items == first.items
    found = await incoming_urls.list_page(actor, PageRequest(), q="a B")
    assert [row.name for row in found.items] == ["A b"]


async def test_who_may_not_edit_sees_no_key(actor: Actor, viewer: Actor) -> None:
    row = await make(actor)
    assert (await incoming_urls.get(viewer, row.id)).key == ""
    assert [each.key for each in (await incoming_urls.list_page(viewer, PageRequest())).items] == [
        ""
    ]
    for attempt in (
        make(viewer),
        incoming_urls.update(viewer, row.id, {"name": "x"}),
        incoming_urls.new_key(viewer, row.id),
        incoming_urls.archive(viewer, row.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_a_key_that_cannot_be_read_any_more_still_works(
    actor: Actor, make_settings: MakeSettings
) -> None:
    row = await make(actor)
    close_database()
    open_database(make_settings(secret_key="another key for tests"))
    assert (await incoming_urls.get(actor, row.id)).key == ""
    assert (await keys.actor_of_key(row.key)).id == row.api_key_id
    assert (await incoming_urls.new_key(actor, row.id)).key.startswith("al_")


async def test_a_partners_word_follows_an_event_that_gets_another_name(actor: Actor) -> None:
    await event_types.create(actor, {"name": "lost"})
    words = {"event": {"1": "sale", "2": "lost"}, "conversion_status": {"2": "approved"}}
    row = await make(actor, words=words)
    other = await make(actor, words={"event": {"2": "lost"}})
    await event_types.update(actor, "sale", {"name": "sold"})
    changed = await incoming_urls.get(actor, row.id)
    assert changed.words == (
        ("event", "1", "sold"),
        ("event", "2", "lost"),
        ("conversion_status", "2", "approved"),
    )
    assert changed.version == 2
    assert await incoming_urls.get(actor, other.id) == other
    assert (await incoming_urls.update(actor, row.id, {"name": "New"})).version == 3


@pytest.mark.parametrize("url_id", ["in_none", "", "\x00", "In"])
async def test_an_unknown_id_is_not_found(actor: Actor, url_id: str) -> None:
    for attempt in (
        incoming_urls.get(actor, url_id),
        incoming_urls.update(actor, url_id, {}),
        incoming_urls.new_key(actor, url_id),
        incoming_urls.archive(actor, url_id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_refused_url_leaves_no_key_behind(actor: Actor) -> None:
    await refused(actor, event="none")
    assert await database.read(lambda session: session.scalars(select(ApiKey)).all()) == []
