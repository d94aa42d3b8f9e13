"""Whoever holds an old version changes no definition, whatever the change; cursors survive."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, create

OLD = {"If-Match": '"7"'}
# What is made, and each call on it that would change it.
CHANGES = {
    "/campaigns": ({"key": "a", "name": "A"}, ("PATCH", "POST /archive", "POST /restore")),
    "/affiliates": ({"key": "a", "name": "A"}, ("PATCH", "POST /archive", "POST /restore")),
    "/event-types": ({"name": "sale"}, ("PATCH", "POST /archive", "POST /restore")),
    "/event-lists": (
        {"name": "A"},
        ("PATCH", "PUT", "PUT /campaigns", "POST /archive", "POST /restore"),
    ),
    "/incoming-urls": ({"name": "A"}, ("PATCH", "POST /archive", "POST /new-key")),
    "/notice-channels": (
        {"name": "A", "kind": "url", "target": "https://127.0.0.1/x"},
        ("PATCH", "DELETE", "POST /new-secret"),
    ),
}
BODIES = {"PUT": {"name": "A", "events": []}, "PUT /campaigns": {"campaigns": []}}


@pytest.mark.parametrize("noun", CHANGES)
async def test_an_old_version_changes_nothing(api: httpx.AsyncClient, noun: str) -> None:
    body, calls = CHANGES[noun]
    made = await api.post(BASE + noun, json=body)
    assert made.headers["etag"] == '"1"', made.text
    path = made.headers["location"]
    for call in calls:
        method, _, below = call.partition(" ")
        content = BODIES.get(call, {} if method in {"PATCH", "PUT"} else None)
        answer = await api.request(method, path + below, json=content, headers=OLD)
        assert_problem(answer, 409, "stale_version")
        assert (answer.json()["your_version"], answer.json()["current_version"]) == (7, 1)
    assert (await api.get(path)).json()["archived_at"] is None


async def test_an_old_version_archives_no_postback(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    row = await create(api, "/event-types/sale/postbacks", url="https://partner.example/")
    path = f"{BASE}/postbacks/{row['id']}"
    assert_problem(await api.delete(path, headers=OLD), 409, "stale_version")
    assert (await api.delete(path, headers={"If-Match": '"1"'})).status_code == 204


@pytest.mark.parametrize("noun", ["/campaigns", "/event-types", "/echo", "/events"])
async def test_a_cursor_stays_where_it_is_while_rows_come_in(
    api: httpx.AsyncClient, noun: str
) -> None:
    """Newest first or by name: what comes before the cursor is seen on a later visit."""
    await create(api, "/campaigns", key="start", name="Start")
    await create(api, "/event-types", name="start", multi_trigger=True)
    await create(api, "/leads", campaign="start", transaction_id="t-1")
    name = {"/campaigns": "key", "/events": "order_id"}.get(noun, "name")

    async def add(letter: str) -> None:
        more = {"/campaigns": {"name": letter}, "/events": {"event": "start"}}.get(noun, {})
        if noun == "/events":
            more |= {"transaction_id": "t-1"}
        await create(api, noun, **{name: f"row_{letter}"}, **more)

    for letter in "bdfh":
        await add(letter)
    before = (await api.get(BASE + noun, params={"limit": 500})).json()["items"]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await api.get(BASE + noun, params={"limit": 2, "cursor": cursor})).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if len(seen) == 2:
            await add("a")
    key = "event_id" if noun == "/events" else name
    keys = [row[key] for row in seen]
    assert len(keys) == len(set(keys))
    assert [each for each in keys if each != "row_a"] == [row[key] for row in before]
