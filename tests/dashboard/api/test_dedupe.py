"""S3: when a second firing is a duplicate, per event and per campaign."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, create, items


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")


async def fire(api: httpx.AsyncClient, **more: object) -> str:
    body = {"event": "sale", "transaction_id": "t-1", **more}
    return (await api.post(f"{BASE}/events", json=body)).json()["status"]


@pytest.mark.parametrize(
    ("given", "dedupe", "multi_trigger"),
    [
        ({}, "once_per_lead", False),
        ({"multi_trigger": True}, "allow_all", True),
        ({"multi_trigger": False}, "once_per_lead", False),
        ({"dedupe": "once_per_order"}, "once_per_order", True),
        ({"dedupe": "once_per_order", "multi_trigger": True}, "once_per_order", True),
        ({"dedupe": {"window_minutes": 30}}, {"window_minutes": 30}, True),
    ],
)
async def test_the_mode_is_given_as_a_word_a_window_or_the_switch(
    api: httpx.AsyncClient, given: dict, dedupe: object, multi_trigger: bool
) -> None:
    row = await create(api, "/event-types", name="sale", **given)
    assert (row["dedupe"], row["multi_trigger"]) == (dedupe, multi_trigger)
    own = f"{BASE}/event-types/sale"
    assert (await api.patch(own, json={"description": "x"})).json()["dedupe"] == dedupe
    assert (await items(api, "/event-types"))[0]["dedupe"] == dedupe
    switched = await api.patch(own, json={"multi_trigger": not multi_trigger})
    assert switched.json()["dedupe"] == ("once_per_lead" if multi_trigger else "allow_all")


@pytest.mark.parametrize(
    "given",
    [
        {"dedupe": "window"},
        {"dedupe": {"window_minutes": 0}},
        {"dedupe": {"window_minutes": 1.5}},
        {"dedupe": {"window_minutes": 10, "more": 1}},
        {"dedupe": "once_per_order", "multi_trigger": False},
    ],
)
async def test_a_mode_that_there_is_not_is_refused(api: httpx.AsyncClient, given: dict) -> None:
    refused = await api.post(f"{BASE}/event-types", json={"name": "sale", **given})
    assert_problem(refused, 422, "invalid_input", {"dedupe"})


async def test_once_per_order_takes_each_order_once(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale", dedupe="once_per_order")
    told = [await fire(api, order_id=order) for order in ("A", "B", "A")]
    assert told == ["recorded", "recorded", "duplicate"]
    assert [await fire(api), await fire(api)] == ["recorded", "duplicate"]


async def test_a_window_closes_after_its_minutes(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale", dedupe={"window_minutes": 30})
    times = ("12:00", "12:29", "11:31", "12:31")
    told = [await fire(api, occurred_at=f"2026-03-01T{time}:00+00:00") for time in times]
    assert told == ["recorded", "duplicate", "duplicate", "recorded"]


async def test_a_campaign_may_say_otherwise(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    assert [await fire(api), await fire(api)] == ["recorded", "duplicate"]
    await api.put(f"{BASE}/campaigns/auto-us/events/sale", json={"multi_trigger": True})
    assert [await fire(api), await fire(api)] == ["recorded", "recorded"]
    # What has fired already counts, under whichever mode it did.
    await api.delete(f"{BASE}/campaigns/auto-us/events/sale")
    assert await fire(api) == "duplicate"


async def test_a_duplicate_is_a_row_that_leads_to_the_first(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    await fire(api)
    await fire(api)
    duplicate, recorded = await items(api, "/submissions")
    assert (duplicate["verdict"], recorded["verdict"]) == ("duplicate", "recorded")
    assert duplicate["event_id"] == recorded["event_id"]
