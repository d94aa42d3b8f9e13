"""Leads: capture, change, and what is refused, on both databases."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from models.words import LeadSource
from services.actor import Actor
from services.catalog import campaigns
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from services.intake import leads
from services.intake.leads import LeadRow
from services.moments import read_moment
from tests.factories import START, FrozenClock
from tests.world import rows


@pytest.fixture
async def campaign(db: Database, actor: Actor) -> str:
    await campaigns.create(actor, {"key": "auto-us", "name": "Auto US"})
    return "auto-us"


async def make(actor: Actor, **data: object) -> LeadRow:
    return (await leads.create(actor, {"campaign": "auto-us", **data})).lead


async def refused(actor: Actor, data: Mapping[str, object]) -> dict[str, str]:
    from models import Lead

    with pytest.raises(InvalidInput) as error:
        await leads.create(actor, {"campaign": "auto-us", **data})
    assert await rows(Lead) == []
    return error.value.fields


async def test_everything_that_was_captured_comes_back(
    campaign: str, actor: Actor, clock: FrozenClock
) -> None:
    subs = {f"sub{number}": f"s{number}" for number in range(1, 11)}
    created = await leads.create(
        actor,
        {
            "campaign": campaign,
            "transaction_id": " t 1&x=ü ",
            "external_click_id": "clk-1",
            "email": "a+b@ü.de",
            "phone": "+49 30 555-0199",
            "first_name": 'O"Neil\\ {event_name}',
            "last_name": "Åkerström",
            "fields": {"age": 41, "home_owner": True, "note": "x"},
            "submitted_at": "2026-02-01T10:00:00+02:00",
            **subs,
        },
        source=LeadSource.MANUAL,
        clock=clock,
    )
    assert (created.is_new, created.differs) == (True, ())
    row = created.lead
    assert row.id.startswith("ld_")
    assert (row.campaign, row.campaign_name) == (campaign, "Auto US")
    assert (row.transaction_id, row.external_click_id) == (" t 1&x=ü ", "clk-1")
    assert (row.email, row.phone) == ("a+b@ü.de", "+49 30 555-0199")
    assert (row.first_name, row.last_name) == ('O"Neil\\ {event_name}', "Åkerström")
    assert row.full_name == 'O"Neil\\ {event_name} Åkerström'
    assert row.subs == tuple(subs.values())
    assert row.fields == (("age", "41"), ("home_owner", "true"), ("note", "x"))
    assert (row.source, row.created_at, row.version) == (LeadSource.MANUAL, START, 1)
    assert row.submitted_at == read_moment("2026-02-01T08:00:00Z")
    assert await leads.get(actor, row.id) == row


async def test_a_lead_without_a_transaction_id_gets_one(campaign: str, actor: Actor) -> None:
    first, second = await make(actor), await make(actor)
    assert first.transaction_id.startswith("tx_")
    assert first.transaction_id != second.transaction_id
    assert first.submitted_at == first.created_at


async def test_the_same_transaction_id_gives_the_first_lead_back_unchanged(
    campaign: str, actor: Actor
) -> None:
    details = {"email": "ann@example.com", "first_name": "Ann", "fields": {"age": 41}}
    first = await make(actor, transaction_id="t-1", **details)
    same = await leads.create(
        actor, {"campaign": campaign, "transaction_id": "t-1", **details, "sub1": None}
    )
    assert (same.lead, same.is_new, same.differs) == (first, False, ())
    other = await leads.create(
        actor,
        {
            "campaign": campaign,
            "transaction_id": "t-1",
            "email": "bob@example.com",
            "first_name": "Ann",
            "sub3": "new",
            "fields": {"age": 42},
        },
    )
    assert (other.lead, other.is_new) == (first, False)
    assert other.differs == ("email", "sub3", "fields")
    assert await leads.get(actor, first.id) == first


async def test_the_same_transaction_id_may_stand_in_another_campaign(
    campaign: str, actor: Actor
) -> None:
    await campaigns.create(actor, {"key": "solar-de", "name": "Solar DE"})
    first = await make(actor, transaction_id="t-1")
    other = await leads.create(actor, {"campaign": "solar-de", "transaction_id": "t-1"})
    assert other.is_new
    assert other.lead.id != first.id


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"email": "nobody"}, "email", "Give an e-mail address such as jane@example.com."),
        ({"email": 5}, "email", "Give text."),
        ({"phone": "call me"}, "phone", "Give a phone number such as +1 415 555 0132."),
        ({"phone": "123"}, "phone", "Give a phone number such as +1 415 555 0132."),
        ({"first_name": "x" * 101}, "first_name", "at most 100 characters; there are 101"),
        ({"last_name": "a\nb"}, "last_name", "Write this on one line."),
        ({"sub10": "x" * 256}, "sub10", "at most 255 characters"),
        ({"sub11": "x"}, "sub11", "There is no field of this name."),
        ({"external_click_id": "x" * 256}, "external_click_id", "at most 255"),
        ({"transaction_id": ""}, "transaction_id", "Give a value, or leave the field out."),
        ({"transaction_id": "x" * 256}, "transaction_id", "at most 255"),
        ({"transaction_id": "a\x00b"}, "transaction_id", "control character U+0000"),
        ({"submitted_at": "2026-01-31T12:00:00"}, "submitted_at", "with its offset"),
        ({"affiliate": "north"}, "affiliate", "There is no affiliate “north”."),
        ({"campaign": "none"}, "campaign", "There is no campaign “none”."),
        ({"fields": [1]}, "fields", "Give an object of names and values."),
        ({"fields": {"Age": 1}}, "fields", "“Age” cannot be a field's name"),
        ({"fields": {"a": {"b": 1}}}, "fields", "must be text, a number, true or false"),
        ({"fields": {"a": "x" * 1001}}, "fields", "“a” may have at most 1,000 characters."),
        ({"fields": {f"f{n}": 1 for n in range(101)}}, "fields", "Give at most 100 fields."),
        ({"fields": {"a": float("nan")}}, "fields.a", "NaN and Infinity are none"),
    ],
)
async def test_a_wrong_field_is_refused_with_a_sentence_of_its_own(
    campaign: str, actor: Actor, data: dict[str, object], field: str, sentence: str
) -> None:
    fields = await refused(actor, data)
    assert list(fields) == [field]
    assert sentence in fields[field]


async def test_every_wrong_field_is_named_at_once(campaign: str, actor: Actor) -> None:
    fields = await refused(actor, {"email": "x", "phone": "y", "nonsense": 1})
    assert set(fields) == {"email", "phone", "nonsense"}


async def test_the_campaign_must_be_named_and_alive(campaign: str, actor: Actor) -> None:
    with pytest.raises(InvalidInput) as error:
        await leads.create(actor, {})
    assert error.value.fields == {"campaign": "Name the lead's campaign."}
    await campaigns.archive(actor, campaign)
    assert "is archived" in (await refused(actor, {}))["campaign"]


async def test_names_that_grow_in_lower_case_are_kept(campaign: str, actor: Actor) -> None:
    """In lower case İ is two characters, so the text that is searched outgrows its column."""
    row = await make(actor, first_name="İ" * 100, last_name="İ" * 100)
    assert row.last_name == "İ" * 100


async def test_a_change_touches_what_it_names_and_raises_the_version(
    campaign: str, actor: Actor, clock: FrozenClock
) -> None:
    row = await make(actor, email="ann@example.com", first_name="Ann", sub1="a")
    changed = await leads.update_details(
        actor, row.id, {"email": "new@example.com", "sub1": None}, if_match=1, clock=clock
    )
    assert (changed.email, changed.first_name, changed.subs[0]) == ("new@example.com", "Ann", None)
    assert (changed.version, changed.created_at) == (2, row.created_at)
    assert await leads.get(actor, row.id) == changed


async def test_an_old_version_changes_nothing(campaign: str, actor: Actor) -> None:
    row = await make(actor, first_name="Ann")
    await leads.update_details(actor, row.id, {"first_name": "Bea"})
    with pytest.raises(StaleVersion) as error:
        await leads.update_details(actor, row.id, {"first_name": "Cleo"}, if_match=1)
    assert (error.value.yours, error.value.current) == (1, 2)
    assert (await leads.get(actor, row.id)).first_name == "Bea"


async def test_a_number_of_a_free_field_is_kept_in_plain_notation(
    campaign: str, actor: Actor
) -> None:
    row = await make(actor, fields={"rate": Decimal("0.0000005"), "price": Decimal("0.10")})
    assert row.fields == (("rate", "0.0000005"), ("price", "0.10"))


async def test_free_fields_are_merged_and_a_null_removes_one(campaign: str, actor: Actor) -> None:
    row = await make(actor, fields={"a": "1", "b": "2", "c": None})
    assert row.fields == (("a", "1"), ("b", "2"))
    changed = await leads.update_details(actor, row.id, {"fields": {"b": None, "d": 4}})
    assert changed.fields == (("a", "1"), ("d", "4"))
    untouched = await leads.update_details(actor, row.id, {"fields": {}})
    assert untouched.fields == changed.fields


async def test_free_fields_do_not_outgrow_their_limit_by_changes(
    campaign: str, actor: Actor
) -> None:
    row = await make(actor, fields={f"f{number}": "x" for number in range(100)})
    with pytest.raises(InvalidInput) as error:
        await leads.update_details(actor, row.id, {"fields": {"more": "x"}})
    assert error.value.fields == {"fields": "Give at most 100 fields."}
    swapped = await leads.update_details(actor, row.id, {"fields": {"more": "x", "f0": None}})
    assert len(swapped.fields) == 100


@pytest.mark.parametrize("field", ["campaign", "transaction_id", "submitted_at", "id"])
async def test_what_identifies_a_lead_never_changes(
    campaign: str, actor: Actor, field: str
) -> None:
    row = await make(actor)
    with pytest.raises(InvalidInput) as error:
        await leads.update_details(actor, row.id, {field: "x"})
    assert error.value.fields == {field: "There is no field of this name."}


@pytest.mark.parametrize("lead_id", ["ld_none", "", "ld_\x00", "\ud800", "x" * 1000])
async def test_an_unknown_id_is_not_found(campaign: str, actor: Actor, lead_id: str) -> None:
    with pytest.raises(NotFound):
        await leads.get(actor, lead_id)
    with pytest.raises(NotFound):
        await leads.update_details(actor, lead_id, {"first_name": "Ann"})


async def test_who_may_only_read_captures_and_changes_nothing(
    campaign: str, actor: Actor, viewer: Actor
) -> None:
    row = await make(actor)
    with pytest.raises(NotAllowed):
        await leads.create(viewer, {"campaign": campaign})
    with pytest.raises(NotAllowed):
        await leads.update_details(viewer, row.id, {"first_name": "Ann"})
    assert await leads.get(viewer, row.id) == row
