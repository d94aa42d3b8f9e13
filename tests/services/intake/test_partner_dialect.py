"""A partner's dialect: his names and words become ours, and errors speak his language."""

import pytest

from models.words import ConversionStatus, KeyScope, Verdict
from services.accounts.keys import actor_of_key, create_key
from services.actor import SYSTEM
from services.catalog import campaigns, custom_fields, event_types
from services.database import Database
from tests.services.intake.partner_calls import PLAIN, recorded, refused, url
from tests.world import World, events, make_world, submissions


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world()


# Names and words


async def test_a_partners_names_and_words_become_ours(world: World) -> None:
    await custom_fields.create(
        SYSTEM, world.campaign, world.event, {"name": "policy_no", "type": "text"}
    )
    partner = await url()
    found = await recorded(partner, "goal=1&txid=t-1&payout=12.50&state=2&policy=P-7&zone=3")
    assert found.ignored == ("zone",)
    (event,) = await events()
    assert (event.event_name, event.transaction_id, event.amount_text) == ("sale", "t-1", "12.50")
    assert event.conversion_status is ConversionStatus.REJECTED
    assert event.fields == {"policy_no": "P-7"}
    (row,) = await submissions()
    assert (row.event_name, row.actor_id) == ("sale", partner.id)


@pytest.mark.parametrize(
    ("word", "status"), [("pending", "on_hold"), ("reversed", "reversed"), ("1", "approved")]
)
async def test_a_partners_word_goes_before_ours_and_ours_is_understood(
    world: World, word: str, status: str
) -> None:
    await recorded(await url(), f"goal=sale&txid=t-1&state={word}")
    assert (await events())[0].conversion_status == status


async def test_a_field_that_a_partner_calls_otherwise_is_not_read_under_our_name(
    world: World,
) -> None:
    """His `amount` is the price of the sale, his `payout` what it is worth to us."""
    found = await recorded(await url(), "goal=1&txid=t-1&amount=999&payout=&status=rejected")
    assert found.ignored == ("amount", "status")
    (event,) = await events()
    assert (event.amount_text, event.conversion_status) == (None, ConversionStatus.APPROVED)


async def test_nor_is_a_custom_field_that_he_calls_otherwise(world: World) -> None:
    field = {"name": "policy_no", "type": "text"}
    await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    found = await recorded(await url(), "goal=1&txid=t-1&policy_no=his+own")
    assert found.ignored == ("policy_no",)
    assert (await events())[0].fields == {}


async def test_a_partners_name_may_be_another_field_of_ours(world: World) -> None:
    partner = await url(parameters={"transaction_id": "lead_id", "order_id": "transaction_id"})
    await recorded(partner, "event=sale&lead_id=t-1&transaction_id=o-1")
    (event,) = await events()
    assert (event.transaction_id, event.order_id) == ("t-1", "o-1")


async def test_an_unknown_word_is_refused_with_the_partners_parameter_and_the_words_known(
    world: World,
) -> None:
    answer = await refused(await url(), "goal=1&txid=t-1&state=9")
    assert (answer.verdict, list(answer.fields)) == (Verdict.INVALID_FIELD, ["state"])
    sentence = answer.fields["state"]
    assert "“9”" in sentence
    assert "“1”, “2”, “pending”" in sentence
    assert "“state” is our conversion_status" in sentence


@pytest.mark.parametrize(
    ("query", "verdict", "theirs", "ours"),
    [
        ("goal=7&txid=t-1", Verdict.UNKNOWN_EVENT, "goal", "event"),
        ("txid=t-1", Verdict.INVALID_FIELD, "goal", "event"),
        ("goal=1&txid=t-9", Verdict.UNKNOWN_LEAD, "txid", "transaction_id"),
        ("goal=1", Verdict.INVALID_FIELD, "txid", "transaction_id"),
        ("goal=1&txid=t-1&payout=1,5", Verdict.INVALID_FIELD, "payout", "amount"),
        ("goal=1&txid=%FC", Verdict.INVALID_FIELD, "txid", "transaction_id"),
        ("goal=1&txid=t-1", Verdict.INVALID_FIELD, "policy", "fields.policy_no"),
    ],
)
async def test_an_error_names_the_parameter_as_the_partner_calls_it_and_ours_in_the_sentence(
    world: World, query: str, verdict: Verdict, theirs: str, ours: str
) -> None:
    if theirs == "policy":
        field = {"name": "policy_no", "type": "text", "required": True}
        await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    answer = await refused(await url(), query)
    assert (answer.verdict, list(answer.fields)) == (verdict, [theirs])
    assert answer.fields[theirs].endswith(f"(“{theirs}” is our {ours}.)")


async def test_all_that_a_call_lacks_is_named_at_once(world: World) -> None:
    answer = await refused(await url(), "")
    assert (answer.verdict, set(answer.fields)) == (Verdict.INVALID_FIELD, {"goal", "txid"})


async def test_a_wrong_status_is_named_as_it_was_called(world: World) -> None:
    made = await create_key(name="Partner", scope=KeyScope.INCOMING)
    key = await actor_of_key(made.key)
    answer = await refused(key, f"{PLAIN}&status=ok")
    assert list(answer.fields) == ["status"]
    assert "Give one of these: pending, approved" in answer.fields["status"]
    assert "our conversion_status" in answer.fields["status"]


# What is fixed


async def test_a_fixed_event_is_fired_when_the_call_names_none(world: World) -> None:
    await event_types.create(SYSTEM, {"name": "other"})
    partner = await url(event="sale", words={})
    await recorded(partner, "txid=t-1")
    await recorded(partner, "txid=t-1&goal=other")
    assert sorted(row.event_name for row in await events()) == ["other", "sale"]


async def test_a_fixed_campaign_finds_its_lead_and_refuses_another_campaign(world: World) -> None:
    await campaigns.create(SYSTEM, {"key": "solar-de", "name": "Solar DE"})
    partner = await url(campaign="solar-de")
    answer = await refused(partner, "goal=1&txid=t-1&campaign=auto-us&payout=x")
    assert set(answer.fields) == {"campaign", "payout"}
    assert "for the campaign “solar-de” only" in answer.fields["campaign"]
    world.campaign = "solar-de"
    second = await world.lead("t-1")
    await recorded(partner, "goal=1&txid=t-1")
    await recorded(partner, "goal=1&txid=t-1&campaign=solar-de&test=1")
    assert {row.lead_id for row in await events()} == {second}


async def test_a_lead_of_another_campaign_is_unknown_to_a_fixed_one(world: World) -> None:
    await campaigns.create(SYSTEM, {"key": "solar-de", "name": "Solar DE"})
    answer = await refused(await url(campaign="solar-de"), f"goal=1&lead_id={world.lead_id}")
    assert answer.verdict is Verdict.UNKNOWN_LEAD
