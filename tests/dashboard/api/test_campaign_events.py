"""S4: which events are in force in a campaign, and what it says otherwise."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey

EVENTS = "/campaigns/auto-us/events"
SALE = f"{BASE}{EVENTS}/sale"


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", is_conversion=True)
    await create(api, "/event-types", name="callback", available_everywhere=False)


async def test_a_campaign_shows_every_event_and_why_it_is_there(api: httpx.AsyncClient) -> None:
    made = await create(api, "/event-lists", name="Calls", events=["callback"])
    await api.put(f"{BASE}/event-lists/{made['id']}/campaigns", json={"campaigns": ["auto-us"]})
    await create(api, "/event-types", name="qualified", available_everywhere=False)
    await create(api, "/event-types", name="signup", available_everywhere=False)
    await api.put(f"{BASE}{EVENTS}/signup", json={"enabled": True})
    await api.put(SALE, json={"enabled": False})
    found = {row["name"]: row for row in await items(api, EVENTS)}
    assert list(found) == ["callback", "qualified", "sale", "signup"]
    assert {name: (row["origin"], row["enabled"]) for name, row in found.items()} == {
        "callback": ("list", True),
        "qualified": (None, False),
        "sale": ("everywhere", False),
        "signup": ("direct", True),
    }
    assert found["callback"]["lists"] == [{"id": made["id"], "name": "Calls"}]


async def test_flags_are_overridden_and_inherited_again(api: httpx.AsyncClient) -> None:
    body = {"is_conversion": False, "dedupe": {"window_minutes": 30}}
    put = await api.put(SALE, json=body, headers={"If-Match": '"0"'})
    assert (put.status_code, put.headers["etag"]) == (200, '"1"')
    row = put.json()
    assert (row["is_conversion"], row["inherited"]["is_conversion"]) == (False, True)
    assert (row["dedupe"], row["multi_trigger"]) == ({"window_minutes": 30}, True)
    assert row["inherited"]["dedupe"] == "once_per_lead"
    assert row["overrides"] == {
        "enabled": None,
        "is_conversion": False,
        "is_affiliate_conversion": None,
        "multi_trigger": True,
        "dedupe": {"window_minutes": 30},
    }
    assert (await api.get(SALE)).json() == row
    # PUT says everything: what is left out is inherited again.
    again = (await api.put(SALE, json={"multi_trigger": True})).json()
    assert (again["is_conversion"], again["dedupe"]) == (True, "allow_all")
    gone = await api.delete(SALE)
    assert (gone.status_code, gone.content) == (204, b"")
    assert set((await api.get(SALE)).json()["overrides"].values()) == {None}


async def test_an_event_that_is_switched_off_is_refused_for_its_leads(
    api: httpx.AsyncClient,
) -> None:
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    fact = {"event": "sale", "transaction_id": "t-1"}
    await api.put(SALE, json={"enabled": False})
    refused = await api.post(f"{BASE}/events", json=fact)
    assert_problem(refused, 422, "event_not_available", {"event"})
    await api.delete(SALE)
    assert (await api.post(f"{BASE}/events", json=fact)).status_code == 201


async def test_an_event_assigned_one_by_one_fires_in_that_campaign_alone(
    api: httpx.AsyncClient,
) -> None:
    await create(api, "/campaigns", key="auto-ca", name="Auto CA")
    for campaign in ("auto-us", "auto-ca"):
        await create(api, "/leads", campaign=campaign, transaction_id=campaign)
    await api.put(f"{BASE}{EVENTS}/callback", json={"enabled": True})
    answers = {
        campaign: await api.post(
            f"{BASE}/events", json={"event": "callback", "transaction_id": campaign}
        )
        for campaign in ("auto-us", "auto-ca")
    }
    assert answers["auto-us"].status_code == 201
    assert_problem(answers["auto-ca"], 422, "event_not_available")


async def test_a_campaigns_own_flag_is_frozen_on_what_fires_there(api: httpx.AsyncClient) -> None:
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    await api.put(SALE, json={"is_conversion": False})
    await create(api, "/events", event="sale", transaction_id="t-1")
    await api.delete(SALE)
    assert [row["is_conversion"] for row in await items(api, "/events")] == [False]


async def test_a_second_conversion_in_a_campaign_is_warned_of_and_allowed(
    api: httpx.AsyncClient,
) -> None:
    assert (await api.get(SALE)).json()["warnings"] == []
    put = await api.put(f"{BASE}{EVENTS}/callback", json={"enabled": True, "is_conversion": True})
    assert put.status_code == 200
    assert "sale" in put.json()["warnings"][0]
    # The event itself is told too, where it is switched to a conversion everywhere.
    created = await create(api, "/event-types", name="signup", is_conversion=True)
    assert "Auto US" in created["warnings"][0]
    plain = await create(api, "/event-types", name="note")
    assert plain["warnings"] == []


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient) -> None:
    await api.put(SALE, json={"enabled": False}, headers={"If-Match": '"0"'})
    late = await api.put(SALE, json={"enabled": True}, headers={"If-Match": '"0"'})
    assert_stale(late, yours=0, current=1)
    assert_stale(await api.delete(SALE, headers={"If-Match": '"0"'}), yours=0, current=1)
    assert (await api.get(SALE)).json()["enabled"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"enabeld": True}, "enabeld"),
        ({"enabled": "yes"}, "enabled"),
        ({"dedupe": "sometimes"}, "dedupe"),
        ({"dedupe": {"window_minutes": 0}}, "dedupe"),
        ({"dedupe": "allow_all", "multi_trigger": False}, "dedupe"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, body: dict, field: str
) -> None:
    assert_problem(await api.put(SALE, json=body), 422, "invalid_input", {field})


async def test_unknown_events_and_campaigns_are_not_found(api: httpx.AsyncClient) -> None:
    for path in ("/campaigns/nobody/events/sale", f"{EVENTS}/nothing"):
        for method in ("GET", "PUT", "DELETE"):
            response = await api.request(method, f"{BASE}{path}", json={})
            assert_problem(response, 404, "not_found")
    assert_problem(await api.get(f"{BASE}/campaigns/nobody/events"), 404, "not_found")


async def test_the_list_is_walked_by_its_cursor(api: httpx.AsyncClient) -> None:
    first = (await api.get(f"{BASE}{EVENTS}?limit=1")).json()
    rest = (await api.get(f"{BASE}{EVENTS}?cursor={first['next_cursor']}")).json()
    assert [row["name"] for row in first["items"] + rest["items"]] == ["callback", "sale"]
    assert rest["next_cursor"] is None
    assert_problem(await api.get(f"{BASE}{EVENTS}?cursor=xyz"), 422, "invalid_input", {"cursor"})
    # The row with which the page before ended may be gone meanwhile.
    await api.post(f"{BASE}/event-types/callback/archive")
    rest = (await api.get(f"{BASE}{EVENTS}?cursor={first['next_cursor']}")).json()
    assert [row["name"] for row in rest["items"]] == ["sale"]


async def test_a_key_that_may_only_read_changes_nothing(
    api: httpx.AsyncClient, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    refused = await api.put(SALE, json={"enabled": False}, headers=reader)
    assert_problem(refused, 403, "not_allowed")
    assert (await api.get(SALE, headers=reader)).json()["enabled"] is True
