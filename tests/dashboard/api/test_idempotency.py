"""`Idempotency-Key`: the same call again is answered again, and makes nothing twice."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from models import KeptAnswer
from services import database, idempotency
from services.actor import SYSTEM
from services.catalog import campaigns
from services.clock import utc_now
from services.database import Database
from services.retention import pruning
from tests.dashboard.api.calls import BASE, assert_problem, fields_of
from tests.world import World, events, make_world, rows, submissions

SALE = {"event": "sale", "transaction_id": "t-1", "amount": "49.90", "currency": "USD"}


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


async def post(
    api: httpx.AsyncClient, path: str, body: object, *, key: str = "k-1"
) -> httpx.Response:
    return await api.post(BASE + path, json=body, headers={"Idempotency-Key": key})


async def test_the_same_event_under_the_same_key_is_answered_again_and_made_once(
    world: World, api: httpx.AsyncClient
) -> None:
    first = await post(api, "/events", SALE)
    again = await post(api, "/events", SALE)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(await events()) == len(await submissions()) == 1
    other = await post(api, "/events", SALE, key="k-2")
    assert other.json()["event_id"] != first.json()["event_id"]


async def test_another_body_under_the_same_key_is_refused_and_logged(
    world: World, api: httpx.AsyncClient
) -> None:
    await post(api, "/events", SALE)
    refused = await post(api, "/events", {**SALE, "amount": "50"})
    assert_problem(refused, 409, "idempotency_key_reused")
    assert [row.id for row in await submissions()][-1] == refused.json()["submission_id"]
    assert len(await events()) == 1
    batch = {"events": [SALE] * 2}
    assert (await post(api, "/events/batch", batch)).status_code == 200, "each path has its own"
    refused = await post(api, "/events/batch", {"events": [SALE]})
    assert_problem(refused, 409, "idempotency_key_reused")


async def test_a_refusal_leaves_the_key_free(world: World, api: httpx.AsyncClient) -> None:
    unknown = await post(api, "/events", {**SALE, "transaction_id": "t-2"})
    assert_problem(unknown, 404, "unknown_lead")
    assert (await post(api, "/events", SALE)).status_code == 201
    refused = await post(api, "/leads", {"campaign": "nowhere"})
    assert refused.status_code == 422
    assert (await post(api, "/leads", {"campaign": "auto-us"})).status_code == 201


async def test_a_batch_goes_on_where_it_broke_off(
    world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"events": [*[SALE] * 30, {"event": "sale"}]}
    kept: list[str] = []
    keep = idempotency.keep

    def break_off(session: database.Session, claim: idempotency.Claim, given: object) -> None:
        kept.append(claim.id)
        if len(kept) == 2:
            raise RuntimeError
        keep(session, claim, given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "keep", break_off)
        assert (await post(api, "/events/batch", body)).status_code == 500
    assert len(await events()) == 25
    whole = await post(api, "/events/batch", body)
    results = whole.json()["results"]
    assert [each["index"] for each in results] == list(range(31))
    assert {each["event_id"] for each in results[:30]} == {row.id for row in await events()}
    assert results[30]["code"] == "invalid_field"
    again = await post(api, "/events/batch", body)
    assert again.content == whole.content
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_lead_and_a_definition_are_made_once_too(
    world: World, api: httpx.AsyncClient
) -> None:
    for path, body, change in (
        ("/leads", {"campaign": "auto-us"}, {"email": "a@b.example"}),
        ("/campaigns", {"key": "home-us", "name": "Home"}, {"name": "Other"}),
        ("/event-types", {"name": "signup"}, {"name": "other"}),
    ):
        first, again = await post(api, path, body), await post(api, path, body)
        assert (first.status_code, again.status_code) == (201, 201), path
        assert again.content == first.content
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert again.headers["Idempotency-Replayed"] == "true"
        refused = await post(api, path, {**body, **change})
        assert_problem(refused, 409, "idempotency_key_reused")


async def test_two_at_once_make_one(world: World, api: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(api, "/events", SALE) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await events()) == 1


async def test_an_answer_that_a_crash_lost_is_told_of_and_nothing_is_made_again(
    world: World, api: httpx.AsyncClient
) -> None:
    body = {"name": "signup"}
    await post(api, "/event-types", body)

    async def forget(at: str) -> None:
        await database.write(
            lambda session: (
                session.execute(
                    text("UPDATE kept_answer SET status = 0, kept_at = :at"), {"at": at}
                )
                and None
            )
        )

    await forget(f"{utc_now():%Y-%m-%d %H:%M:%S.%f}")
    running = await post(api, "/event-types", body)
    assert_problem(running, 409, "idempotency_key_in_use")
    assert running.headers["Retry-After"] == "1"
    await forget(f"{utc_now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}")
    assert_problem(await post(api, "/event-types", body), 409, "idempotency_answer_lost")


async def test_a_key_is_checked_and_no_secret_is_kept(world: World, api: httpx.AsyncClient) -> None:
    for key in ("", "two words", "k" * 256):
        for path in ("/events", "/leads"):
            refused = await post(api, path, SALE, key=key)
            assert refused.status_code == 422, (key, path)
            assert set(fields_of(refused)) == {"Idempotency-Key"}, (key, path)
    refused = await post(api, "/keys", {"name": "program", "scope": "read"})
    assert "secret" in fields_of(refused)["Idempotency-Key"]


async def test_an_answer_is_kept_for_a_day(
    db: Database, world: World, api: httpx.AsyncClient
) -> None:
    await post(api, "/events", SALE)
    await pruning.prune(db, now=utc_now() + timedelta(hours=23), pause_seconds=0)
    assert len(await rows(KeptAnswer)) == 1
    await pruning.prune(db, now=utc_now() + timedelta(hours=25), pause_seconds=0)
    assert await rows(KeptAnswer) == []
    assert (await campaigns.get(SYSTEM, "auto-us")).key == "auto-us"
