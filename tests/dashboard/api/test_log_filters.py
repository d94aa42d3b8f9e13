"""S13, S14 and S16: leads and events are found by affiliate, conversion and status."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, create, items


@pytest.fixture(autouse=True)
async def facts(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/affiliates", key="google", name="Google Ads")
    await create(api, "/event-types", name="sale", is_conversion=True, multi_trigger=True)
    await create(api, "/event-types", name="note")
    lead = {"campaign": "auto-us", "transaction_id": "t-1", "affiliate": "google"}
    await create(api, "/leads", **lead)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-2")
    for event, lead_id, status in (
        ("sale", "t-1", "pending"),
        ("sale", "t-2", "approved"),
        ("note", "t-1", "reversed"),
    ):
        await create(api, "/events", event=event, transaction_id=lead_id, conversion_status=status)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("affiliate=google", ["note t-1", "sale t-1"]),
        ("affiliate=-", ["sale t-2"]),
        ("affiliate=nobody", []),
        ("conversion=true", ["sale t-2", "sale t-1"]),
        ("conversion=false", ["note t-1"]),
        ("conversion=any", ["note t-1", "sale t-2", "sale t-1"]),
        ("conversion_status=pending,reversed", ["note t-1", "sale t-1"]),
        ("conversion_status=pending&conversion_status=approved", ["sale t-2", "sale t-1"]),
        ("conversion=true&affiliate=google&conversion_status=pending", ["sale t-1"]),
    ],
)
async def test_events_are_found_by_affiliate_conversion_and_status(
    api: httpx.AsyncClient, query: str, found: list[str]
) -> None:
    rows = (await api.get(f"{BASE}/events?{query}")).json()["items"]
    assert [f"{row['event']} {row['transaction_id']}" for row in rows] == found


async def test_a_word_that_does_not_exist_is_refused(api: httpx.AsyncClient) -> None:
    for query in ("conversion=maybe", "conversion_status=great", "conversion_status=pending,x"):
        refused = await api.get(f"{BASE}/events?{query}")
        assert_problem(refused, 422, "invalid_input", {query.partition("=")[0]})


async def test_an_event_keeps_the_affiliate_that_its_lead_had(api: httpx.AsyncClient) -> None:
    lead = (await items(api, "/leads", q="t-1"))[0]
    moved = await api.patch(f"{BASE}/leads/{lead['lead_id']}", json={"affiliate": None})
    assert moved.json()["affiliate"] is None
    rows = await items(api, "/events", transaction_id="t-1")
    assert {row["affiliate"] for row in rows} == {"google"}


async def test_leads_are_found_by_their_affiliate(api: httpx.AsyncClient) -> None:
    rows = await items(api, "/leads", affiliate="google")
    assert [(row["transaction_id"], row["affiliate"]) for row in rows] == [("t-1", "google")]
    assert await items(api, "/leads", affiliate="nobody") == []


async def test_a_lead_names_an_affiliate_that_exists(api: httpx.AsyncClient) -> None:
    body = {"campaign": "auto-us", "affiliate": "nobody"}
    refused = await api.post(f"{BASE}/leads", json=body)
    assert_problem(refused, 422, "invalid_input", {"affiliate"})
    await api.post(f"{BASE}/affiliates/google/archive")
    refused = await api.post(f"{BASE}/leads", json={**body, "affiliate": "google"})
    assert_problem(refused, 422, "invalid_input", {"affiliate"})
