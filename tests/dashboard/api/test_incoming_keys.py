"""Which keys open /in, by which methods, and that no key is told to anybody."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale")
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")


@pytest.fixture
async def url(api: httpx.AsyncClient) -> str:
    return (await create(api, "/incoming-urls", name="Partner"))["path"]


async def test_an_unknown_key_is_refused_without_being_repeated(
    partner_client: httpx.AsyncClient,
) -> None:
    for path in ("/in/al_unknown", "/in/x", "/in/%00%FF"):
        response = await partner_client.get(f"{path}?event=sale&transaction_id=t-1&return=OK")
        assert_problem(response, 401, "not_signed_in")
        assert "al_unknown" not in response.text
    for path in ("/in", "/in/", "/in/al_unknown/more"):
        assert_problem(await partner_client.get(path), 404, "not_found")


async def test_a_key_of_another_scope_is_refused(
    partner_client: httpx.AsyncClient, make_key: MakeKey, api: httpx.AsyncClient
) -> None:
    for scope in (KeyScope.ADMIN, KeyScope.WRITE, KeyScope.READ):
        key = (await make_key(scope))["Authorization"].removeprefix("Bearer ")
        call = {"event": "sale", "transaction_id": "t-1", "return": "OK"}
        response = await partner_client.get(f"/in/{key}", params=call)
        assert_problem(response, 403, "not_allowed")
        assert key not in response.text
    assert await items(api, "/events", test="any") == []


async def test_a_key_made_by_the_command_line_speaks_our_own_words(
    partner_client: httpx.AsyncClient, make_key: MakeKey
) -> None:
    key = (await make_key(KeyScope.INCOMING))["Authorization"].removeprefix("Bearer ")
    response = await partner_client.get(f"/in/{key}?event=sale&transaction_id=t-1")
    assert response.status_code == 201, response.text


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_another_method_is_refused_and_records_nothing(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str, method: str
) -> None:
    response = await partner_client.request(method, f"{url}?event=sale&transaction_id=t-1")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert await items(api, "/submissions") == []


async def test_neither_the_log_nor_an_answer_tells_the_key(
    partner_client: httpx.AsyncClient, api: httpx.AsyncClient, url: str
) -> None:
    key = url.removeprefix("/in/")
    response = await partner_client.get(f"{url}?event=sale&transaction_id=nobody&k={key}")
    assert_problem(response, 404, "unknown_lead")
    submission = await api.get(f"{BASE}/submissions/{response.json()['submission_id']}")
    assert "transaction_id=nobody" in submission.json()["body"]
    assert [key in found.text for found in (response, submission)] == [False, False]
