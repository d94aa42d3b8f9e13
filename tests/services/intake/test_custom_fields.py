"""Custom fields: refused by name in every way in, kept as received, shown as macros."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from models.words import KeyScope, Method, Source, Verdict
from services.actor import SYSTEM, Actor
from services.catalog import campaigns, custom_fields
from services.database import Database
from services.errors import InvalidInput
from services.field_values import as_text
from services.intake import incoming, triggering
from services.intake.contract import Answer, Recorded, Refused
from services.intake.recording import record_batch, record_event
from tests.factories import program
from tests.world import World, deliveries, events, make_world, submissions

FIELDS = (
    {"name": "policy_no", "type": "text", "required": True},
    {"name": "price", "type": "number"},
    {"name": "due", "type": "date"},
)
PLAIN = {"event": "sale", "transaction_id": "t-1"}
RIGHT = {"policy_no": "P-7"}
LONG = "x" * 100_000

Way = Callable[[Mapping[str, Any], Mapping[str, str]], Awaitable[Answer]]


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world()
    for field in FIELDS:
        await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    return world


async def by_api(payload: Mapping[str, Any], fields: Mapping[str, str]) -> Answer:
    raw = json.dumps({**payload, "fields": fields}).encode()
    return await record_event(SYSTEM, raw, source=Source.API)


async def by_url(payload: Mapping[str, Any], fields: Mapping[str, str]) -> Answer:
    query = urlencode({**payload, **fields}).encode()
    request = incoming.read_request(query=query, body=b"", content_type="")
    found = await incoming.record_incoming(
        program(KeyScope.INCOMING), parameters=request.parameters, raw=request.raw
    )
    assert found.ignored == ()
    return found.answer


async def by_hand(payload: Mapping[str, Any], fields: Mapping[str, str]) -> Answer:
    return await record_event(SYSTEM, {**payload, "fields": fields}, source=Source.MANUAL)


async def by_batch(payload: Mapping[str, Any], fields: Mapping[str, str]) -> Answer:
    raw = json.dumps({"events": [{**payload, "fields": fields}]}, default=str).encode()
    answers = await record_batch(SYSTEM, raw, source=Source.API)
    assert isinstance(answers, list)
    (answer,) = answers
    return answer


WAYS = pytest.mark.parametrize("way", [by_api, by_url, by_hand, by_batch])


async def refused(answer: Answer, *names: str) -> Refused:
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.status) == (Verdict.INVALID_FIELD, 422)
    assert sorted(answer.fields) == sorted(names)
    assert await events() == []
    (submission,) = await submissions()
    assert submission.id == answer.submission_id
    assert (submission.verdict, submission.answer_status) == (Verdict.INVALID_FIELD, 422)
    assert submission.errors == answer.fields
    return answer


@WAYS
@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({}, "policy_no", "“policy_no” is required for the event “sale”"),
        ({**RIGHT, "price": "1,5"}, "price", "a point, no comma"),
        ({**RIGHT, "due": "31.02.2026"}, "due", "year, month and day with hyphens"),
        ({**RIGHT, "due": "2026-02-31"}, "due", "There is no 2026-02-31 in the calendar."),
        ({"policy_no": LONG}, "policy_no", "at most 1,000 characters; there are 100,000 now"),
        ({"policy_no": "a\x01b"}, "policy_no", "control character U+0001"),
        ({"policy_no": " "}, "policy_no", "Give a value."),
    ],
    ids=["missing", "comma", "german date", "no such day", "100 KB", "control", "blank"],
)
async def test_a_wrong_value_is_refused_by_its_fields_name_in_every_way_in(
    world: World, way: Way, fields: dict[str, str], name: str, sentence: str
) -> None:
    await world.postback("https://p.example/")
    answer = await refused(await way(PLAIN, fields), f"fields.{name}")
    assert sentence in answer.fields[f"fields.{name}"]
    assert await deliveries() == []
    # The refusal used nothing up: the same call, now right, is recorded.
    assert isinstance(await way(PLAIN, {"policy_no": "P-7"}), Recorded)


@WAYS
async def test_every_wrong_field_is_named_at_once(world: World, way: Way) -> None:
    payload = {**PLAIN, "amount": "49,90", "currency": "usd"}
    answer = await way(payload, {"price": "1,5", "due": "31.02.2026"})
    await refused(answer, "amount", "currency", "fields.policy_no", "fields.price", "fields.due")


async def test_what_hides_what_else_is_wrong_does_not_hide_it(world: World) -> None:
    fields = {"policy_no": "a\x00", "due": "x", "other": "y"}
    payload = {**PLAIN, "order_id": "\ud800", "amout": 1, "amount": "x", "fields": fields}
    answer = await record_event(SYSTEM, payload, source=Source.API)
    assert isinstance(answer, Refused)
    assert answer.verdict is Verdict.UNKNOWN_FIELD
    own = {"order_id", "amout", "amount"}
    assert set(answer.fields) == own | {f"fields.{name}" for name in fields}
    assert "control character" in answer.fields["fields.policy_no"]


async def test_a_field_that_the_event_does_not_have_here_is_refused(world: World) -> None:
    await campaigns.create(SYSTEM, {"key": "solar-de", "name": "Solar DE"})
    world.campaign = "solar-de"
    await world.lead("t-2")
    answer = await by_api({"event": "sale", "transaction_id": "t-2"}, RIGHT)
    await refused(answer, "fields.policy_no")
    assert isinstance(await by_api({"event": "sale", "transaction_id": "t-2"}, {}), Recorded)


@WAYS
async def test_values_are_kept_as_received_in_the_order_of_the_fields(
    world: World, way: Way
) -> None:
    given = {"due": "2026-02-28", "price": "0.10", "policy_no": "Ü & {event_name} +1"}
    assert isinstance(await way(PLAIN, given), Recorded)
    (event,) = await events()
    assert list(event.fields) == ["policy_no", "price", "due"]
    assert {name: as_text(value) for name, value in event.fields.items()} == given


async def test_a_json_number_keeps_its_digits_and_is_a_number_in_a_partners_json(
    world: World,
) -> None:
    await world.postback(
        "https://p.example/?p={field:price}&n={field:policy_no}",
        method=Method.POST,
        body='{"price": {field:price}, "policy": "{field:policy_no}", "due": {field:due}}',
    )
    raw = b'{"event":"sale","transaction_id":"t-1","fields":{"policy_no":"a&b","price":12.50}}'
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    (delivery,) = await deliveries()
    assert delivery.url == "https://p.example/?p=12.50&n=a%26b"
    assert delivery.body == '{"price": 12.50, "policy": "a&b", "due": null}'


async def test_a_small_number_is_sent_and_kept_in_plain_notation(world: World) -> None:
    await world.postback("https://p.example/?p={field:price}&n={field:policy_no}")
    fields = b'{"policy_no":0.0000005,"price":5e-7}'
    raw = b'{"event":"sale","transaction_id":"t-1","fields":' + fields + b"}"
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    (event,) = await events()
    assert event.fields == {"policy_no": "0.0000005", "price": {"number": "0.0000005"}}
    (delivery,) = await deliveries()
    assert delivery.url == "https://p.example/?p=0.0000005&n=0.0000005"


async def test_removing_or_changing_a_field_changes_no_old_event(world: World) -> None:
    assert isinstance(await by_api(PLAIN, {"policy_no": "P-7", "price": "5"}), Recorded)
    await custom_fields.delete(SYSTEM, world.campaign, world.event, "policy_no")
    await custom_fields.update(SYSTEM, world.campaign, world.event, "price", {"type": "text"})
    (event,) = await events()
    assert event.fields == {"policy_no": "P-7", "price": {"number": "5"}}


async def test_the_dialog_offers_the_fields_in_their_order_and_checks_them_before_it_fires(
    world: World, actor: Actor
) -> None:
    (option,) = await triggering.options(actor, world.lead_id)
    assert [field.name for field in option.fields] == ["policy_no", "price", "due"]
    assert option.fields[0].required
    given = {"event": "sale", "amount": "1,5", "fields": {"price": "1,5"}}
    with pytest.raises(InvalidInput) as error:
        await triggering.what_it_sends(actor, world.lead_id, given)
    assert set(error.value.fields) == {"amount", "fields.policy_no", "fields.price"}
    await world.postback("https://p.example/?n={field:policy_no}")
    (line,) = await triggering.what_it_sends(
        actor, world.lead_id, {"event": "sale", "fields": RIGHT}
    )
    assert line.url == "https://p.example/?n=P-7"
