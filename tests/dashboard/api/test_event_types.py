"""S1, S2 and S5: events are listed, named, refused, archived, and never renamed once fired."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import (
    BASE,
    assert_problem,
    assert_stale,
    create,
    fields_of,
    items,
)
from tests.dashboard.conftest import MakeKey

TYPES = f"{BASE}/event-types"


async def test_all_events_are_listed_by_name(api: httpx.AsyncClient) -> None:
    for name in ("sale", "callback", "qualified"):
        await create(api, "/event-types", name=name, description=f"A {name}.")
    rows = await items(api, "/event-types")
    assert [row["name"] for row in rows] == ["callback", "qualified", "sale"]
    assert [row["name"] for row in await items(api, "/event-types", q="a QUAL")] == ["qualified"]


@pytest.mark.parametrize("name", ["", "Sale", "1st", "_x", "a b", "ümlaut", "a" * 65])
async def test_a_name_that_does_not_fit_is_refused(api: httpx.AsyncClient, name: str) -> None:
    refused = await api.post(TYPES, json={"name": name})
    assert_problem(refused, 422, "invalid_input", {"name"})
    assert await items(api, "/event-types", archived="any") == []


async def test_a_name_that_nearly_fits_is_refused_with_one_that_does(
    api: httpx.AsyncClient,
) -> None:
    refused = await api.post(TYPES, json={"name": "Policy Sold!"})
    assert "“policy_sold”" in fields_of(refused)["name"]


async def test_a_taken_name_is_a_conflict_beside_the_field(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    await api.post(f"{TYPES}/sale/archive")
    again = await api.post(TYPES, json={"name": "sale"})
    assert_problem(again, 409, "name_taken", {"name"})
    await create(api, "/event-types", name="sold")
    renamed = await api.patch(f"{TYPES}/sold", json={"name": "sale"})
    assert_problem(renamed, 409, "name_taken", {"name"})


async def test_an_event_that_has_fired_keeps_its_name_and_its_history(
    api: httpx.AsyncClient,
) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    await create(api, "/event-types", name="sale")
    renamed = await api.patch(f"{TYPES}/sale", json={"name": "sold"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "sold")
    await create(api, "/events", event="sold", transaction_id="t-1")
    refused = await api.patch(f"{TYPES}/sold", json={"name": "sale"})
    assert_problem(refused, 409, "event_has_fired", {"name"})
    assert_problem(await api.delete(f"{TYPES}/sold"), 405, "method_not_allowed")
    await api.post(f"{TYPES}/sold/archive")
    assert [row["event"] for row in await items(api, "/events", event="sold")] == ["sold"]
    archived = await api.post(f"{BASE}/events", json={"event": "sold", "transaction_id": "t-1"})
    assert_problem(archived, 422, "event_not_available", {"event"})


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    await api.patch(f"{TYPES}/sale", json={"is_conversion": True})
    late = await api.patch(
        f"{TYPES}/sale", json={"is_conversion": False}, headers={"If-Match": '"1"'}
    )
    assert_stale(late, yours=1, current=2)
    assert (await api.get(f"{TYPES}/sale")).json()["is_conversion"] is True


async def test_an_unknown_event_is_not_found(api: httpx.AsyncClient) -> None:
    own = f"{TYPES}/nothing"
    actions = [api.post(f"{own}/{action}") for action in ("archive", "restore", "clone")]
    for call in (api.get(own), api.patch(own, json={}), *actions):
        assert_problem(await call, 404, "not_found")


async def test_a_key_that_may_only_read_changes_nothing(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    refused = await stranger.post(TYPES, json={"name": "sale"}, headers=reader)
    assert_problem(refused, 403, "not_allowed")
