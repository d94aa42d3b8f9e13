"""`record_event`: what is recorded, what is refused, and that nothing is half-written."""

import asyncio
import json
from datetime import timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, KeyScope, Method, Source, Verdict
from services.actor import SYSTEM
from services.catalog import campaigns, event_types
from services.clock import utc_now
from services.database import Database
from services.intake.contract import Duplicate, Recorded, Refused
from services.intake.incoming_call import KEPT_BODY
from services.intake.recording import MAX_BATCH_BYTES, record_batch, record_event
from tests import factories
from tests.world import World, deliveries, events, make_world, submissions


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(first_name='O"Neil\\ {event_name}', email="a+b@ü.de")


async def refused(payload: bytes | dict[str, object]) -> Refused:
    answer = await record_event(SYSTEM, payload, source=Source.API)
    assert isinstance(answer, Refused)
    assert not await events()
    assert not await deliveries()
    assert [row.id for row in await submissions()] == [answer.submission_id]
    return answer


async def test_an_event_its_deliveries_and_its_submission_are_written_together(
    world: World,
) -> None:
    await world.postback("https://p.example/?tid={transaction_id}&n={first_name}")
    await world.postback("https://q.example/", method=Method.POST, body='{"n": "{first_name}"}')
    answer = await world.fire(amount="49.90", currency="USD")
    assert isinstance(answer, Recorded)
    assert answer.deliveries == 2
    (event,) = await events()
    assert (event.amount_text, event.amount_micros) == ("49.90", 49_900_000)
    assert event.delivery_status is DeliveryStatus.PENDING
    first, second = sorted(await deliveries(), key=lambda row: row.url)
    assert first.url == "https://p.example/?tid=t-1&n=O%22Neil%5C%20%7Bevent_name%7D"
    assert second.body == '{"n": "O\\"Neil\\\\ {event_name}"}'
    (submission,) = await submissions()
    assert (submission.verdict, submission.event_id) == (Verdict.RECORDED, event.id)


async def test_a_second_firing_is_a_duplicate_of_the_first(world: World) -> None:
    await world.postback("https://p.example/")
    first = await world.fire()
    second = await world.fire(amount="1")
    assert isinstance(first, Recorded)
    assert second == Duplicate(first.event_id)
    assert len(await deliveries()) == 1
    assert [row.verdict for row in await submissions()] == [Verdict.RECORDED, Verdict.DUPLICATE]


async def test_of_twenty_at_once_one_is_recorded_and_nineteen_name_it(world: World) -> None:
    await world.postback("https://p.example/")
    answers = await asyncio.gather(*(world.fire() for _ in range(20)))
    recorded = [answer for answer in answers if isinstance(answer, Recorded)]
    assert len(recorded) == 1
    assert answers.count(Duplicate(recorded[0].event_id)) == 19
    assert len(await deliveries()) == 1


async def test_a_multi_trigger_event_fires_again_and_counts_its_firings(db: Database) -> None:
    world = await make_world(multi_trigger=True)
    await world.postback("https://p.example/?n={event_count}")
    for _ in range(3):
        assert isinstance(await world.fire(), Recorded)
    urls = sorted(row.url for row in await deliveries())
    assert urls == [f"https://p.example/?n={number}" for number in (1, 2, 3)]


async def test_the_same_request_of_two_postbacks_is_sent_once(world: World) -> None:
    await world.postback("https://p.example/?tid={transaction_id}")
    await world.postback("https://p.example/?tid={lead:transaction_id}")
    await world.fire()
    found = {row.status: row.reason for row in await deliveries()}
    assert found == {
        DeliveryStatus.PENDING: None,
        DeliveryStatus.SKIPPED: DeliveryReason.SAME_REQUEST,
    }


async def test_an_empty_required_macro_skips_its_postback_only(world: World) -> None:
    await world.postback("https://p.example/?c={external_click_id|required}")
    await world.postback("https://p.example/?tid={transaction_id}")
    await world.fire()
    skipped = [row for row in await deliveries() if row.status is DeliveryStatus.SKIPPED]
    assert [row.reason for row in skipped] == [DeliveryReason.REQUIRED_MACRO_EMPTY]
    assert "external_click_id" in (skipped[0].reason_text or "")
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.PENDING


async def test_switched_off_archived_and_other_campaigns_postbacks_do_not_fire(
    world: World,
) -> None:
    other = await campaigns.create(SYSTEM, {"key": "other", "name": "Other"})
    await world.postback("https://off.example/", enabled=False)
    await world.postback("https://gone.example/", archived_at=utc_now())
    await world.postback("https://other.example/", campaign_id=other.id)
    answer = await world.fire()
    assert isinstance(answer, Recorded)
    assert answer.deliveries == 0
    (event,) = await events()
    assert event.delivery_status is DeliveryStatus.NONE


@pytest.mark.parametrize(
    ("body", "verdict", "status", "names"),
    [
        (b"{", Verdict.UNREADABLE, 400, ()),
        (b"\xff\xfe", Verdict.UNREADABLE, 400, ()),
        (b"[]", Verdict.UNREADABLE, 400, ()),
        (b'{"event":"sale","event":"sale"}', Verdict.UNREADABLE, 400, ()),
        (b'{"event":"sale","amount":NaN}', Verdict.UNREADABLE, 400, ()),
        (b"[" * 100_000, Verdict.UNREADABLE, 400, ()),
        (b'{"event":"sale","amount":1e9999999999999999999999}', Verdict.UNREADABLE, 400, ()),
        (b'{"event":"' + b"x" * 300_000 + b'"}', Verdict.TOO_LARGE, 413, ()),
        (b"{}", Verdict.INVALID_FIELD, 422, ("event", "transaction_id")),
        (
            b'{"event":5,"amount":"x"}',
            Verdict.INVALID_FIELD,
            422,
            ("amount", "event", "transaction_id"),
        ),
        (
            b'{"currency":"USD","amout":1}',
            Verdict.UNKNOWN_FIELD,
            422,
            ("amount", "amout", "event", "transaction_id"),
        ),
        (b'{"lead_id":"ld_0"}', Verdict.INVALID_FIELD, 422, ("event",)),
        (b'{"event":"sale"}', Verdict.INVALID_FIELD, 422, ("transaction_id",)),
        (
            b'{"event":"sale","transaction_id":"t-1","amout":1}',
            Verdict.UNKNOWN_FIELD,
            422,
            ("amout",),
        ),
        (
            b'{"event":"sale","transaction_id":"t-1","amount":"1,5","currency":"usd"}',
            Verdict.INVALID_FIELD,
            422,
            ("amount", "currency"),
        ),
        (
            b'{"event":"sale","transaction_id":"t-1","occurred_at":"2026-01-01T00:00:00"}',
            Verdict.INVALID_FIELD,
            422,
            ("occurred_at",),
        ),
        (
            b'{"event":"sale","transaction_id":"t-1","fields":{"policy":"P-7"}}',
            Verdict.INVALID_FIELD,
            422,
            ("fields.policy",),
        ),
        (
            b'{"event":"sale","transaction_id":"\\u0000"}',
            Verdict.INVALID_FIELD,
            422,
            ("transaction_id",),
        ),
        (
            b'{"event":"sale","transaction_id":"\\ud800"}',
            Verdict.INVALID_FIELD,
            422,
            ("transaction_id",),
        ),
        (
            b'{"event":"Sale","transaction_id":"t-1"}',
            Verdict.UNKNOWN_EVENT,
            404,
            ("event",),
        ),
        (
            b'{"event":"sale","transaction_id":"t-2"}',
            Verdict.UNKNOWN_LEAD,
            404,
            ("transaction_id",),
        ),
        (b'{"event":"sale","lead_id":"ld_0"}', Verdict.UNKNOWN_LEAD, 404, ("lead_id",)),
        (
            b'{"event":"sale","transaction_id":"t-1","campaign":"none"}',
            Verdict.INVALID_FIELD,
            422,
            ("campaign",),
        ),
    ],
)
async def test_what_is_wrong_is_refused_with_its_reason_and_kept_as_a_submission(
    world: World, body: bytes, verdict: Verdict, status: int, names: tuple[str, ...]
) -> None:
    answer = await refused(body)
    assert (answer.verdict, answer.status) == (verdict, status)
    assert tuple(sorted(answer.fields)) == names
    (submission,) = await submissions()
    assert (submission.verdict, submission.answer_status) == (verdict, status)


async def test_a_wrong_case_gets_the_right_name_suggested(world: World) -> None:
    answer = await refused(b'{"event":"SALE","transaction_id":"t-1"}')
    assert "Did you mean “sale”?" in answer.message


async def test_a_time_in_the_future_is_refused(world: World) -> None:
    moment = (utc_now() + timedelta(days=1)).isoformat()
    answer = await refused(
        {"event": "sale", "transaction_id": world.transaction_id, "occurred_at": moment}
    )
    assert "occurred_at" in answer.fields


async def test_a_transaction_id_in_two_campaigns_needs_the_campaign(world: World) -> None:
    await campaigns.create(SYSTEM, {"key": "auto-ca", "name": "Auto CA"})
    await world.lead("t-9")
    world.campaign = "auto-ca"
    await world.lead("t-9")
    answer = await world.fire(transaction_id="t-9")
    assert isinstance(answer, Refused)
    assert answer.verdict is Verdict.AMBIGUOUS_LEAD
    assert isinstance(await world.fire(transaction_id="t-9", campaign="auto-ca"), Recorded)


async def test_an_archived_event_or_campaign_refuses_firings(world: World) -> None:
    await event_types.archive(SYSTEM, world.event)
    answer = await world.fire()
    assert isinstance(answer, Refused)
    assert answer.verdict is Verdict.EVENT_NOT_AVAILABLE
    await event_types.restore(SYSTEM, world.event)
    await campaigns.archive(SYSTEM, world.campaign)
    answer = await world.fire()
    assert isinstance(answer, Refused)
    assert answer.verdict is Verdict.EVENT_NOT_AVAILABLE


@pytest.mark.parametrize("scope", [KeyScope.READ, KeyScope.INCOMING])
async def test_a_key_without_the_right_records_nothing_and_is_seen(
    world: World, scope: KeyScope
) -> None:
    payload = {"event": "sale", "transaction_id": "t-1"}
    answer = await record_event(factories.program(scope), payload, source=Source.API)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.status) == (Verdict.NOT_ALLOWED, 403)
    assert not await events()
    (submission,) = await submissions()
    assert submission.verdict is Verdict.NOT_ALLOWED


async def test_a_bad_row_of_a_batch_costs_the_others_nothing(world: World) -> None:
    batch = [
        {"event": "sale", "transaction_id": "t-1"},
        {"event": "nope", "transaction_id": "t-1"},
        "not an object",
        {"event": "sale", "transaction_id": "t-1"},
    ]
    raw = json.dumps({"events": batch}).encode()
    answers = await record_batch(SYSTEM, raw, source=Source.API)
    assert isinstance(answers, list)
    assert isinstance(answers[0], Recorded)
    assert isinstance(answers[1], Refused)
    assert isinstance(answers[2], Refused)
    assert answers[3] == Duplicate(answers[0].event_id)


@pytest.mark.parametrize(
    ("raw", "verdict", "fields"),
    [
        (b"{", Verdict.UNREADABLE, set()),
        (b"[]", Verdict.UNREADABLE, set()),
        (b'{"events": 5}', Verdict.INVALID_FIELD, {"events"}),
        (b'{"events": []}', Verdict.INVALID_FIELD, {"events"}),
        (b'{"events": [' + b"{}," * 1_000 + b"{}]}", Verdict.INVALID_FIELD, {"events"}),
        (b'{"events": [{}], "more": 1}', Verdict.UNKNOWN_FIELD, {"more"}),
        (b'{"more": 1}', Verdict.UNKNOWN_FIELD, {"more", "events"}),
        (b'{"events": [{}], "\\ud800": 1}', Verdict.UNKNOWN_FIELD, {"body"}),
        (b" " * (MAX_BATCH_BYTES + 1), Verdict.TOO_LARGE, set()),
    ],
)
async def test_a_batch_that_is_refused_as_a_whole_is_one_row_of_the_log(
    world: World, raw: bytes, verdict: Verdict, fields: set[str]
) -> None:
    answer = await record_batch(SYSTEM, raw, source=Source.API)
    assert isinstance(answer, Refused)
    assert (answer.verdict, set(answer.fields)) == (verdict, fields)
    (row,) = await submissions()
    assert (row.id, row.verdict, row.answer_status) == (
        answer.submission_id,
        verdict,
        answer.status,
    )
    assert row.body == raw.decode()[:KEPT_BODY]


async def test_a_batch_of_a_key_without_the_right_is_refused_once(world: World) -> None:
    raw = b'{"events": [{"event": "sale", "transaction_id": "t-1"}, {"event": "sale"}]}'
    answer = await record_batch(factories.program(KeyScope.READ), raw, source=Source.API)
    assert isinstance(answer, Refused)
    assert (answer.verdict, answer.status) == (Verdict.NOT_ALLOWED, 403)
    assert not await events()
    (row,) = await submissions()
    assert (row.verdict, row.body) == (Verdict.NOT_ALLOWED, raw.decode())


@pytest.mark.parametrize("sent", ["7", "49.90", "null", '"ü"', '[1, "a"]', '"\\ud800"'])
async def test_what_is_no_event_in_a_batch_is_logged_as_it_was_sent(
    world: World, sent: str
) -> None:
    answers = await record_batch(SYSTEM, b'{"events": [%s]}' % sent.encode(), source=Source.API)
    assert isinstance(answers, list)
    assert isinstance(answers[0], Refused)
    assert answers[0].verdict is Verdict.UNREADABLE
    (row,) = await submissions()
    assert row.body == sent


@pytest.mark.parametrize("amount", ["0", "-5.25", "49.90", "999999999999.999999"])
async def test_an_amount_comes_back_exactly_as_received(world: World, amount: str) -> None:
    raw = f'{{"event":"sale","transaction_id":"t-1","amount":{amount}}}'.encode()
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    (event,) = await events()
    assert event.amount_text == amount


async def test_an_amount_with_an_exponent_is_kept_without_it(world: World) -> None:
    raw = b'{"event":"sale","transaction_id":"t-1","amount":1.5e3}'
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    assert (await events())[0].amount_text == "1500"
