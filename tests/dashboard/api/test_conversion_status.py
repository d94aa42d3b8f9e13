"""What becomes of a conversion afterwards: its status, the history, and who is told."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner


@pytest.fixture
async def event_id(api: httpx.AsyncClient) -> str:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", is_conversion=True, multi_trigger=True)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    made = await create(
        api, "/events", event="sale", transaction_id="t-1", conversion_status="pending"
    )
    return made["event_id"]


async def change(api: httpx.AsyncClient, event_id: str, **body: object) -> httpx.Response:
    return await api.post(f"{BASE}/events/{event_id}/conversion-status", json=body)


async def test_a_status_changes_with_its_reason_and_keeps_its_history(
    api: httpx.AsyncClient, event_id: str
) -> None:
    changed = await change(api, event_id, to="rejected", reason="Wrong number")
    assert changed.status_code == 200
    assert changed.json() == {
        "event_id": event_id,
        "from": "pending",
        "to": "rejected",
        "deliveries": 0,
    }
    assert (await change(api, event_id, to="approved")).status_code == 200
    event = (await api.get(f"{BASE}/events/{event_id}")).json()
    assert event["conversion_status"] == "approved"
    history = [(each["from"], each["to"], each["reason"]) for each in event["status_changes"]]
    assert history == [("pending", "rejected", "Wrong number"), ("rejected", "approved", "")]
    assert {each["source"] for each in event["status_changes"]} == {"api"}
    timeline = (await api.get(f"{BASE}/leads/{event['lead_id']}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline].count("status") == 2


async def test_a_change_fires_the_postbacks_that_ask_for_it(
    api: httpx.AsyncClient, event_id: str, partner: Partner
) -> None:
    url = partner.url("/ok?s={conversion_status}")
    wanted = ["rejected", "reversed"]
    made = await create(api, "/event-types/sale/postbacks", url=url, on_conversion_status=wanted)
    assert made["on_conversion_status"] == wanted
    recorded = await create(api, "/events", event="sale", transaction_id="t-1")
    assert recorded["deliveries"] == 0
    assert (await change(api, event_id, to="rejected")).json()["deliveries"] == 1
    assert (await change(api, event_id, to="approved")).json()["deliveries"] == 0
    event = (await api.get(f"{BASE}/events/{event_id}")).json()
    assert [each["on_conversion_status"] for each in event["deliveries"]] == ["rejected"]
    assert event["deliveries"][0]["request"]["url"].endswith("?s=rejected")


async def test_the_same_status_again_is_a_conflict(api: httpx.AsyncClient, event_id: str) -> None:
    assert_problem(await change(api, event_id, to="pending"), 409, "same_status", {"to"})


async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, event_id: str
) -> None:
    for body, field in (
        ({}, "to"),
        ({"to": "great"}, "to"),
        ({"to": 7}, "to"),
        ({"to": "approved", "reason": "x" * 501}, "reason"),
        ({"to": "approved", "raeson": "x"}, "raeson"),
    ):
        refused = await change(api, event_id, **body)
        assert_problem(refused, 422, "invalid_input", {field})
    assert (await items(api, "/events"))[0]["conversion_status"] == "pending"


async def test_an_unknown_event_is_not_found(api: httpx.AsyncClient) -> None:
    assert_problem(await change(api, "evt_nothing", to="approved"), 404, "not_found")


async def test_a_key_that_may_only_read_changes_nothing(
    api: httpx.AsyncClient, event_id: str, make_key: MakeKey
) -> None:
    refused = await api.post(
        f"{BASE}/events/{event_id}/conversion-status",
        json={"to": "approved"},
        headers=await make_key(KeyScope.READ),
    )
    assert_problem(refused, 403, "not_allowed")
