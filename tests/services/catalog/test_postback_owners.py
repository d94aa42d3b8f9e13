"""Postbacks of campaigns and affiliates: whose they are, what may filter them, what they know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from models.words import ConversionStatus, PostbackLevel
from services.actor import Actor
from services.catalog import affiliates, campaigns, custom_fields, event_types, postbacks
from services.catalog.postbacks import Owner, PostbackRow
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from tests.factories import public_addresses

URL = "https://partner.example/postback?tid={transaction_id}"
SALE = Owner(PostbackLevel.EVENT, "sale")
AUTO = Owner(PostbackLevel.CAMPAIGN, "auto")
HOME = Owner(PostbackLevel.CAMPAIGN, "home")
NORTH = Owner(PostbackLevel.AFFILIATE, "north")
SOUTH = Owner(PostbackLevel.AFFILIATE, "south")
EVERY_OWNER = [SALE, AUTO, NORTH]


@pytest.fixture(autouse=True)
async def owners(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})
    for key in ("auto", "home"):
        await campaigns.create(actor, {"key": key, "name": key.title()})
    for key in ("north", "south"):
        await affiliates.create(actor, {"key": key, "name": key.title()})


async def make(actor: Actor, owner: Owner, data: Mapping[str, object] | None = None) -> PostbackRow:
    given = {"url": URL, **(data or {})}
    return await postbacks.create(actor, owner, given, resolver=public_addresses)


async def change(actor: Actor, row: PostbackRow, **changes: object) -> PostbackRow:
    return await postbacks.update(actor, row.id, changes, resolver=public_addresses)


async def test_each_owner_lists_its_own_postbacks_and_no_others(actor: Actor) -> None:
    made = {
        owner: await make(actor, owner, filters)
        for owner, filters in (
            (SALE, {"campaign": "auto", "affiliate": "north"}),
            (AUTO, {"affiliate": "north"}),
            (NORTH, {"campaign": "auto"}),
            (HOME, {}),
            (SOUTH, {}),
        )
    }
    for owner, row in made.items():
        assert row.owner == owner
        assert await postbacks.list_for(actor, owner) == [row]
        assert await postbacks.get(actor, row.id) == row
    assert [(row.event, row.campaign, row.affiliate) for row in made.values()] == [
        ("sale", "auto", "north"),
        (None, "auto", "north"),
        (None, "auto", "north"),
        (None, "home", None),
        (None, None, "south"),
    ]


@pytest.mark.parametrize(
    "whose",
    [
        Owner(PostbackLevel.EVENT, "auto"),
        Owner(PostbackLevel.CAMPAIGN, "sale"),
        Owner(PostbackLevel.AFFILIATE, "auto"),
        Owner(PostbackLevel.AFFILIATE, ""),
    ],
)
async def test_an_owner_that_does_not_exist_is_not_found(actor: Actor, whose: Owner) -> None:
    for attempt in (
        make(actor, whose),
        postbacks.list_for(actor, whose),
        postbacks.check({"url": URL}, owner=whose, resolve=False),
        postbacks.firing_together(actor, whose),
    ):
        with pytest.raises(NotFound, match=whose.level):
            await attempt


@pytest.mark.parametrize("whose", EVERY_OWNER)
async def test_who_may_only_read_adds_no_postback_to_anybody(viewer: Actor, whose: Owner) -> None:
    with pytest.raises(NotAllowed):
        await make(viewer, whose)
    assert await postbacks.list_for(viewer, whose) == []


@pytest.mark.parametrize(("whose", "other"), [(AUTO, "home"), (NORTH, "south")])
async def test_the_owner_s_own_filter_is_fixed_for_good(
    actor: Actor, whose: Owner, other: str
) -> None:
    own = whose.level.value
    with pytest.raises(InvalidInput) as error:
        await make(actor, whose, {own: other})
    assert set(error.value.fields) == {own}
    assert f"belongs to the {own} “{whose.key}”" in error.value.fields[own]
    row = await make(actor, whose, {own: whose.key})
    assert row == await make_equal(actor, row, {own: None})
    with pytest.raises(InvalidInput):
        await change(actor, row, **{own: other})
    assert (await change(actor, row, **{own: None})).owner == whose
    assert [each.owner for each in await postbacks.list_for(actor, whose)] == [whose, whose]
    assert await postbacks.list_for(actor, Owner(whose.level, other)) == []


async def make_equal(actor: Actor, row: PostbackRow, data: dict[str, object]) -> PostbackRow:
    """Make a postback of the same owner and return it under the id and times of the first."""
    made = await make(actor, row.owner, data)
    return replace(made, id=row.id, created_at=row.created_at, updated_at=row.updated_at)


@pytest.mark.parametrize("whose", EVERY_OWNER)
async def test_the_other_filters_may_change_and_go(actor: Actor, whose: Owner) -> None:
    filters = {"campaign": "auto", "affiliate": "north"}
    filters.pop(whose.level.value, None)
    row = await make(actor, whose)
    for value in (filters, dict.fromkeys(filters)):
        row = await change(actor, row, **value)
        assert {name: getattr(row, name) for name in filters} == value
        assert row.owner == whose


@pytest.mark.parametrize("whose", EVERY_OWNER)
async def test_a_level_is_no_field_and_never_changes(actor: Actor, whose: Owner) -> None:
    row = await make(actor, whose)
    for name in ("level", "event"):
        with pytest.raises(InvalidInput) as error:
            await change(actor, row, **{name: "campaign"})
        assert error.value.fields == {name: "There is no field of this name."}
    assert await postbacks.get(actor, row.id) == row


@pytest.mark.parametrize("name", ["campaign", "affiliate"])
async def test_an_unknown_filter_is_refused_beside_its_field(actor: Actor, name: str) -> None:
    for attempt in (
        make(actor, SALE, {name: "nobody"}),
        postbacks.firing_together(actor, SALE, **{name: "nobody"}),
    ):
        with pytest.raises(InvalidInput) as error:
            await attempt
        assert error.value.fields == {name: f"There is no {name} with the key “nobody”."}


async def test_statuses_are_kept_once_each_in_one_order(actor: Actor) -> None:
    row = await make(actor, AUTO)
    assert row.on_conversion_status == ()
    row = await change(actor, row, on_conversion_status=["reversed", "approved", "reversed"])
    assert row.on_conversion_status == (ConversionStatus.APPROVED, ConversionStatus.REVERSED)
    assert await postbacks.get(actor, row.id) == row
    assert (
        await change(actor, row, enabled=False)
    ).on_conversion_status == row.on_conversion_status
    assert (await change(actor, row, on_conversion_status=[])).on_conversion_status == ()


@pytest.mark.parametrize("given", [["paid"], "approved", [1], None, [["approved"]]])
async def test_what_is_no_list_of_statuses_is_refused(actor: Actor, given: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        await make(actor, SALE, {"on_conversion_status": given})
    assert set(error.value.fields) == {"on_conversion_status"}


async def test_two_people_at_one_campaign_s_postback_are_told_of_each_other(actor: Actor) -> None:
    row = await make(actor, AUTO)
    await change(actor, row, affiliate="north")
    with pytest.raises(StaleVersion):
        await postbacks.update(
            actor, row.id, {"affiliate": "south"}, if_match=row.version, resolver=public_addresses
        )
    assert (await postbacks.get(actor, row.id)).affiliate == "north"


async def test_a_clone_of_the_event_keeps_filters_and_statuses(actor: Actor) -> None:
    await make(actor, SALE, {"affiliate": "north", "on_conversion_status": ["reversed"]})
    await event_types.clone(actor, "sale", new_name="sold")
    (copy,) = await postbacks.list_for(actor, Owner(PostbackLevel.EVENT, "sold"))
    assert (copy.affiliate, copy.on_conversion_status) == ("north", (ConversionStatus.REVERSED,))


@pytest.mark.parametrize(
    ("whose", "filters", "warns"),
    [
        (SALE, {}, False),
        (SALE, {"campaign": "auto"}, False),
        (SALE, {"campaign": "home"}, True),
        (Owner(PostbackLevel.EVENT, "refund"), {}, True),
        (AUTO, {}, False),
        (HOME, {}, True),
        (NORTH, {}, False),
        (NORTH, {"campaign": "home"}, True),
    ],
)
async def test_a_custom_field_is_warned_of_where_no_event_has_it(
    actor: Actor, whose: Owner, filters: dict[str, object], warns: bool
) -> None:
    await event_types.create(actor, {"name": "refund"})
    await custom_fields.create(actor, "auto", "sale", {"name": "policy_no", "type": "text"})
    row = await make(actor, whose, {"url": URL + "&p={field:policy_no}", **filters})
    assert [text for text in row.warnings if "policy_no" in text] == list(row.warnings)
    assert bool(row.warnings) is warns
    assert await postbacks.get(actor, row.id) == row


async def test_a_warning_goes_when_the_field_comes_and_returns_with_the_archive(
    actor: Actor,
) -> None:
    row = await make(actor, AUTO, {"url": URL + "&p={field:policy_no}"})
    assert len(row.warnings) == 1
    await custom_fields.create(actor, "auto", "sale", {"name": "policy_no", "type": "text"})
    assert (await postbacks.get(actor, row.id)).warnings == ()
    await campaigns.archive(actor, "auto")
    assert (await postbacks.get(actor, row.id)).warnings == row.warnings


async def test_the_macros_of_the_affiliate_are_known_everywhere(actor: Actor) -> None:
    url = URL + "&a={affiliate_id}&n={affiliate_name}&c={external_click_id}&s={sub10}"
    for owner in EVERY_OWNER:
        assert (await make(actor, owner, {"url": url})).warnings == ()
