"""The incoming URL: a partner's names and words, what is fixed for him, and every answer."""

import json
from datetime import UTC, datetime

import pytest

from models.words import ConversionStatus, DeliveryStatus, KeyScope, Role, Source, Verdict
from services.accounts.keys import actor_of_key, create_key
from services.actor import SYSTEM, Actor
from services.catalog import custom_fields, event_types
from services.database import Database
from services.intake.contract import Duplicate, Recorded, Refused
from tests.factories import person, program
from tests.services.intake.partner_calls import PLAIN, call, recorded, refused
from tests.world import World, deliveries, events, make_world, submissions


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world()


@pytest.fixture
async def key(world: World) -> Actor:
    """Return a key of scope `incoming` without a dialect, as the command line makes it."""
    made = await create_key(name="Partner", scope=KeyScope.INCOMING)
    return await actor_of_key(made.key)


# What comes in


async def test_query_form_and_json_record_the_same_event(world: World, key: Actor) -> None:
    await event_types.update(SYSTEM, world.event, {"multi_trigger": True})
    await world.postback("https://p.example/?tid={transaction_id}")
    given = {**dict(pair.split("=") for pair in PLAIN.split("&")), "amount": "49.90"}
    given |= {"currency": "USD", "order_id": "o-1", "occurred_at": "2026-01-31T12:00:00Z"}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    await recorded(key, query)
    await recorded(key, "", body=query.encode(), kind="application/x-www-form-urlencoded")
    await recorded(key, "", body=json.dumps(given).encode(), kind="application/json")
    rest = json.dumps({name: given[name] for name in given if name != "event"})
    rest = rest.replace('"49.90"', "49.90")
    await recorded(key, "event=sale", body=rest.encode())
    found = await events()
    assert len(found) == len(await deliveries()) == 4
    facts = ("source", "amount_text", "amount_micros", "currency", "order_id", "occurred_at")
    assert len({tuple(getattr(row, name) for name in facts) for row in found}) == 1
    assert (found[0].source, found[0].amount_text) == (Source.INCOMING, "49.90")
    assert found[0].delivery_status is DeliveryStatus.PENDING


async def test_the_call_is_kept_as_it_came_but_for_any_key_in_it(world: World, key: Actor) -> None:
    made = await create_key(name="Other", scope=KeyScope.WRITE)
    await recorded(key, f"{PLAIN}&x=%C3%9C+1&key={made.key}")
    (row,) = await submissions()
    assert row.body == f"{PLAIN}&x=%C3%9C+1&key=al_…"
    assert (await events())[0].payload == row.body
    assert (row.event_name, row.transaction_id, row.lead_id) == ("sale", "t-1", world.lead_id)
    assert (row.actor_id, row.actor_name) == (key.id, "Partner")


async def test_plus_percent_and_utf_8_mean_the_same_transaction(world: World, key: Actor) -> None:
    await world.lead("Jane Döe +1")
    await recorded(key, "event=sale&transaction_id=Jane+D%C3%B6e+%2B1")
    assert isinstance(
        (await call(key, "event=sale&transaction_id=Jane%20Döe%20%2b1")).answer, Duplicate
    )


@pytest.mark.parametrize("is_form", [False, True])
async def test_a_bare_plus_in_a_times_offset_is_understood(
    world: World, key: Actor, is_form: bool
) -> None:
    text = f"{PLAIN}&occurred_at=2026-01-31T12:00:00+02:00"
    await (recorded(key, "", body=text.encode()) if is_form else recorded(key, text))
    assert (await events())[0].occurred_at == datetime(2026, 1, 31, 10, tzinfo=UTC)


async def test_a_space_in_a_times_offset_in_json_stays_wrong(world: World, key: Actor) -> None:
    raw = b'{"occurred_at": "2026-01-31T12:00:00 02:00"}'
    answer = await refused(key, PLAIN, body=raw)
    assert list(answer.fields) == ["occurred_at"]


async def test_of_a_repeated_parameter_the_first_that_is_not_empty_counts(
    world: World, key: Actor
) -> None:
    found = await recorded(key, f"transaction_id=&{PLAIN}&transaction_id=t-2&amount=&amount=5")
    assert found.ignored == ()
    (event,) = await events()
    assert (event.transaction_id, event.amount_text) == ("t-1", "5")


async def test_an_empty_value_is_none(world: World, key: Actor) -> None:
    await recorded(key, f"{PLAIN}&amount=&currency=&order_id=&status=&test=&return=&lead_id=")
    (event,) = await events()
    assert (event.amount_text, event.order_id, event.is_test) == (None, None, False)


@pytest.mark.parametrize("name", ["status", "conversion_status"])
async def test_status_is_the_conversion_status(world: World, key: Actor, name: str) -> None:
    await recorded(key, f"{PLAIN}&{name}=on_hold")
    assert (await events())[0].conversion_status is ConversionStatus.ON_HOLD


async def test_a_number_of_json_may_be_an_id(world: World, key: Actor) -> None:
    await world.lead("1024")
    raw = b'{"event": "sale", "transaction_id": 1024, "order_id": 12345678901234567890}'
    await recorded(key, "", body=raw)
    assert (await events())[0].order_id == "12345678901234567890"


async def test_a_number_of_json_is_read_without_its_exponent(world: World, key: Actor) -> None:
    field = {"name": "age", "type": "number"}
    await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    raw = b'{"event":"sale","transaction_id":"t-1","age":0.0000005,"order_id":1e2,"amount":1e2}'
    await recorded(key, "", body=raw)
    (event,) = await events()
    assert event.fields == {"age": {"number": "0.0000005"}}
    assert (event.order_id, event.amount_text) == ("100", "100")


@pytest.mark.parametrize("amount", ["0", "-5.25", "49.90", "999999999999.999999"])
async def test_amount_and_currency_come_back_exactly_as_received(
    world: World, key: Actor, amount: str
) -> None:
    await recorded(key, f"{PLAIN}&amount={amount}&currency=EUR")
    (event,) = await events()
    assert (event.amount_text, event.currency) == (amount, "EUR")


async def test_a_second_call_is_a_duplicate_that_names_the_first(world: World, key: Actor) -> None:
    first = (await recorded(key, PLAIN)).answer
    assert isinstance(first, Recorded)
    found = await call(key, f"{PLAIN}&return=OK&utm=1")
    assert found.answer == Duplicate(first.event_id)
    assert (found.returns, found.ignored) == ("OK", ("utm",))
    assert [row.event_id for row in await submissions()] == [first.event_id] * 2


# Custom fields and what means nothing


async def test_custom_fields_go_by_their_own_names_and_the_rest_is_ignored(
    world: World, key: Actor
) -> None:
    for field in ({"name": "policy_no", "type": "text"}, {"name": "age", "type": "number"}):
        await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    found = await recorded(
        key, f"{PLAIN}&policy_no=P+7&age=&utm_source=x&utm_source=y&goal=&fields.age=4"
    )
    assert found.ignored == ("utm_source", "goal")
    assert (await events())[0].fields == {"policy_no": "P 7", "age": {"number": "4"}}


async def test_json_may_hold_custom_fields_in_an_object(world: World, key: Actor) -> None:
    await custom_fields.create(
        SYSTEM, world.campaign, world.event, {"name": "age", "type": "number"}
    )
    raw = b'{"event":"sale","transaction_id":"t-1","fields":{"age":4.50,"shoe":{"size":44}}}'
    found = await recorded(key, "", body=raw)
    assert found.ignored == ("fields.shoe",)
    assert (await events())[0].fields == {"age": {"number": "4.50"}}


async def test_what_is_broken_in_an_ignored_parameter_costs_nobody_the_event(
    world: World, key: Actor
) -> None:
    found = await recorded(key, f"{PLAIN}&city=M%FCnchen&x=%00&y%00={'z' * 100_000}")
    assert found.ignored == ("city", "x", "y\ufffd")


async def test_a_refused_call_says_which_names_meant_nothing(world: World, key: Actor) -> None:
    await custom_fields.create(SYSTEM, world.campaign, world.event, {"name": "age", "type": "text"})
    found = await call(key, "event=sale&txid=t-1&age=4")
    assert isinstance(found.answer, Refused)
    assert found.ignored == ("txid",)
    assert list(found.answer.fields) == ["transaction_id"]


# test and return


@pytest.mark.parametrize("value", ["1", "true", "YES"])
async def test_a_test_fires_nothing_and_does_not_block_the_real_one(
    world: World, key: Actor, value: str
) -> None:
    await world.postback("https://p.example/")
    found = await recorded(key, f"{PLAIN}&test={value}")
    assert found.test
    assert isinstance(found.answer, Recorded)
    assert (found.answer.deliveries, found.answer.is_test) == (0, True)
    (event,) = await events()
    assert (event.is_test, event.delivery_status) == (True, DeliveryStatus.NONE)
    assert await deliveries() == []
    real = await recorded(key, f"{PLAIN}&test=0")
    assert not real.test
    assert len(await deliveries()) == 1


async def test_a_test_is_refused_like_a_real_call(world: World, key: Actor) -> None:
    answer = await refused(key, "event=sale&transaction_id=t-9&test=1")
    assert answer.verdict is Verdict.UNKNOWN_LEAD


async def test_a_test_that_is_neither_yes_nor_no_is_refused(world: World, key: Actor) -> None:
    answer = await refused(key, f"{PLAIN}&test=perhaps&amount=x")
    assert set(answer.fields) == {"test", "amount"}
    assert answer.verdict is Verdict.INVALID_FIELD


@pytest.mark.parametrize("text", ["OK", "x" * 100, "<ok>Ü 1</ok>"])
async def test_the_text_to_answer_with_comes_back(world: World, key: Actor, text: str) -> None:
    found = await call(key, "", body=json.dumps({"return": text, "event": "sale"}).encode())
    assert found.returns == text


@pytest.mark.parametrize("text", ["x" * 101, "a%0Ab", "%00", "%FF"])
async def test_a_text_to_answer_with_is_short_and_printable(
    world: World, key: Actor, text: str
) -> None:
    answer = await refused(key, f"{PLAIN}&return={text}")
    assert list(answer.fields) == ["return"]
    assert answer.verdict is Verdict.INVALID_FIELD


# Who may, and what cannot be read


@pytest.mark.parametrize("scope", [KeyScope.ADMIN, KeyScope.WRITE, KeyScope.READ])
async def test_a_key_of_another_scope_records_nothing_here_and_is_seen(
    world: World, scope: KeyScope
) -> None:
    answer = await refused(program(scope), PLAIN)
    assert (answer.verdict, answer.status) == (Verdict.NOT_ALLOWED, 403)


async def test_not_even_an_owner_calls_it_in_person(world: World) -> None:
    answer = await refused(person(Role.OWNER), PLAIN)
    assert answer.verdict is Verdict.NOT_ALLOWED


@pytest.mark.parametrize("body", ["{", '{"x":1e9999999999999999999999}'])
async def test_what_cannot_be_read_is_refused_and_kept(world: World, key: Actor, body: str) -> None:
    answer = await refused(key, "", body=body.encode(), kind="application/json")
    assert (answer.verdict, answer.status) == (Verdict.UNREADABLE, 400)
    assert (await submissions())[0].body == body


async def test_an_event_keeps_a_long_call_whole_and_the_log_its_beginning(
    world: World, key: Actor
) -> None:
    query = f"{PLAIN}&x={'y' * 100_000}"
    await recorded(key, query)
    (row,) = await submissions()
    assert row.body_truncated
    assert row.body == query[: 16 * 1024]
    assert (await events())[0].payload == query
