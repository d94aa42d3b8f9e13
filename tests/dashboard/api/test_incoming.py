"""S9: a partner calls /in/{key}, in any form and in his own words."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, create, items


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", is_conversion=True, multi_trigger=True)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    fields = "/campaigns/auto-us/events/sale/fields"
    await create(api, fields, name="policy_no", type="text")


@pytest.fixture
async def url(api: httpx.AsyncClient) -> str:
    return (await create(api, "/incoming-urls", name="Partner"))["path"]


async def only_event(api: httpx.AsyncClient) -> dict:
    rows = await items(api, "/events", test="any")
    assert len(rows) == 1
    return (await api.get(f"{BASE}/events/{rows[0]['event_id']}")).json()


async def test_a_partner_calls_by_get(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    query = (
        "?event=sale&transaction_id=t-1&amount=49.90&currency=USD&status=pending&policy_no=P%207"
    )
    response = await partner_client.get(url + query)
    assert response.status_code == 201, response.text
    told = response.json()
    assert told == {
        "status": "recorded",
        "event_id": told["event_id"],
        "deliveries": 0,
        "ignored": [],
    }
    assert response.headers["cache-control"] == "no-store"
    event = await only_event(api)
    assert (event["amount"], event["conversion_status"]) == ("49.90", "pending")
    assert (event["source"], event["fields"]) == ("incoming", {"policy_no": "P 7"})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("transaction_id=t-1&amount=49.90&policy_no=P+7", "application/x-www-form-urlencoded"),
        ('{"transaction_id":"t-1","amount":49.90,"policy_no":"P 7"}', "application/json"),
        (
            '{"transaction_id":"t-1","amount":49.90,"policy_no":"P 7"}',
            "application/json; charset=x",
        ),
    ],
)
async def test_a_partner_calls_by_post_with_query_form_or_json(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str, content: str, kind: str
) -> None:
    response = await partner_client.post(
        f"{url}?event=sale&status=on_hold", content=content, headers={"Content-Type": kind}
    )
    assert response.status_code == 201, response.text
    event = await only_event(api)
    assert (event["amount"], event["conversion_status"]) == ("49.90", "on_hold")
    assert event["fields"] == {"policy_no": "P 7"}
    submission = (await items(api, "/submissions", source="incoming"))[0]
    assert (submission["verdict"], submission["event_id"]) == ("recorded", event["event_id"])


async def test_what_nobody_knows_is_kept_and_told(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    response = await partner_client.get(f"{url}?event=sale&transaction_id=t-1&utm=x&amuont=1&utm=y")
    assert (response.status_code, response.json()["ignored"]) == (201, ["utm", "amuont"])
    submission = (await items(api, "/submissions", source="incoming"))[0]
    body = (await api.get(f"{BASE}/submissions/{submission['id']}")).json()["body"]
    assert "utm=x&amuont=1&utm=y" in body


async def test_return_answers_that_text_when_it_went_well(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    await api.patch(f"{BASE}/event-types/sale", json={"multi_trigger": False})
    call = f"{url}?event=sale&transaction_id=t-1&return=%3Cb%3EOK+%C3%BC"
    for status in (201, 200):
        response = await partner_client.get(call)
        assert (response.status_code, response.text) == (status, "<b>OK ü")
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"
    refused = await partner_client.get(f"{url}?event=sale&transaction_id=nobody&return=OK")
    assert_problem(refused, 404, "unknown_lead", {"transaction_id"})
    too_long = await partner_client.get(f"{url}?event=sale&transaction_id=t-1&return={'x' * 101}")
    assert_problem(too_long, 422, "invalid_field", {"return"})


async def test_a_test_fires_nothing_and_counts_nowhere(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    await create(api, "/event-types/sale/postbacks", url="http://127.0.0.1:9/?t={transaction_id}")
    response = await partner_client.get(f"{url}?event=sale&transaction_id=t-1&test=1")
    assert response.status_code == 201
    assert (response.json()["test"], response.json()["deliveries"]) == (True, 0)
    assert await items(api, "/events") == []
    assert [row["test"] for row in await items(api, "/events", test="true")] == [True]
    report = (await api.get(f"{BASE}/reports/conversions")).json()
    assert report["total"]["conversions"] == 0
    refused = await partner_client.get(f"{url}?event=sale&transaction_id=t-1&test=perhaps")
    assert_problem(refused, 422, "invalid_field", {"test"})


async def test_a_duplicate_names_the_first_and_is_a_row_of_the_log(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    await api.patch(f"{BASE}/event-types/sale", json={"dedupe": "once_per_order"})
    call = f"{url}?event=sale&transaction_id=t-1&order_id="
    first = await partner_client.get(f"{call}A")
    again = await partner_client.post(f"{call}A")
    assert again.status_code == 200
    event_id = first.json()["event_id"]
    assert again.json() == {"status": "duplicate", "event_id": event_id, "ignored": []}
    other = await partner_client.get(f"{call}B")
    assert other.status_code == 201
    rows = await items(api, "/submissions", verdict="duplicate")
    assert [row["event_id"] for row in rows] == [event_id]


async def test_a_partner_speaks_in_his_own_words(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    made = await create(
        api,
        "/incoming-urls",
        name="Partner",
        campaign="auto-us",
        parameters={
            "event": "goal",
            "transaction_id": "txid",
            "amount": "payout",
            "fields.policy_no": "adv_sub[1]",
        },
        words={"event": {"1": "sale"}, "conversion_status": {"2": "rejected"}},
    )
    response = await partner_client.get(
        f"{made['path']}?goal=1&txid=t-1&payout=3.50&status=2&adv_sub[1]=P-7&amount=9"
    )
    assert response.status_code == 201, response.text
    assert response.json()["ignored"] == ["amount"]
    event = await only_event(api)
    assert (event["event"], event["amount"]) == ("sale", "3.50")
    assert (event["conversion_status"], event["fields"]) == ("rejected", {"policy_no": "P-7"})
    refused = await partner_client.get(f"{made['path']}?goal=1&txid=t-1&payout=3,50&status=7")
    # The partner's own names: he does not know ours.
    assert_problem(refused, 422, "invalid_field", {"payout", "status"})
    submission = (await api.get(f"{BASE}/submissions/{refused.json()['submission_id']}")).json()
    assert "payout=3,50" in submission["body"]


async def test_a_fixed_campaign_and_event_need_not_be_named_and_no_other_campaign_may_be(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    await create(api, "/campaigns", key="auto-ca", name="Auto CA")
    await create(api, "/leads", campaign="auto-ca", transaction_id="t-1")
    fixed = await create(api, "/incoming-urls", name="Partner", campaign="auto-us", event="sale")
    response = await partner_client.get(f"{fixed['path']}?transaction_id=t-1")
    assert response.status_code == 201, response.text
    assert (await only_event(api))["campaign"] == "auto-us"
    other = await partner_client.get(f"{fixed['path']}?transaction_id=t-1&campaign=auto-ca")
    assert_problem(other, 422, "invalid_field", {"campaign"})


@pytest.mark.parametrize(
    ("query", "status", "code", "fields"),
    [
        ("", 422, "invalid_field", {"event", "transaction_id"}),
        ("event=sale", 422, "invalid_field", {"transaction_id"}),
        ("event=nothing&transaction_id=t-1", 404, "unknown_event", {"event"}),
        ("event=sale&transaction_id=nobody", 404, "unknown_lead", {"transaction_id"}),
        ("event=sale&transaction_id=t-1&amount=1,5", 422, "invalid_field", {"amount"}),
        ("event=sale&transaction_id=t-1&status=great", 422, "invalid_field", {"status"}),
        ("event=sale&transaction_id=t%00", 422, "invalid_field", {"transaction_id"}),
        (
            f"event=sale&transaction_id=t-1&policy_no={'x' * 60_000}",
            422,
            "invalid_field",
            {"fields.policy_no"},
        ),
    ],
)
async def test_a_refused_call_names_what_is_wrong_and_is_a_row_of_the_log(
    partner_client: httpx.AsyncClient,
    api: httpx.AsyncClient,
    url: str,
    query: str,
    status: int,
    code: str,
    fields: set[str],
) -> None:
    by_form = {"Content-Type": "application/x-www-form-urlencoded"}
    calls = [
        await partner_client.get(f"{url}?{query}"),
        await partner_client.post(url, content=query, headers=by_form),
    ]
    for response in calls:
        assert_problem(response, status, code, fields)
    logged = [row["id"] for row in await items(api, "/submissions", verdict=code)]
    assert logged == [response.json()["submission_id"] for response in reversed(calls)]
    assert await items(api, "/events", test="any") == []


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "unreadable"),
        (b"[]", "application/json", 400, "unreadable"),
        (b'{"event":"sale","event":"x"}', "application/json", 400, "unreadable"),
        (b"--b\r\n\r\n", "multipart/form-data; boundary=b", 415, "unsupported_type"),
        (b"<a/>", "application/xml", 415, "unsupported_type"),
        (b" " * (256 * 1024 + 1), "application/json", 413, "too_large"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_and_logged(
    partner_client: httpx.AsyncClient,
    api: httpx.AsyncClient,
    url: str,
    content: bytes,
    kind: str,
    status: int,
    code: str,
) -> None:
    response = await partner_client.post(url, content=content, headers={"Content-Type": kind})
    assert_problem(response, status, code)
    rows = await items(api, "/submissions", source="incoming")
    assert [(row["verdict"], row["answer_status"]) for row in rows] == [(code, status)]


async def test_a_text_of_a_hundred_thousand_characters_is_refused_by_name(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    form = {"event": "sale", "transaction_id": "t-1", "policy_no": "x" * 100_000}
    assert_problem(
        await partner_client.post(url, data=form), 422, "invalid_field", {"fields.policy_no"}
    )
    rows = await items(api, "/submissions", source="incoming")
    assert [(row["verdict"], row["answer_status"]) for row in rows] == [("invalid_field", 422)]


async def test_the_payload_of_a_long_call_comes_back_whole(
    api: httpx.AsyncClient, partner_client: httpx.AsyncClient, url: str
) -> None:
    raw = b'{"event":"sale",' + b" " * 200_000 + b'"transaction_id":"t-1"}'
    for client, path in ((api, f"{BASE}/events"), (partner_client, url)):
        response = await client.post(path, content=raw)
        assert response.status_code == 201, response.text
        event = (await api.get(f"{BASE}/events/{response.json()['event_id']}")).json()
        assert event["payload"] == {"event": "sale", "transaction_id": "t-1"}
    for row in await items(api, "/submissions"):
        assert (await api.get(f"{BASE}/submissions/{row['id']}")).json()["body_truncated"]


async def test_a_bare_plus_in_a_times_offset_is_understood(
    api: httpx.AsyncClient, partner_client: httpx.AsyncClient, url: str
) -> None:
    query = "?event=sale&transaction_id=t-1&occurred_at=2026-01-31T12:00:00+02:00"
    response = await partner_client.get(url + query)
    assert response.status_code == 201, response.text
    assert (await only_event(api))["occurred_at"] == "2026-01-31T10:00:00+00:00"
