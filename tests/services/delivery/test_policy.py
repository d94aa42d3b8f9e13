"""A postback's own policy from the recording to the settled result, over real sockets."""

import asyncio
from datetime import timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Outcome, RetryPreset
from services import database
from services.actor import SYSTEM
from services.database import Database
from services.delivery import claims, outbox
from services.settings import Settings
from tests.partner import Partner
from tests.world import World, attempts, deliveries, make_world, settled, worker

WANTS_OK = {"kind": "contains", "value": "OK"}


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


async def test_a_delivery_by_default_carries_no_policy_and_is_due_at_once(world: World) -> None:
    await world.postback("https://p.example/")
    await world.fire()
    (delivery,) = await deliveries()
    assert delivery.policy is None
    assert delivery.due_at == delivery.created_at


async def test_a_delivery_keeps_the_policy_that_its_postback_had_when_the_event_came(
    world: World,
) -> None:
    postback_id = await world.postback(
        "https://p.example/",
        retry_preset=RetryPreset.CUSTOM,
        retry_waits=[3600, 60],
        success_rule=WANTS_OK,
        at_most_once=True,
    )
    await world.fire()
    policy = {"waits": [3600, 60], "success": WANTS_OK, "once": True}
    (delivery,) = await deliveries()
    assert delivery.policy == policy
    assert delivery.due_at == delivery.created_at + timedelta(hours=1)
    assert delivery.status is DeliveryStatus.PENDING

    assert await claim_at(delivery.created_at + timedelta(minutes=59)) == []
    (claim,) = await claim_at(delivery.created_at + timedelta(minutes=61))
    assert (claim.postback_id, claim.policy) == (postback_id, policy)


async def test_a_resend_does_not_wait_for_the_delay_before_the_first_try(world: World) -> None:
    await world.postback("https://p.example/", retry_preset=RetryPreset.CUSTOM, retry_waits=[3600])
    await world.fire()
    (delivery,) = await deliveries()
    await outbox.resend(SYSTEM, delivery.id)
    (delivery,) = await deliveries()
    assert delivery.due_at == delivery.resent_at


async def test_a_2xx_whose_text_is_not_what_was_agreed_is_a_failure_with_that_text(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/ok"), success_rule=WANTS_OK)
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.RETRYING)
    (attempt,) = await attempts()
    assert (attempt.outcome, attempt.failure) == (Outcome.FAILED, FailureKind.BODY_RULE)
    assert attempt.status_code == delivery.response_code == 200
    assert attempt.message == ("The partner answered 200, but its text does not contain “OK”: “ok”")
    assert delivery.due_at is not None
    assert delivery.due_at - attempt.started_at >= timedelta(seconds=60)


@pytest.mark.parametrize(
    "rule", [{"kind": "contains", "value": "ok"}, {"kind": "matches", "value": "(?i)^OK$"}]
)
async def test_a_2xx_that_fulfils_the_rule_is_delivered(
    world: World, settings: Settings, partner: Partner, rule: dict[str, str]
) -> None:
    await world.postback(partner.url("/ok"), success_rule=rule)
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.DELIVERED)


async def test_a_rule_says_nothing_about_other_answers(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/status/503"), success_rule=WANTS_OK)
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.RETRYING)
    (attempt,) = await attempts()
    assert attempt.failure is FailureKind.HTTP_STATUS


async def test_without_retries_one_failure_ends_it(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/status/503"), retry_preset=RetryPreset.NONE)
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
    assert (delivery.reason, delivery.attempts) == (DeliveryReason.EXHAUSTED, 1)


@pytest.mark.parametrize("path", ["/hangup", "/reset", "/not-http"])
async def test_at_most_once_no_answer_to_a_sent_request_is_never_sent_again(
    world: World, settings: Settings, partner: Partner, path: str
) -> None:
    await world.postback(partner.url(path), at_most_once=True)
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
    assert (delivery.reason, delivery.due_at) == (DeliveryReason.UNKNOWN, None)
    assert len(await attempts()) == 1


async def test_at_most_once_half_an_answer_leaves_open_what_the_rest_says(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/broken-off"), at_most_once=True, success_rule=WANTS_OK)
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
    (attempt,) = await attempts()
    assert delivery.reason is DeliveryReason.UNKNOWN
    assert (attempt.failure, attempt.status_code) == (FailureKind.BODY_RULE, 200)
    assert "as far as it was read" in attempt.message


@pytest.mark.parametrize("path", ["/status/500", "/status/404", "/ok"])
async def test_at_most_once_a_clear_answer_is_tried_again_as_ever(
    world: World, settings: Settings, partner: Partner, path: str
) -> None:
    await world.postback(partner.url(path), at_most_once=True, success_rule=WANTS_OK)
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.RETRYING)


async def test_at_most_once_a_refused_connection_is_tried_again_as_ever(
    world: World, settings: Settings
) -> None:
    with Partner() as gone:
        url = gone.url("/ok")
    await world.postback(url, at_most_once=True)
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.RETRYING)


async def test_a_person_may_send_again_what_ended_unclear(
    world: World, settings: Settings, partner: Partner
) -> None:
    await world.postback(partner.url("/hangup"), at_most_once=True)
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.FAILED)
        await outbox.resend(SYSTEM, delivery.id)
        await asyncio.to_thread(partner.wait_for, 2)


async def claim_at(moment: object) -> list[claims.Claim]:
    claimed = await database.write(
        claims.claim, limit=10, worker_id="wrk_a", lease_seconds=60, now=moment
    )
    return claimed.claims
