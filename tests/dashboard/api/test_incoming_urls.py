"""S9: the incoming URLs that partners are given, defined over the API."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey

URLS = f"{BASE}/incoming-urls"


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale")


@pytest.fixture
async def url(api: httpx.AsyncClient) -> dict:
    return await create(api, "/incoming-urls", name="Partner")


async def test_a_url_is_made_changed_and_listed(api: httpx.AsyncClient) -> None:
    body = {
        "name": "Partner",
        "campaign": "auto-us",
        "event": "sale",
        "parameters": {"transaction_id": "txid", "fields.policy_no": "adv[1]"},
        "words": {"event": {"1": "sale"}, "conversion_status": {"2": "approved"}},
    }
    made = await api.post(URLS, json=body)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    row = made.json()
    assert made.headers["location"] == f"/api/v1/incoming-urls/{row['id']}"
    assert row["id"].startswith("in_")
    assert row.items() >= body.items()
    assert row["path"] == f"/in/{row['key']}"
    assert row["key"].startswith(row["key_prefix"])
    own = f"{URLS}/{row['id']}"
    assert (await api.get(own)).json() == row
    changed = await api.patch(
        own, json={"campaign": None, "words": {}}, headers={"If-Match": '"1"'}
    )
    assert (changed.json()["campaign"], changed.json()["words"]) == (None, {})
    assert (changed.json()["key"], changed.json()["event"]) == (row["key"], "sale")
    assert [each["id"] for each in await items(api, "/incoming-urls", q="part")] == [row["id"]]
    assert await items(api, "/incoming-urls", q="nobody") == []


async def test_an_archived_url_works_no_more(
    api: httpx.AsyncClient, stranger: httpx.AsyncClient, url: dict
) -> None:
    known = await stranger.get(f"{url['path']}?event=sale&transaction_id=nobody")
    assert_problem(known, 404, "unknown_lead")
    own = f"{URLS}/{url['id']}"
    archived = await api.post(f"{own}/archive")
    assert archived.json()["archived_at"] is not None
    assert (archived.json()["key"], archived.json()["path"]) == (None, None)
    assert_problem(await stranger.get(url["path"]), 401, "not_signed_in")
    assert await items(api, "/incoming-urls") == []
    assert len(await items(api, "/incoming-urls", archived="true")) == 1
    assert_problem(await api.patch(own, json={"name": "x"}), 409, "archived")
    assert_problem(await api.post(f"{own}/new-key"), 409, "archived")


async def test_a_new_key_takes_the_place_of_the_old_one(
    api: httpx.AsyncClient, stranger: httpx.AsyncClient, url: dict
) -> None:
    renewed = (await api.post(f"{URLS}/{url['id']}/new-key")).json()
    assert renewed["key"] != url["key"]
    assert_problem(await stranger.get(url["path"]), 401, "not_signed_in")
    assert_problem(await stranger.get(renewed["path"]), 422, "invalid_field")


async def test_the_calls_of_one_url_are_found_in_the_incoming_log(
    api: httpx.AsyncClient, url: dict
) -> None:
    other = await create(api, "/incoming-urls", name="Other")
    await api.get(f"{url['path']}?event=sale&transaction_id=mine")
    await api.get(f"{other['path']}?event=sale&transaction_id=theirs")
    rows = await items(api, "/submissions", source="incoming", key_id=url["key_id"])
    assert [row["transaction_id"] for row in rows] == ["mine"]
    assert (await api.get(f"{URLS}/{url['id']}")).json()["last_used_at"] is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"campaing": "auto-us"}, "campaing"),
        ({"campaign": "nobody"}, "campaign"),
        ({"event": "nothing"}, "event"),
        ({"parameters": {"nothing": "x"}}, "parameters"),
        ({"parameters": {"event": "a b"}}, "parameters"),
        ({"parameters": {"event": "return"}}, "parameters"),
        ({"parameters": {"event": "x", "amount": "x"}}, "parameters"),
        ({"parameters": ["event"]}, "parameters"),
        ({"words": {"amount": {"1": "2"}}}, "words"),
        ({"words": {"conversion_status": {"1": "great"}}}, "words"),
        ({"words": {"event": {"1": "nothing"}}}, "words"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, changes: dict, field: str
) -> None:
    refused = await api.post(URLS, json={"name": "Partner", **changes})
    assert_problem(refused, 422, "invalid_input", {field})
    assert await items(api, "/incoming-urls", archived="any") == []


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient, url: dict) -> None:
    own = f"{URLS}/{url['id']}"
    await api.patch(own, json={"name": "Theirs"})
    late = await api.patch(own, json={"name": "Mine"}, headers={"If-Match": '"1"'})
    assert_stale(late, yours=1, current=2)
    assert (await api.get(own)).json()["name"] == "Theirs"


async def test_an_unknown_url_is_not_found(api: httpx.AsyncClient) -> None:
    own = f"{URLS}/in_nothing"
    for call in (
        api.get(own),
        api.patch(own, json={"name": "x"}),
        api.post(f"{own}/archive"),
        api.post(f"{own}/new-key"),
    ):
        assert_problem(await call, 404, "not_found")


async def test_a_key_that_may_only_read_learns_no_key_and_changes_nothing(
    api: httpx.AsyncClient, url: dict, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    seen = await api.get(f"{URLS}/{url['id']}", headers=reader)
    assert (seen.status_code, seen.json()["key"], seen.json()["path"]) == (200, None, None)
    listed = await api.get(URLS, headers=reader)
    assert url["key"] not in seen.text + listed.text
    refused = await api.post(f"{URLS}/{url['id']}/archive", headers=reader)
    assert_problem(refused, 403, "not_allowed")
