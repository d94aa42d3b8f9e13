"""The main path by the API's calls alone."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import assert_problem, create
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner

pytestmark = pytest.mark.usefixtures("sender")


@pytest.fixture
async def sale(api: httpx.AsyncClient) -> dict:
    return await create(api, "/event-types", name="sale", is_conversion=True)


@pytest.fixture
async def lead(api: httpx.AsyncClient) -> dict:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    return await create(
        api,
        "/leads",
        campaign="auto-us",
        transaction_id="t 1&x=ü",
        first_name='O"Neil\\ {event_name}',
        email="a+b@ü.de",
        sub3="from a list",
        fields={"zip": "90210", "age": 44},
    )


async def test_an_event_type_is_created_changed_archived_and_cloned(
    api: httpx.AsyncClient,
) -> None:
    created = await api.post("/api/v1/event-types", json={"name": "sale", "multi_trigger": True})
    assert created.status_code == 201
    assert created.headers["etag"] == '"1"'
    assert created.headers["location"] == "/api/v1/event-types/sale"
    body = created.json()
    assert (body["dedupe"], body["available_everywhere"], body["version"]) == ("allow_all", True, 1)
    assert body["created_at"].endswith("+00:00")
    changed = await api.patch("/api/v1/event-types/sale", json={"is_conversion": True})
    assert (changed.status_code, changed.json()["is_conversion"]) == (200, True)
    clone = await api.post("/api/v1/event-types/sale/clone")
    assert (clone.status_code, clone.json()["name"]) == (201, "sale_copy")
    named = await api.post("/api/v1/event-types/sale/clone", json={"name": "sold"})
    assert named.json()["name"] == "sold"
    refused = await api.post("/api/v1/event-types/sale/clone", json={"nam": "sold"})
    assert refused.status_code == 422
    archived = await api.post("/api/v1/event-types/sale/archive")
    assert archived.json()["archived_at"] is not None
    names = [row["name"] for row in (await api.get("/api/v1/event-types")).json()["items"]]
    assert names == ["sale_copy", "sold"]
    everything = (await api.get("/api/v1/event-types?archived=any&q=sale")).json()["items"]
    assert [row["name"] for row in everything] == ["sale", "sale_copy"]
    restored = await api.post("/api/v1/event-types/sale/restore")
    assert restored.json()["archived_at"] is None


async def test_a_list_is_walked_by_its_cursor(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await create(api, "/campaigns", key=f"c{number}", name=f"Campaign {number}")
    seen, cursor = [], ""
    while cursor is not None:
        page = (await api.get("/api/v1/campaigns", params={"limit": 2, "cursor": cursor})).json()
        seen += [row["key"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["c0", "c1", "c2", "c3", "c4"]


async def test_a_lead_captured_twice_is_the_first_one(api: httpx.AsyncClient, lead: dict) -> None:
    again = await api.post(
        "/api/v1/leads",
        json={"campaign": "auto-us", "transaction_id": "t 1&x=ü", "email": "other@example.com"},
    )
    assert again.status_code == 200
    assert again.json()["lead_id"] == lead["lead_id"]
    assert (again.json()["email"], again.json()["differs"]) == ("a+b@ü.de", ["email"])


async def test_a_lead_is_found_changed_and_told_about(api: httpx.AsyncClient, lead: dict) -> None:
    assert (lead["sub3"], lead["sub4"]) == ("from a list", None)
    path = f"/api/v1/leads/{lead['lead_id']}"
    changed = await api.patch(path, json={"phone": "+1 415 555 0132"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    for query in ({"q": "+1 415"}, {"q": 'o"neil'}, {"q": "A+B@"}, {"campaign": "auto-us"}):
        found = (await api.get("/api/v1/leads", params=query)).json()["items"]
        assert [row["lead_id"] for row in found] == [lead["lead_id"]], query
    timeline = (await api.get(f"{path}/timeline")).json()
    assert [entry["kind"] for entry in timeline["items"]] == ["captured"]
    assert (await api.get("/api/v1/leads/ld_unknown")).status_code == 404


async def test_a_postback_keeps_its_secrets_to_itself(
    api: httpx.AsyncClient, sale: dict, partner: Partner
) -> None:
    created = await create(
        api,
        "/event-types/sale/postbacks",
        url=partner.url("/ok?tid={transaction_id}"),
        headers={"X-Key": "{secret:token}"},
        secrets={"token": "hush"},
    )
    assert created["secret_names"] == ["token"]
    path = f"/api/v1/postbacks/{created['id']}"
    assert "hush" not in (await api.get(path)).text
    listed = (await api.get("/api/v1/event-types/sale/postbacks")).json()["items"]
    assert [row["id"] for row in listed] == [created["id"]]
    changed = await api.patch(path, json={"enabled": False}, headers={"If-Match": '"1"'})
    assert (changed.json()["enabled"], changed.headers["etag"]) == (False, '"2"')
    gone = await api.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await api.get("/api/v1/event-types/sale/postbacks")).json()["items"] == []


async def test_a_postback_with_an_unknown_macro_is_refused(
    api: httpx.AsyncClient, sale: dict
) -> None:
    response = await api.post(
        "/api/v1/event-types/sale/postbacks", json={"url": "https://example.com/?t={transactionid}"}
    )
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["url"]


async def test_an_unsaved_postback_is_tried_out(
    api: httpx.AsyncClient, lead: dict, partner: Partner
) -> None:
    draft = {
        "postback": {
            "url": partner.url("/status/418?tid={transaction_id}&a={amount}"),
            "headers": {"X-Key": "{secret:token}"},
            "secrets": {"token": "hush"},
        },
        "lead_id": lead["lead_id"],
        "values": {"amount": "12.50"},
    }
    preview = (await api.post("/api/v1/postbacks/preview", json=draft)).json()
    assert preview["request"]["url"].endswith("?tid=t%201%26x%3D%C3%BC&a=12.50")
    assert {use["expression"] for use in preview["macros"]} >= {"{transaction_id}", "{amount}"}
    assert partner.requests == []
    tried = (await api.post("/api/v1/postbacks/test", json=draft)).json()
    assert (tried["outcome"], tried["failure"]["kind"]) == ("failed", "http_status")
    assert tried["response"]["status_code"] == 418
    assert tried["request"]["headers"]["X-Key"] != "hush"
    assert len(partner.requests) == 1


async def test_a_wrong_draft_names_the_field_inside_it(api: httpx.AsyncClient) -> None:
    nested = await api.post("/api/v1/postbacks/preview", json={"postback": {"url": "ftp://a.b/"}})
    assert [error["field"] for error in nested.json()["errors"]] == ["postback.url"]
    flat = await api.post("/api/v1/postbacks/preview", json={"url": "ftp://a.b/"})
    assert [error["field"] for error in flat.json()["errors"]] == ["url"]


async def test_a_saved_postback_is_tested_with_its_own_event(
    api: httpx.AsyncClient, sale: dict, partner: Partner
) -> None:
    row = await create(api, "/event-types/sale/postbacks", url=partner.url("/ok?e={event_name}"))
    tried = await api.post(f"/api/v1/postbacks/{row['id']}/test")
    assert tried.status_code == 200
    assert tried.json()["outcome"] == "succeeded"
    assert tried.json()["failure"] is None
    assert partner.requests[0].target == b"/ok?e=sale"


async def test_an_event_is_recorded_once_and_shown_with_what_it_owes(
    api: httpx.AsyncClient, sale: dict, lead: dict, partner: Partner
) -> None:
    await create(api, "/event-types/sale/postbacks", url=partner.url("/ok?tid={transaction_id}"))
    call = b'{"event":"sale","transaction_id":"t 1&x=\xc3\xbc","amount":49.90,"currency":"USD"}'
    first = await api.post("/api/v1/events", content=call)
    assert first.status_code == 201
    event_id = first.json()["event_id"]
    assert first.json() == {"status": "recorded", "event_id": event_id, "deliveries": 1}
    second = await api.post("/api/v1/events", content=call)
    assert second.status_code == 200
    assert second.json() == {"status": "duplicate", "event_id": event_id}

    row = (await api.get("/api/v1/events", params={"event": "sale"})).json()["items"][0]
    assert set(row) >= {
        *("event_id", "event", "occurred_at", "received_at", "lead_id", "transaction_id"),
        *("campaign", "status", "response_code", "conversion_status", "amount", "currency"),
        "deliveries",
    }
    assert (row["status"], row["amount"], row["deliveries"]) == ("pending", "49.90", 1)
    detail = await api.get(f"/api/v1/events/{event_id}")
    assert b'"amount":49.90' in detail.content, "the payload keeps the digits it came with"
    assert detail.json()["payload"]["transaction_id"] == "t 1&x=ü"
    delivery = detail.json()["deliveries"][0]
    assert delivery["request"]["url"].endswith("/ok?tid=t%201%26x%3D%C3%BC")
    assert (delivery["level"], delivery["attempts"]) == ("event", [])
    listed = (await api.get("/api/v1/deliveries?status=pending&status=failed")).json()["items"]
    assert [each["id"] for each in listed] == [delivery["id"]]
    resent = await api.post(f"/api/v1/deliveries/{delivery['id']}/resend")
    assert (resent.status_code, resent.json()["status"]) == (200, "pending")
    found = (await api.get("/api/v1/events?status=delivered")).json()["items"]
    assert found == []


async def test_a_filter_with_a_word_that_does_not_exist_is_refused(api: httpx.AsyncClient) -> None:
    for query in ("status=sent", "time=now", "test=maybe", "code=abc", "source=fax"):
        response = await api.get(f"/api/v1/events?{query}")
        assert response.status_code == 422, query
        assert [error["field"] for error in response.json()["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (b"{broken", 400, "unreadable"),
        (b"\xff", 400, "unreadable"),
        (b'{"event":"sale","event":"sale"}', 400, "unreadable"),
        (b'{"event":"sale","transaction_id":"t","amuont":1}', 422, "unknown_field"),
        (b'{"event":"SALE","transaction_id":"t"}', 404, "unknown_event"),
        (b'{"event":"sale","transaction_id":"nobody"}', 404, "unknown_lead"),
        (b'{"event":"sale","transaction_id":"t","amount":"1,5"}', 422, "invalid_field"),
        (b'{"event":"sale","occurred_at":"2026-01-01T00:00:00"}', 422, "invalid_field"),
    ],
)
async def test_a_refused_event_is_a_row_of_the_incoming_log(
    api: httpx.AsyncClient, sale: dict, call: bytes, status: int, code: str
) -> None:
    response = await api.post("/api/v1/events", content=call)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    rows = (await api.get(f"/api/v1/submissions?verdict={code}")).json()["items"]
    assert [row["id"] for row in rows] == [response.json()["submission_id"]]
    assert rows[0]["answer_status"] == status
    detail = (await api.get(f"/api/v1/submissions/{rows[0]['id']}")).json()
    assert detail["body"] == call.decode(errors="replace")
    assert (await api.get("/api/v1/events")).json()["items"] == []


async def test_an_event_that_is_too_long_is_a_row_too(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/v1/events", content=b" " * 10_000_000)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    rows = (await api.get("/api/v1/submissions")).json()["items"]
    assert [row["verdict"] for row in rows] == ["too_large"]


async def test_a_refused_batch_is_a_row_of_the_incoming_log(
    api: httpx.AsyncClient, make_key: MakeKey
) -> None:
    path = "/api/v1/events/batch"
    reader = await make_key(KeyScope.READ)
    answers = [
        (await api.post(path, content=b"{"), 400, "unreadable"),
        (await api.post(path, json={"events": [{}] * 1_001}), 422, "invalid_field"),
        (await api.post(path, json={"events": [{}], "more": 1}), 422, "unknown_field"),
        (await api.post(f"{path}?more=1", json={"events": [{}]}), 422, "unknown_field"),
        (await api.post(path, json={"events": [{}, {}]}, headers=reader), 403, "not_allowed"),
    ]
    for response, status, code in answers:
        assert_problem(response, status, code)
    rows = (await api.get("/api/v1/submissions")).json()["items"]
    assert [(row["id"], row["verdict"], row["answer_status"]) for row in reversed(rows)] == [
        (response.json()["submission_id"], code, status) for response, status, code in answers
    ]


async def test_one_bad_row_of_a_batch_costs_the_others_nothing(
    api: httpx.AsyncClient, sale: dict, lead: dict
) -> None:
    good = {"event": "sale", "lead_id": lead["lead_id"]}
    bad = {"event": "sale", "transaction_id": "nobody"}
    response = await api.post("/api/v1/events/batch", json={"events": [bad, good, good, 7]})
    assert response.status_code == 200
    results = response.json()["results"]
    assert [each["index"] for each in results] == [0, 1, 2, 3]
    assert [each["status"] for each in results] == ["rejected", "recorded", "duplicate", "rejected"]
    assert results[0]["code"] == "unknown_lead"
    for body in ({}, {"events": {}}, {"events": []}, {"events": [good], "more": 1}):
        assert (await api.post("/api/v1/events/batch", json=body)).status_code == 422
