"""Campaigns and affiliates: keyed definitions that behave alike."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey

pytestmark = pytest.mark.parametrize("path", ["/campaigns", "/affiliates"])


async def test_one_is_created_renamed_archived_and_restored(
    api: httpx.AsyncClient, path: str
) -> None:
    made = await api.post(f"{BASE}{path}", json={"key": "g-1", "name": "Google"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    own = f"{BASE}{path}/g-1"
    assert made.headers["location"] == own
    assert (await api.get(own)).json() == made.json()
    renamed = await api.patch(own, json={"name": "Google Ads"}, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Google Ads")
    assert renamed.headers["etag"] == '"2"'
    assert (await api.post(f"{own}/archive")).json()["archived_at"] is not None
    assert await items(api, path) == []
    assert [row["key"] for row in await items(api, path, archived="true", q="ads")] == ["g-1"]
    assert (await api.post(f"{own}/restore")).json()["archived_at"] is None
    assert [row["key"] for row in await items(api, path, q="nobody")] == []


async def test_a_list_of_them_is_walked_by_its_cursor(api: httpx.AsyncClient, path: str) -> None:
    for number in range(3):
        await create(api, path, key=f"k{number}", name=f"Name {number}")
    first = (await api.get(f"{BASE}{path}?limit=2")).json()
    assert [row["key"] for row in first["items"]] == ["k0", "k1"]
    rest = (await api.get(f"{BASE}{path}?limit=2&cursor={first['next_cursor']}")).json()
    assert ([row["key"] for row in rest["items"]], rest["next_cursor"]) == (["k2"], None)


async def test_what_does_not_fit_is_refused_by_its_field(api: httpx.AsyncClient, path: str) -> None:
    url = f"{BASE}{path}"
    assert_problem(await api.post(url, json={}), 422, "invalid_input", {"key", "name"})
    body = {"key": "Not A Key", "name": "x" * 121, "nmae": "x"}
    assert_problem(await api.post(url, json=body), 422, "invalid_input", {"key", "name", "nmae"})
    await create(api, path, key="taken", name="Taken")
    again = await api.post(url, json={"key": "taken", "name": "Again"})
    assert_problem(again, 409, "key_taken", {"key"})
    moved = await api.patch(f"{url}/taken", json={"key": "other"})
    assert_problem(moved, 422, "invalid_input", {"key"})


async def test_an_unknown_one_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    own = f"{BASE}{path}/nobody"
    calls = [
        api.get(own),
        api.patch(own, json={"name": "x"}),
        api.post(f"{own}/archive"),
        api.post(f"{own}/restore"),
    ]
    for call in calls:
        assert_problem(await call, 404, "not_found")


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient, path: str) -> None:
    await create(api, path, key="a", name="A")
    own = f"{BASE}{path}/a"
    await api.patch(own, json={"name": "B"})
    late = await api.patch(own, json={"name": "C"}, headers={"If-Match": '"1"'})
    assert_stale(late, yours=1, current=2)
    assert (await api.get(own)).json()["name"] == "B"


async def test_a_key_that_may_only_read_changes_nothing(
    stranger: httpx.AsyncClient, make_key: MakeKey, path: str
) -> None:
    stranger.headers.update(await make_key(KeyScope.READ))
    refused = await stranger.post(f"{BASE}{path}", json={"key": "a", "name": "A"})
    assert_problem(refused, 403, "not_allowed")
    assert await items(stranger, path) == []
