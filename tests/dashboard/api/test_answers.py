"""Every GET answers chosen members, and 304 for what the caller holds already."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, fields_of

SALE = {"name": "sale", "description": "Bought.", "is_conversion": True}


@pytest.fixture
async def sale(api: httpx.AsyncClient) -> httpx.Response:
    return await api.post(f"{BASE}/event-types", json=SALE)


async def test_a_list_answers_chosen_members_of_each_item(
    api: httpx.AsyncClient, sale: httpx.Response
) -> None:
    answer = await api.get(f"{BASE}/event-types?fields=name,version")
    assert answer.json() == {"items": [{"name": "sale", "version": 1}], "next_cursor": None}


async def test_a_single_one_answers_chosen_members(
    api: httpx.AsyncClient, sale: httpx.Response
) -> None:
    answer = await api.get(f"{BASE}/event-types/sale?fields=name&fields=is_conversion")
    assert answer.json() == {"name": "sale", "is_conversion": True}
    assert answer.headers["etag"] == '"1"'


async def test_an_unknown_member_is_named_with_those_that_there_are(
    api: httpx.AsyncClient,
) -> None:
    assert_problem(await api.get(f"{BASE}/leads?fields="), 422, "invalid_input", {"fields"})
    for path in ("event-types", "event-types/sale", "events", "leads", "reports/conversions"):
        answer = await api.get(f"{BASE}/{path}?fields=name,nmae,items")
        assert_problem(answer, 422, "invalid_input")
        assert "“nmae”" in fields_of(answer)["fields"]


async def test_a_payload_keeps_its_digits_when_it_is_chosen(api: httpx.AsyncClient) -> None:
    await api.post(f"{BASE}/campaigns", json={"key": "auto-us", "name": "Auto US"})
    await api.post(f"{BASE}/event-types", json=SALE)
    await api.post(f"{BASE}/leads", json={"campaign": "auto-us", "transaction_id": "t-1"})
    raw = b'{"event":"sale","transaction_id":"t-1","amount":49.90}'
    recorded = (await api.post(f"{BASE}/events", content=raw)).json()["event_id"]
    answer = await api.get(f"{BASE}/events/{recorded}?fields=payload")
    assert answer.content == b'{"payload":' + raw + b"}"
    answer = await api.get(f"{BASE}/events/{recorded}?fields=event,payload")
    assert answer.content == b'{"event":"sale","payload":' + raw + b"}"


async def test_a_change_takes_no_fields(api: httpx.AsyncClient, sale: httpx.Response) -> None:
    answer = await api.patch(f"{BASE}/event-types/sale?fields=name", json={})
    assert_problem(answer, 422, "unknown_query_parameter")


@pytest.mark.parametrize("held", ['"1"', 'W/"1"', '"7", "1"', "*"])
async def test_who_holds_the_newest_version_is_told_so(
    api: httpx.AsyncClient, sale: httpx.Response, held: str
) -> None:
    answer = await api.get(f"{BASE}/event-types/sale", headers={"If-None-Match": held})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'


async def test_who_holds_an_old_version_gets_the_new_one(
    api: httpx.AsyncClient, sale: httpx.Response
) -> None:
    await api.patch(f"{BASE}/event-types/sale", json={"description": "Paid."})
    answer = await api.get(f"{BASE}/event-types/sale", headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


async def test_a_pause_is_news_though_the_definition_is_the_same(
    api: httpx.AsyncClient, sale: httpx.Response
) -> None:
    made = await api.post(
        f"{BASE}/event-types/sale/postbacks", json={"url": "https://partner.example/"}
    )
    path, held = made.headers["location"], {"If-None-Match": made.headers["etag"]}
    assert (await api.get(path, headers=held)).status_code == 304
    paused = await api.post(f"{path}/pause")
    assert (await api.get(path, headers=held)).json()["paused_at"]
    tag = {"If-Match": paused.headers["etag"]}
    assert (await api.patch(path, json={"enabled": False}, headers=tag)).status_code == 200
