"""The incoming log over the API: what came in, the very answer, what to do, and doing it."""

import httpx
import pytest

from models.words import KeyScope
from services.actor import SYSTEM
from services.bulk_jobs import batches
from services.database import Database
from services.inbox import bad_keys, by_itself
from services.inbox.bulk_replays import REPLAYS
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey

SALE = {"event": "sale", "transaction_id": "t-1", "amount": "49.90"}


@pytest.fixture
async def installation(api: httpx.AsyncClient) -> httpx.AsyncClient:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale")
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    return api


async def detail(api: httpx.AsyncClient, submission_id: str) -> dict:
    response = await api.get(f"{BASE}/submissions/{submission_id}")
    assert response.status_code == 200, response.text
    return response.json()


async def act(api: httpx.AsyncClient, submission_id: str, deed: str, **body: object) -> dict:
    response = await api.post(f"{BASE}/submissions/{submission_id}/{deed}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_every_answer_is_shown_as_it_was_given(
    installation: httpx.AsyncClient, partner_client: httpx.AsyncClient
) -> None:
    api = installation
    url = await create(api, "/incoming-urls", name="Partner")
    path = f"/in/{url['key']}"
    answers = [
        await api.post(f"{BASE}/events", json=SALE),
        await api.post(f"{BASE}/events", json=SALE),
        await api.post(f"{BASE}/events", json={**SALE, "event": "Sale", "amount": "x"}),
        await api.post(f"{BASE}/events", content=b"{"),
        await partner_client.get(f"{path}?event=sale&transaction_id=t-1&colour=red"),
        await partner_client.get(f"{path}?event=sale&transaction_id=t-1&return=OK"),
        await partner_client.get(f"{path}?event=sale&transaction_id=t-1&test=1"),
        await partner_client.post(path, content=b"<a/>", headers={"Content-Type": "text/xml"}),
    ]
    logged = await items(api, "/submissions")
    assert len(logged) == len(answers)
    for row, response in zip(reversed(logged), answers, strict=True):
        given = (await detail(api, row["id"]))["answer"]
        assert given["status"] == response.status_code
        kind = response.headers["content-type"].partition(";")[0]
        assert given["content_type"] == kind
        shown = response.text if kind == "text/plain" else response.json()
        assert given["body"] == shown
        if isinstance(shown, dict):
            assert list(given["body"]) == list(shown)


async def test_what_came_in_is_shown_without_secrets(
    installation: httpx.AsyncClient, partner_client: httpx.AsyncClient
) -> None:
    api = installation
    url = await create(api, "/incoming-urls", name="Partner")
    await partner_client.post(
        f"/in/{url['key']}?event=sale&api_token=abc123&transaction_id=t-9&x={url['key']}",
        content=b'{"Password": "hunter\\"2", "note": "kept", "secretNumber": 42}',
        headers={"Content-Type": "application/json"},
    )
    (row,) = await items(api, "/submissions")
    found = await detail(api, row["id"])
    content = found["content"]
    assert (content["method"], content["content_type"]) == ("POST", "application/json")
    assert content["query"] == ("event=sale&api_token=••••••&transaction_id=t-9&x=al_…")
    assert content["body"] == '{"Password": "••••••", "note": "kept", "secretNumber": ••••••}'
    for secret in ("abc123", "hunter", "42", url["key"]):
        assert secret not in str(found["content"]) + found["body"]


async def test_a_call_about_an_unknown_lead_stays_404_and_is_found_matched_and_linked(
    installation: httpx.AsyncClient, db: Database
) -> None:
    api = installation
    late = {**SALE, "transaction_id": "t-9"}
    refused = await api.post(f"{BASE}/events", json=late)
    assert_problem(refused, 404, "unknown_lead", {"transaction_id"})
    submission_id = refused.json()["submission_id"]
    (row,) = await items(api, "/submissions", unmatched="true")
    assert (row["id"], row["handling"]) == (submission_id, "open")
    assert "Add the lead" in (await detail(api, submission_id))["what_to_do"]
    assert await items(api, "/submissions", transaction_id="t-1") == []

    await create(api, "/leads", campaign="auto-us", transaction_id="t-9")
    await by_itself.work(db)
    found = await detail(api, submission_id)
    assert (found["handling"], found["handled_by"]) == ("matched", None)
    assert found["answer"]["status"] == 404
    event = (await api.get(f"{BASE}/events/{found['matched_event_id']}")).json()
    assert (event["transaction_id"], event["amount"]) == ("t-9", "49.90")
    assert event["occurred_at"] == found["received_at"]
    assert await items(api, "/submissions", unmatched="true") == []
    assert len(await items(api, "/submissions", event="sale", handling="matched")) == 1


async def test_a_call_is_matched_by_hand_with_a_suggested_lead(
    installation: httpx.AsyncClient,
) -> None:
    api = installation
    refused = await api.post(f"{BASE}/events", json={**SALE, "transaction_id": "T-1"})
    submission_id = refused.json()["submission_id"]
    found = (await api.get(f"{BASE}/submissions/{submission_id}/suggestions")).json()["items"]
    lead_id = found[0]["lead_id"]
    assert found[0]["transaction_id"] == "t-1"
    seen = await act(api, submission_id, "match", lead_id=lead_id, dry_run=True)
    assert (seen["verdict"], seen["requests"]) == ("recorded", [])
    matched = await act(api, submission_id, "match", lead_id=lead_id)
    assert (matched["handling"], matched["lead_id"]) == ("matched", lead_id)
    again = await api.post(f"{BASE}/submissions/{submission_id}/match", json={"lead_id": lead_id})
    assert_problem(again, 409, "already_recorded")


async def test_a_call_is_replayed_and_dismissed_one_by_one_and_by_a_filter(
    installation: httpx.AsyncClient, db: Database
) -> None:
    api = installation
    ids = []
    for _ in range(3):
        refused = await api.post(f"{BASE}/events", json={**SALE, "event": "quote"})
        ids.append(refused.json()["submission_id"])
    first = await act(api, ids[0], "replay")
    assert (first["tried_verdict"], first["handling"]) == ("unknown_event", None)
    await act(api, ids[0], "dismiss", reason="A test.")
    await create(api, "/event-types", name="quote")
    counted = await api.post(
        f"{BASE}/submissions/replay", json={"verdict": "unknown_event", "dry_run": True}
    )
    assert counted.json() == {"dry_run": True, "count": 2, "count_is_complete": True}
    started = await api.post(f"{BASE}/submissions/replay", json={"verdict": "unknown_event"})
    await batches.work(db, REPLAYS, pause_seconds=0)
    job = (await api.get(started.headers["Location"])).json()
    assert (job["status"], job["recorded"], job["duplicates"]) == ("finished", 1, 1)
    assert (await api.delete(started.headers["Location"])).status_code == 204
    assert (await act(api, ids[0], "replay"))["tried_verdict"] == "duplicate"


async def test_a_call_says_from_where_it_came_and_one_with_a_bad_key_is_counted_alone(
    installation: httpx.AsyncClient, partner_client: httpx.AsyncClient, db: Database
) -> None:
    await installation.post(f"{BASE}/events", json=SALE)
    for path in ("/in/al_wrong?event=sale", f"{BASE}/events", f"{BASE}/events"):
        assert_problem(await partner_client.get(path), 401, "not_signed_in")
    await bad_keys.store(db)
    (row,) = await items(installation, "/submissions")
    counted = await bad_keys.recent(SYSTEM)
    assert {(each.way, each.calls, each.hint) for each in counted} == {
        ("url", 1, "al_wrong"),
        ("api", 2, ""),
    }
    assert {each.address for each in counted} == {row["address"]} != {""}


@pytest.mark.parametrize("scope", [KeyScope.READ, KeyScope.INCOMING])
async def test_without_the_right_nothing_is_matched_replayed_or_dismissed(
    installation: httpx.AsyncClient, make_key: MakeKey, scope: KeyScope
) -> None:
    api = installation
    refused = await api.post(f"{BASE}/events", json={**SALE, "transaction_id": "t-9"})
    path = f"{BASE}/submissions/{refused.json()['submission_id']}"
    headers = await make_key(scope)
    for call in ("/match", "/replay", "/dismiss"):
        assert_problem(await api.post(path + call, json={}, headers=headers), 403, "not_allowed")
    bulk = await api.post(f"{BASE}/submissions/replay", json={}, headers=headers)
    assert_problem(bulk, 403, "not_allowed")
