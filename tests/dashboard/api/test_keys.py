"""`/keys`: made, changed, rotated, revoked; and what a key is refused for."""

import httpx

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, fields_of, items
from tests.dashboard.conftest import MakeKey


async def test_a_key_is_shown_once_changed_rotated_and_revoked(
    api: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    made = await api.post(
        f"{BASE}/keys",
        json={"name": "Landing page", "scope": "write", "campaigns": ["auto-us"]},
    )
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    text, own = made.json()["key"], made.headers["location"]
    assert text.startswith(made.json()["prefix"])
    shown = (await api.get(own)).json()
    assert "key" not in shown
    assert (shown["state"], shown["campaigns"], shown["events"]) == ("active", ["auto-us"], None)
    assert shown["created_by"] == "Program with admin"

    limits = {"rate_limit": 600, "addresses": ["127.0.0.1"]}
    changed = await api.patch(own, json=limits, headers={"If-Match": '"1"'})
    assert (changed.json()["rate_limit"], changed.json()["addresses"]) == (600, ["127.0.0.1/32"])
    assert_stale(
        await api.patch(own, json={"name": "x"}, headers={"If-Match": '"1"'}), yours=1, current=2
    )
    rotated = (await api.post(f"{own}/rotate", json={"overlap_hours": 24})).json()
    assert rotated["old_key_ends_at"] is not None
    for key in (text, rotated["key"]):
        calls = await stranger.get(f"{BASE}/events", headers={"Authorization": f"Bearer {key}"})
        assert calls.status_code == 200
    assert (await api.post(f"{own}/end-old")).json()["old_key_ends_at"] is None
    old = await stranger.get(f"{BASE}/events", headers={"Authorization": f"Bearer {text}"})
    assert_problem(old, 401, "not_signed_in")
    assert (await api.post(f"{own}/revoke")).json()["state"] == "revoked"
    assert [row["name"] for row in await items(api, "/keys")] == ["Program with admin"]
    assert len(await items(api, "/keys", revoked="any")) == 2


async def test_what_does_not_fit_is_refused_by_its_field(api: httpx.AsyncClient) -> None:
    refused = await api.post(
        f"{BASE}/keys",
        json={
            "name": " ",
            "scope": "everything",
            "campaigns": [],
            "addresses": ["10.0.0.5/8"],
            "rate_limit": 0,
            "expires_at": "2026-01-01T00:00:00",
        },
    )
    found = fields_of(refused)
    assert set(found) == {"name", "scope", "campaigns", "addresses", "rate_limit", "expires_at"}
    assert "10.0.0.0/8" in found["addresses"]
    unknown = {"name": "x", "scope": "read", "campaigns": ["nowhere"], "events": ["nothing"]}
    assert set(fields_of(await api.post(f"{BASE}/keys", json=unknown))) == {"campaigns", "events"}
    over = {"name": "x", "scope": "read", "expires_at": "2020-01-01T00:00:00Z"}
    assert set(fields_of(await api.post(f"{BASE}/keys", json=over))) == {"expires_at"}


async def test_the_key_of_an_incoming_url_is_limited_here_and_ended_there(
    api: httpx.AsyncClient, partner_client: httpx.AsyncClient
) -> None:
    url = await create(api, "/incoming-urls", name="Partner")
    own = f"{BASE}/keys/{url['key_id']}"
    assert (await api.patch(own, json={"rate_limit": 1})).status_code == 200
    assert "name" in fields_of(await api.patch(own, json={"name": "Other"}))
    for action in ("rotate", "revoke"):
        assert_problem(await api.post(f"{own}/{action}", json={}), 409, "key_of_url")
    assert (await partner_client.get(url["path"])).status_code == 422
    late = await partner_client.get(url["path"])
    assert_problem(late, 429, "rate_limited")
    assert int(late.headers["retry-after"]) > 50


async def test_only_who_gives_access_sees_keys(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    for scope in (KeyScope.READ, KeyScope.WRITE):
        stranger.headers.update(await make_key(scope))
        assert_problem(await stranger.get(f"{BASE}/keys"), 403, "not_allowed")
