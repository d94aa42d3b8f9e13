"""The drain against real sockets: arrival, retry, hanging partners, stop, crash and recovery."""

import asyncio
import json

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Method
from services import database
from services.actor import SYSTEM
from services.clock import utc_now
from services.database import Database
from services.delivery import claims, outbox
from services.delivery.lanes import FIRST_CALLS
from services.secret_box import encrypt
from services.settings import Settings
from tests.partner import Partner
from tests.world import World, attempts, deliveries, events, make_world, settled, until, worker

NAME = 'O"Neil\\ {event_name}'
EMAIL = "a+b@ü.de"
TRANSACTION = "t 1&x=ü"


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world(multi_trigger=True)
    world.lead_id = await world.lead(TRANSACTION, first_name=NAME, email=EMAIL)
    world.transaction_id = TRANSACTION
    return world


async def test_an_event_arrives_with_its_values_unchanged_in_query_and_body(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(
        partner.url("/get") + "?n={first_name}&e={email}&t={transaction_id}&a={amount}"
    )
    await world.postback(
        partner.url("/post"),
        method=Method.POST,
        body='{"n": "{first_name}", "e": {email}, "t": "{transaction_id}", "a": {amount}}',
        headers={"x-key": "Bearer {secret:token}"},
        secrets=encrypt(json.dumps({"token": "s3cret"})),
    )
    async with worker(settings):
        await world.fire(amount="49.90")
        await settled(DeliveryStatus.DELIVERED, 2)
    (got,) = partner.wait_for(1, "/get")
    assert got.query == {"n": NAME, "e": EMAIL, "t": TRANSACTION, "a": "49.90"}
    (got,) = partner.wait_for(1, "/post")
    assert json.loads(got.body) == {"n": NAME, "e": EMAIL, "t": TRANSACTION, "a": 49.9}
    assert b'"a": 49.90}' in got.body
    assert got.header("x-key") == "Bearer s3cret"
    assert got.header("content-type") == "application/json"
    assert got.header("webhook-id") in {row.id for row in await deliveries()}
    assert all("s3cret" not in str(row.headers) for row in await deliveries())


async def test_a_failure_waits_for_its_retry_and_keeps_what_the_partner_said(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/status/503"))
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.RETRYING)
    assert delivery.due_at is not None
    assert (delivery.tries, delivery.attempts, delivery.response_code) == (1, 1, 503)
    (attempt,) = await attempts()
    assert (attempt.failure, attempt.status_code) == (FailureKind.HTTP_STATUS, 503)
    (event,) = await events()
    assert (event.delivery_status, event.response_code) == (DeliveryStatus.RETRYING, 503)


async def test_a_blocked_address_fails_without_an_attempt_and_without_a_packet(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/ok", host="127.0.0.2"))
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
    assert delivery.reason is DeliveryReason.BLOCKED
    assert "127.0.0.2" in (delivery.reason_text or "")
    assert not await attempts()
    assert partner.connections == 0


async def test_a_hanging_partner_does_not_delay_another_one(
    world: World, settings: Settings, partner: Partner
) -> None:
    hanging = await world.postback(partner.url("/hang"))
    for _ in range(300):
        await world.fire()
    with Partner() as healthy:
        async with worker(settings, grace_seconds=0):
            await asyncio.to_thread(partner.wait_for, FIRST_CALLS, "/hang")
            await world.postback(healthy.url("/ok"))
            await world.fire()
            await asyncio.to_thread(healthy.wait_for, 1)
            assert len(partner.requests) == FIRST_CALLS
    waiting = [row for row in await deliveries() if row.postback_id == hanging]
    assert not any(row.status is DeliveryStatus.SENDING for row in waiting)


async def test_a_commit_starts_the_drain_without_waiting_for_the_tick(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/ok"))
    async with worker(settings):
        for number in range(1, 6):
            await world.fire()
            await asyncio.to_thread(partner.wait_for, number)
        await settled(DeliveryStatus.DELIVERED, 5)


async def test_a_stop_finishes_what_is_in_flight(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/slow") + "?seconds=0.5")
    async with worker(settings):
        await world.fire()
        await asyncio.to_thread(partner.wait_for, 1)
    (delivery,) = await deliveries()
    assert delivery.status is DeliveryStatus.DELIVERED


async def test_what_a_killed_worker_left_is_sent_by_the_next_one(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/ok"))
    await world.fire()
    taken = await database.write(
        claims.claim, limit=1, worker_id="wrk_dead", lease_seconds=0.2, now=utc_now()
    )
    assert len(taken.claims) == 1
    async with worker(settings, lease_seconds=2.0):
        await asyncio.to_thread(partner.wait_for, 1)
        await settled(DeliveryStatus.DELIVERED)


async def test_every_attempt_sends_the_very_same_bytes(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(
        partner.url("/status/500") + "?t={transaction_id}&now={received_at}",
        method=Method.POST,
        body='{"e": "{event_id}"}',
    )
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.RETRYING)
        await outbox.resend(SYSTEM, delivery.id)
        await until(lambda: len(partner.requests) == 2)
        first, second = partner.requests
    assert (first.target, first.body, first.headers) == (second.target, second.body, second.headers)
