"""Signed deliveries on the wire, at every attempt, as signing is switched on, changed and off."""

import asyncio
import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from models.words import DeliveryReason, DeliveryStatus, Method
from services import database
from services.actor import SYSTEM
from services.catalog import postback_signing, postbacks
from services.database import Database
from services.delivery import claims, outbox
from services.delivery.preparing import Preparer
from services.delivery.secret_cache import SecretCache
from services.delivery.sender import PreparedRequest
from services.reporting import delivery_log
from services.secret_box import UnreadableSecret, encrypt_all
from services.settings import Settings
from services.signing_secrets import OVERLAP
from tests.conftest import MakeSettings
from tests.factories import FrozenClock
from tests.partner import Partner, Received
from tests.world import World, deliveries, make_world, settled, until, worker

SIGNED = {"webhook-timestamp", "webhook-signature", "x-postback-signature"}


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True, first_name="Änne", email="a+b@ü.de")


async def switch_on(postback_id: str, **options: object) -> str:
    made = await postback_signing.new_secret(SYSTEM, postback_id, **options)  # type: ignore[arg-type]
    return made.secret


def headers_of(received: Received) -> dict[str, str]:
    return {name.lower(): value for name, value in received.headers}


def of_request(secret: str, received: Received) -> str:
    """Return the signature of a call from the bytes that arrived, by the formula alone."""
    headers = headers_of(received)
    digest = hashlib.sha256(received.body).hexdigest()
    signed = (
        f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{received.method}.".encode()
        + received.target
        + f".{digest}".encode()
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def assert_signed(secret: str, received: Received) -> None:
    headers = headers_of(received)
    Webhook(secret).verify(received.body.decode(), headers, json_parse=False)
    assert of_request(secret, received) in headers["x-postback-signature"].split()


def assert_unsigned(headers: Mapping[str, str]) -> None:
    assert SIGNED.isdisjoint(headers)
    assert "webhook-id" in headers


async def resent(delivery_id: str, partner: Partner, *, signed: bool) -> Received:
    """Send again until the sender has heard of the change, and return that call."""

    async def sent() -> Received | None:
        count = len(partner.requests)
        await outbox.resend(SYSTEM, delivery_id)
        await until(lambda: len(partner.requests) > count)
        await settled(DeliveryStatus.RETRYING)
        last = partner.requests[-1]
        return last if ("webhook-signature" in headers_of(last)) is signed else None

    return await until(sent)  # type: ignore[no-any-return]


# On the wire


async def test_a_get_is_signed_over_path_and_query_as_they_arrive(
    world: World, settings: Settings, partner: Partner
) -> None:
    url = partner.url("/in/%7Ea") + "?n={first_name}&e={email}&x=%2f&sig={sig}"
    secret = await switch_on(await world.postback(url))
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.DELIVERED)
    (got,) = partner.wait_for(1)
    assert got.target.startswith(b"/in/%7Ea?n=%C3%84nne&e=a%2Bb%40%C3%BC.de&x=%2f&sig=1")
    assert got.body == b""
    assert_signed(secret, got)


async def test_a_post_is_signed_over_the_bytes_of_its_body(
    world: World, settings: Settings, partner: Partner
) -> None:
    secret = await switch_on(
        await world.postback(
            partner.url("/in") + "?a=1",
            method=Method.POST,
            body='{"n": {first_name}, "e": "{email}", "sig": {sig}}',
            headers={"X-Sig": "{sig}", "Authorization": "Bearer {secret:token}"},
            secrets=encrypt_all({"token": "s3cret"}),
        )
    )
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.DELIVERED)
    (got,) = partner.wait_for(1)
    assert_signed(secret, got)
    sig = got.header("x-sig") or ""
    assert got.body.decode() == f'{{"n": "Änne", "e": "a+b@ü.de", "sig": "{sig}"}}'
    assert got.header("authorization") == "Bearer s3cret"
    assert delivery.body == '{"n": "Änne", "e": "a+b@ü.de", "sig": ""}'
    assert secret not in str(delivery)


async def test_an_unsigned_postback_sends_no_signature(
    world: World, settings: Settings, partner: Partner
) -> None:
    await switch_on(await world.postback(partner.url("/signed")))
    await world.postback(partner.url("/plain"))
    async with worker(settings):
        await world.fire()
        await settled(DeliveryStatus.DELIVERED, 2)
    (got,) = partner.wait_for(1, "/plain")
    assert_unsigned(headers_of(got))


async def test_what_waits_is_signed_once_signing_is_switched_on_and_unsigned_once_it_is_off(
    world: World, settings: Settings, partner: Partner
) -> None:
    postback_id = await world.postback(partner.url("/status/503") + "?sig={sig}")
    async with worker(settings):
        await world.fire()
        (delivery,) = await settled(DeliveryStatus.RETRYING)
        secret = await switch_on(postback_id)
        signed = await resent(delivery.id, partner, signed=True)
        await postback_signing.switch_off(SYSTEM, postback_id)
        unsigned = await resent(delivery.id, partner, signed=False)
    first = partner.requests[0]
    assert_unsigned(headers_of(first))
    assert_signed(secret, signed)
    assert_unsigned(headers_of(unsigned))
    assert first.target == unsigned.target == b"/status/503?sig="
    assert len({headers_of(one)["webhook-id"] for one in partner.requests}) == 1


async def test_a_secret_that_cannot_be_read_fails_the_delivery_and_says_so(
    make_settings: MakeSettings, partner: Partner
) -> None:
    database.open_database(make_settings())
    world = await make_world()
    await switch_on(await world.postback(partner.url("/in")))
    database.close_database()
    settings = make_settings(secret_key="another")
    database.open_database(settings)
    try:
        async with worker(settings):
            await world.fire()
            (delivery,) = await settled(DeliveryStatus.FAILED)
    finally:
        database.close_database()
    assert delivery.reason is DeliveryReason.SECRET_UNREADABLE
    assert "make a new signing secret" in (delivery.reason_text or "")
    assert partner.connections == 0


# One attempt after the other, by a clock that stands still between them


class Attempts:
    """Prepares the one delivery of the world, as its worker would at each attempt."""

    def __init__(self, db: Database, clock: FrozenClock) -> None:
        self.db, self.clock = db, clock

    async def prepare(self) -> PreparedRequest:
        claimed = await self.db.write(
            claims.claim, limit=1, worker_id="wrk_1", lease_seconds=60, now=self.clock()
        )
        (claim,) = claimed.claims
        await self.db.write(claims.release, claims=[claim], now=self.clock())
        return await Preparer(self.db, clock=self.clock).prepare(claim)


@pytest.fixture
async def attempts(db: Database, clock: FrozenClock, world: World) -> Attempts:
    return Attempts(db, clock)


async def fire_at_rest(world: World, clock: FrozenClock, url: str) -> str:
    postback_id = await world.postback(url)
    await world.fire()
    (delivery,) = await deliveries()
    clock.now = delivery.created_at + timedelta(seconds=1)
    return postback_id


async def test_each_attempt_is_signed_at_its_own_moment_under_the_same_id(
    world: World, attempts: Attempts, clock: FrozenClock
) -> None:
    secret = await switch_on(await fire_at_rest(world, clock, "https://p.example/in?s={sig}"))
    first = await attempts.prepare()
    clock.move(minutes=10)
    second = await attempts.prepare()
    before, after = dict(first.headers), dict(second.headers)
    assert int(after["webhook-timestamp"]) - int(before["webhook-timestamp"]) == 600
    assert {name for name in before if before[name] != after[name]} == SIGNED
    assert Webhook(secret).sign("x", clock(), "") != after["webhook-signature"]
    assert Webhook(secret).sign(after["webhook-id"], clock(), "") == after["webhook-signature"]
    sigs = [request.url.partition("s=")[2] for request in (first, second)]
    assert sigs[1].startswith(after["webhook-timestamp"] + ".")
    assert first.url.replace(sigs[0], "") == second.url.replace(sigs[1], "")


async def test_the_old_secret_signs_along_for_24_hours(
    world: World, attempts: Attempts, clock: FrozenClock
) -> None:
    postback_id = await fire_at_rest(world, clock, "https://p.example/in")
    secrets = [await switch_on(postback_id, clock=clock) for _ in range(2)]

    async def signed_with() -> list[str]:
        headers = dict((await attempts.prepare()).headers)
        signed = headers["webhook-signature"].split()
        assert len(headers["x-postback-signature"].split()) == len(signed)
        own = {Webhook(each).sign(headers["webhook-id"], clock(), ""): each for each in secrets}
        return [own[each] for each in signed]

    assert await signed_with() == [secrets[1], secrets[0]]
    clock.now += OVERLAP - timedelta(seconds=1)
    assert await signed_with() == [secrets[1], secrets[0]]
    clock.move(seconds=1)
    assert await signed_with() == [secrets[1]]
    secrets.append(await switch_on(postback_id, clock=clock))
    assert await signed_with() == [secrets[2], secrets[1]]
    await postback_signing.end_old(SYSTEM, postback_id)
    assert await signed_with() == [secrets[2]]


# The cache


async def test_secrets_are_not_read_for_each_delivery(
    world: World, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = await world.postback("https://p.example/signed")
    plain = await world.postback("https://p.example/plain")
    await switch_on(signed)
    reads = 0
    read = db.read

    async def counted(*args: object) -> object:
        nonlocal reads
        reads += 1
        return await read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(db, "read", counted)
    cache = SecretCache(db, fresh_seconds=60)
    now = FrozenClock()()
    found = await asyncio.gather(*(cache.of(each) for each in [signed, plain] * 200))
    assert [bool(each.signing_keys(now)) for each in found] == [True, False] * 200
    assert reads == 1


async def test_a_change_is_seen_as_soon_as_the_cache_may_be_no_older(
    world: World, db: Database
) -> None:
    postback_id = await world.postback("https://p.example/signed")
    cache = SecretCache(db, fresh_seconds=0)
    now = FrozenClock()()
    assert (await cache.of(postback_id)).signing_keys(now) == ()
    await switch_on(postback_id)
    (key,) = (await cache.of(postback_id)).signing_keys(now)
    assert (await cache.of(postback_id)).signing_keys(now) == (key,)
    await postbacks.archive(SYSTEM, postback_id)
    assert (await cache.of(postback_id)).signing_keys(now) == (key,)


async def test_while_the_database_is_away_what_was_claimed_is_still_signed(
    world: World, db: Database
) -> None:
    postback_id = await world.postback("https://p.example/signed")
    await switch_on(postback_id)
    cache = SecretCache(db, fresh_seconds=0)
    now = FrozenClock()()
    keys = (await cache.of(postback_id)).signing_keys(now)
    await db.write(
        lambda session: session.execute(text("ALTER TABLE definition_version RENAME TO gone"))
    )
    assert (await cache.of(postback_id)).signing_keys(now) == keys


# What people see


async def test_the_log_shows_where_the_signature_stands(world: World) -> None:
    await world.postback(
        "https://p.example/{first_name}?s={sig}&a=1",
        method=Method.POST,
        body='{"sig": {sig}}',
        headers={"X-Sig": "<{sig}> {secret:a}"},
    )
    await world.fire()
    (delivery,) = await deliveries()
    shown = (await delivery_log.get(SYSTEM, delivery.id)).request
    assert shown.url == "https://p.example/%C3%84nne?s={sig}&a=1"
    assert shown.body == '{"sig": "{sig}"}'
    assert dict(shown.headers)["X-Sig"] == "<{sig}> ••••••"


async def test_a_request_with_a_signature_is_not_the_same_as_one_without(world: World) -> None:
    await world.postback("https://p.example/in?s={sig}")
    await world.postback("https://p.example/in?s=")
    await world.postback("https://p.example/in?s={sig}")
    await world.fire()
    assert Counter(row.status for row in await deliveries()) == {
        DeliveryStatus.PENDING: 2,
        DeliveryStatus.SKIPPED: 1,
    }


async def test_an_unreadable_secret_is_told_in_plain_words(world: World, db: Database) -> None:
    postback_id = await world.postback("https://p.example/in", signing_secrets="gAAAA")
    found = await SecretCache(db).of(postback_id)
    with pytest.raises(UnreadableSecret, match="make a new signing secret"):
        found.signing_keys(FrozenClock()())
