"""S12: events under one name, assigned to many campaigns in one step."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey

LISTS = f"{BASE}/event-lists"


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    for key in ("auto-us", "auto-ca"):
        await create(api, "/campaigns", key=key, name=key.upper())
    for name in ("sale", "qualified", "callback"):
        await create(api, "/event-types", name=name, available_everywhere=False)


@pytest.fixture
async def auto(api: httpx.AsyncClient) -> dict:
    return await create(api, "/event-lists", name="Auto", events=["sale", "qualified"])


async def in_force(api: httpx.AsyncClient, campaign: str) -> list[str]:
    rows = await items(api, f"/campaigns/{campaign}/events")
    return [row["name"] for row in rows if row["enabled"]]


async def test_a_list_is_assigned_to_many_campaigns_and_changed_in_all_at_once(
    api: httpx.AsyncClient, auto: dict
) -> None:
    assert auto["id"].startswith("el_")
    assert (auto["events"], auto["campaigns"]) == (["qualified", "sale"], [])
    path = f"{LISTS}/{auto['id']}"
    assigned = await api.put(f"{path}/campaigns", json={"campaigns": ["auto-us", "auto-ca"]})
    assert (assigned.status_code, assigned.json()["campaigns"]) == (200, ["auto-ca", "auto-us"])
    assert await in_force(api, "auto-us") == await in_force(api, "auto-ca") == ["qualified", "sale"]
    changed = await api.put(path, json={"name": "Auto", "events": ["callback"]})
    assert changed.json()["campaigns"] == ["auto-ca", "auto-us"]
    assert await in_force(api, "auto-us") == await in_force(api, "auto-ca") == ["callback"]
    # The whole set: who is not named uses the list no longer.
    await api.put(f"{path}/campaigns", json={"campaigns": ["auto-ca"]})
    assert (await in_force(api, "auto-us"), await in_force(api, "auto-ca")) == ([], ["callback"])


async def test_a_list_is_created_renamed_copied_archived_and_restored(
    api: httpx.AsyncClient, auto: dict
) -> None:
    path = f"{LISTS}/{auto['id']}"
    await api.put(f"{path}/campaigns", json={"campaigns": ["auto-us"]})
    renamed = await api.patch(path, json={"name": "Auto insurance"})
    assert (renamed.json()["name"], renamed.json()["events"]) == (
        "Auto insurance",
        ["qualified", "sale"],
    )
    copy = await api.post(f"{path}/clone")
    assert (copy.status_code, copy.json()["campaigns"]) == (201, [])
    assert copy.json()["events"] == ["qualified", "sale"]
    assert copy.headers["location"] == f"/api/v1/event-lists/{copy.json()['id']}"
    named = await api.post(f"{path}/clone", json={"name": "Home"})
    assert named.json()["name"] == "Home"
    archived = await api.post(f"{path}/archive")
    assert archived.json()["archived_at"] is not None
    assert await in_force(api, "auto-us") == []
    names = [row["name"] for row in await items(api, "/event-lists")]
    assert names == sorted(names)
    assert "Auto insurance" not in names
    assert [r["id"] for r in await items(api, "/event-lists", archived="true")] == [auto["id"]]
    restored = await api.post(f"{path}/restore")
    assert restored.json()["archived_at"] is None
    assert await in_force(api, "auto-us") == ["qualified", "sale"]


async def test_a_preview_tells_who_gains_and_loses_what_and_changes_nothing(
    api: httpx.AsyncClient, auto: dict
) -> None:
    await api.put(f"{LISTS}/{auto['id']}/campaigns", json={"campaigns": ["auto-us"]})
    body = {
        "id": auto["id"],
        "events": ["sale", "callback"],
        "campaigns": ["auto-us", "auto-ca"],
    }
    found = await api.post(f"{LISTS}/preview", json=body)
    assert found.status_code == 200
    assert found.json()["items"] == [
        {
            "campaign": "auto-ca",
            "campaign_name": "AUTO-CA",
            "gains": ["callback", "sale"],
            "loses": [],
        },
        {
            "campaign": "auto-us",
            "campaign_name": "AUTO-US",
            "gains": ["callback"],
            "loses": ["qualified"],
        },
    ]
    assert await in_force(api, "auto-us") == ["qualified", "sale"]
    unchanged = await api.post(f"{LISTS}/preview", json={"id": auto["id"]})
    assert unchanged.json()["items"] == []
    new = await api.post(
        f"{LISTS}/preview", json={"events": ["callback"], "campaigns": ["auto-ca"]}
    )
    assert [row["gains"] for row in new.json()["items"]] == [["callback"]]


async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, auto: dict
) -> None:
    path = f"{LISTS}/{auto['id']}"
    for body, fields in (
        ({}, {"name"}),
        ({"name": "", "events": []}, {"name"}),
        ({"name": "x" * 121}, {"name"}),
        ({"name": "New", "evnets": []}, {"evnets"}),
        ({"name": "New", "events": ["nothing"]}, {"events"}),
        ({"name": "New", "events": "sale"}, {"events"}),
        ({"name": "New", "campaigns": ["nobody"]}, {"campaigns"}),
    ):
        assert_problem(await api.post(LISTS, json=body), 422, "invalid_input", fields)
    assert_problem(await api.put(path, json={"name": "x"}), 422, "invalid_input", {"events"})
    wrong = await api.put(path, json={"name": 5, "zz": 1})
    assert_problem(wrong, 422, "invalid_input", {"name", "zz", "events"})
    assert_problem(await api.put(path, json={}), 422, "invalid_input", {"name", "events"})
    for body in ({}, {"campaigns": None}, {"campaigns": ["nobody"]}, {"campaigns": "auto-us"}):
        refused = await api.put(f"{path}/campaigns", json=body)
        assert refused.status_code == 422, body
        assert "campaigns" in refused.text
    more = {"campaigns": [], "more": 1}
    assert_problem(await api.put(f"{path}/campaigns", json=more), 422, "invalid_input", {"more"})
    for body in ({"evnets": []}, {"events": ["nothing"]}, {"campaigns": ["nobody"]}):
        refused = await api.post(f"{LISTS}/preview", json=body)
        assert_problem(refused, 422, "invalid_input", set(body))
    assert_problem(await api.post(f"{path}/clone", json={"nam": "x"}), 422, "invalid_input")
    assert [row["name"] for row in await items(api, "/event-lists")] == ["Auto"]


async def test_an_archived_campaign_keeps_its_list_and_gets_no_other(
    api: httpx.AsyncClient, auto: dict
) -> None:
    whole_set = {"campaigns": ["auto-us", "auto-ca"]}
    own = f"{LISTS}/{auto['id']}/campaigns"
    await api.put(own, json=whole_set)
    await api.post(f"{BASE}/campaigns/auto-ca/archive")
    assert (await api.put(own, json=whole_set)).status_code == 200
    other = await create(api, "/event-lists", name="Other", events=[])
    refused = await api.put(f"{LISTS}/{other['id']}/campaigns", json=whole_set)
    assert_problem(refused, 422, "invalid_input", {"campaigns"})


async def test_a_taken_name_is_a_conflict(api: httpx.AsyncClient, auto: dict) -> None:
    again = await api.post(LISTS, json={"name": "Auto", "events": []})
    assert_problem(again, 409, "name_taken", {"name"})
    copy = await api.post(f"{LISTS}/{auto['id']}/clone", json={"name": "Auto"})
    assert_problem(copy, 409, "name_taken", {"name"})
    other = await create(api, "/event-lists", name="Other", events=[])
    renamed = await api.patch(f"{LISTS}/{other['id']}", json={"name": "Auto"})
    assert_problem(renamed, 409, "name_taken", {"name"})


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient, auto: dict) -> None:
    path = f"{LISTS}/{auto['id']}"
    await api.put(path, json={"name": "Auto", "events": ["sale"]}, headers={"If-Match": '"1"'})
    stale = {"If-Match": '"1"'}
    whole = {"name": "Mine", "events": ["callback"]}
    assert_stale(await api.put(path, json=whole, headers=stale), yours=1, current=2)
    assert_stale(await api.patch(path, json={"name": "Mine"}, headers=stale), yours=1, current=2)
    late = await api.put(f"{path}/campaigns", json={"campaigns": ["auto-us"]}, headers=stale)
    assert_stale(late, yours=1, current=2)
    kept = (await api.get(path)).json()
    assert (kept["name"], kept["events"], kept["campaigns"]) == ("Auto", ["sale"], [])


async def test_an_unknown_list_is_not_found(api: httpx.AsyncClient) -> None:
    own = f"{LISTS}/el_nothing"
    whole = {"name": "x", "events": []}
    calls = [
        api.get(own),
        api.put(own, json=whole),
        api.patch(own, json=whole),
        api.put(f"{own}/campaigns", json={"campaigns": []}),
        *(api.post(f"{own}/{action}") for action in ("archive", "restore", "clone")),
        api.post(f"{LISTS}/preview", json={"id": "el_nothing"}),
    ]
    for call in calls:
        assert_problem(await call, 404, "not_found")


async def test_a_key_that_may_only_read_changes_nothing(
    api: httpx.AsyncClient, auto: dict, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    path = f"{LISTS}/{auto['id']}"
    body = {"campaigns": ["auto-us"]}
    assert_problem(
        await api.put(f"{path}/campaigns", json=body, headers=reader), 403, "not_allowed"
    )
    assert (await api.get(path, headers=reader)).json()["campaigns"] == []
