"""Every refusal is a problem of one shape, and says what to do."""

import httpx
import pytest

from dashboard.api.app import create_api
from models.words import KeyScope
from services import database
from services.catalog import campaigns
from services.errors import Unavailable
from tests.dashboard.api.calls import assert_problem, fields_of
from tests.dashboard.conftest import MakeKey

CAMPAIGNS = "/api/v1/campaigns"
JSON = {"Content-Type": "application/json"}


async def test_a_call_without_a_key_is_told_how_to_send_one(stranger: httpx.AsyncClient) -> None:
    response = await stranger.get(CAMPAIGNS)
    assert_problem(response, 401, "not_signed_in")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer al_unknown", "Bearer ü", "al_unknown"]
)
async def test_a_bad_key_is_refused(stranger: httpx.AsyncClient, header: str) -> None:
    headers = {"Authorization": header.encode()}
    assert_problem(await stranger.get(CAMPAIGNS, headers=headers), 401, "not_signed_in")


async def test_a_key_may_do_only_what_its_scope_says(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    body = {"key": "auto-us", "name": "Auto US"}
    reader = await make_key(KeyScope.READ)
    assert_problem(await stranger.post(CAMPAIGNS, json=body, headers=reader), 403, "not_allowed")
    assert (await stranger.get(CAMPAIGNS, headers=reader)).json()["items"] == []


async def test_a_key_for_incoming_calls_works_nowhere_else(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    headers = await make_key(KeyScope.INCOMING)
    for path in ("campaigns", "leads", "events", "event-types", "deliveries", "submissions"):
        response = await stranger.get(f"/api/v1/{path}", headers=headers)
        assert_problem(response, 403, "not_allowed")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/leads"])
async def test_an_unknown_path_is_a_problem_and_no_page(api: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert_problem(await api.request(method, path), 404, "not_found")


async def test_a_wrong_method_names_the_right_ones(api: httpx.AsyncClient) -> None:
    response = await api.delete(CAMPAIGNS)
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET, POST"
    response = await api.put("/api/v1/events/batch")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    assert_problem(await api.post("/healthz"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"{", "line 1"),
        (b"", "empty"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"key":"a","key":"b"}', "twice"),
        (b'{"key": NaN}', "NaN"),
        (b'{"key": -Infinity}', "Infinity"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "nested"),
        (b'{"key":' + b"9" * 6_000 + b"}", "digits"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(
    api: httpx.AsyncClient, body: bytes, hint: str
) -> None:
    response = await api.post(CAMPAIGNS, content=body, headers=JSON)
    if hint == "empty":
        assert_problem(response, 422, "invalid_input")
        assert set(fields_of(response)) == {"key", "name"}
        return
    assert_problem(response, 400, "broken_json")
    assert hint in response.json()["detail"]
    assert (await api.get(CAMPAIGNS)).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/v1/echo", CAMPAIGNS])
async def test_a_name_of_half_a_character_is_refused(api: httpx.AsyncClient, path: str) -> None:
    response = await api.post(path, content=b'{"\\ud800": 1}', headers=JSON)
    assert_problem(response, 422, "invalid_input")


async def test_a_body_that_breaks_off_is_the_callers_fault(make_key: MakeKey) -> None:
    key = (await make_key(KeyScope.ADMIN))["Authorization"].encode()
    for path in ("/api/v1/campaigns", "/api/v1/events"):
        coming = [
            {"type": "http.request", "body": b'{"key"', "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent: list[dict[str, object]] = []

        async def receive(coming: list[dict[str, object]] = coming) -> dict[str, object]:
            return coming.pop(0)

        async def send(message: dict[str, object], sent: list[dict[str, object]] = sent) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(b"authorization", key)],
        }
        await create_api()(scope, receive, send)
        assert sent[0]["status"] == 400
        assert b"broken_body" in sent[1]["body"]


async def test_a_form_is_refused_as_no_json(api: httpx.AsyncClient) -> None:
    response = await api.post(CAMPAIGNS, data={"key": "auto-us", "name": "Auto US"})
    assert_problem(response, 415, "not_json")


async def test_a_body_that_announces_too_much_is_not_read(api: httpx.AsyncClient) -> None:
    read = 0

    async def body():
        nonlocal read
        for _ in range(160):
            read += 65_536
            yield b" " * 65_536

    response = await api.post(CAMPAIGNS, content=body(), headers=JSON)
    assert_problem(response, 413, "too_large")
    assert read <= 1024 * 1024 + 65_536


async def test_every_wrong_field_is_named(api: httpx.AsyncClient) -> None:
    response = await api.post(CAMPAIGNS, json={"key": "Auto US", "nmae": "Auto US"})
    assert_problem(response, 422, "invalid_input")
    assert set(fields_of(response)) == {"key", "name", "nmae"}


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "FOO", "PATCH"])
async def test_any_method_is_answered_as_a_problem(api: httpx.AsyncClient, method: str) -> None:
    response = await api.request(method, "/api/v1/reports/conversions")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    for path in ("/api", "/api/v1/nothing", "/in", "/echo/a/b/c"):
        assert_problem(await api.request(method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (
            "events",
            "from=x&to=y&code=zz&status=q&source=q&test=q&limit=x&conversion=q&time=q",
        ),
        ("events", "conversion_status=approved,q&limit=501"),
        ("submissions", "from=x&to=x&verdict=q&source=q&limit=0"),
        ("deliveries", "from=x&to=2026-01-01T00:00:00&status=q"),
        ("reports/conversions", "by=x&tz=x&time=x&from=x&to=x&conversion_status=q"),
        ("campaigns", "archived=x&limit=x"),
    ],
)
async def test_every_wrong_parameter_is_named(
    api: httpx.AsyncClient, path: str, query: str
) -> None:
    response = await api.get(f"/api/v1/{path}?{query}")
    names = {each.partition("=")[0] for each in query.split("&")}
    assert_problem(response, 422, "invalid_input", names)
    assert all(sentence.endswith(".") for sentence in fields_of(response).values())


async def test_an_unknown_query_parameter_is_refused(api: httpx.AsyncClient) -> None:
    response = await api.get(CAMPAIGNS, params={"limt": 5, "q": "a"})
    assert_problem(response, 422, "unknown_query_parameter")
    assert set(fields_of(response)) == {"limt"}
    refused = await api.post("/api/v1/events?tset=1", json={"event": "sale"})
    assert_problem(refused, 422, "unknown_field")
    assert set(fields_of(refused)) == {"tset", "transaction_id"}


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1.5", ""])
async def test_a_limit_beyond_its_range_is_refused(api: httpx.AsyncClient, limit: str) -> None:
    response = await api.get("/api/v1/leads", params={"limit": limit})
    assert response.status_code == 422
    assert "limit" in fields_of(response)


@pytest.mark.parametrize("path", ["campaigns", "leads", "events", "deliveries", "event-types"])
async def test_a_cursor_that_is_not_ours_is_refused(api: httpx.AsyncClient, path: str) -> None:
    response = await api.get(f"/api/v1/{path}", params={"cursor": "xyz"})
    assert_problem(response, 422, "invalid_input")
    assert "cursor" in fields_of(response)


@pytest.mark.parametrize("moment", ["2026-01-31T12:00:00", "yesterday", "2026-01-31"])
async def test_a_time_without_offset_is_refused(api: httpx.AsyncClient, moment: str) -> None:
    for path in ("events", "deliveries", "submissions"):
        response = await api.get(f"/api/v1/{path}", params={"from": moment})
        assert_problem(response, 422, "invalid_input")
        assert set(fields_of(response)) == {"from"}


async def test_a_plus_that_a_program_forgot_to_escape_is_understood(
    api: httpx.AsyncClient,
) -> None:
    response = await api.get("/api/v1/events?from=2026-01-31T12:00:00+01:00")
    assert response.status_code == 200


async def test_an_old_version_is_told_both_versions(api: httpx.AsyncClient) -> None:
    created = await api.post(CAMPAIGNS, json={"key": "auto-us", "name": "Auto US"})
    assert created.headers["etag"] == '"1"'
    path = f"{CAMPAIGNS}/auto-us"
    first = await api.patch(path, json={"name": "Auto"}, headers={"If-Match": '"1"'})
    assert first.headers["etag"] == '"2"'
    late = await api.patch(path, json={"name": "Car"}, headers={"If-Match": '"1"'})
    assert_problem(late, 409, "stale_version")
    assert (late.json()["your_version"], late.json()["current_version"]) == (1, 2)
    assert (await api.get(path)).json()["name"] == "Auto"


async def test_an_if_match_that_is_no_version_is_refused(api: httpx.AsyncClient) -> None:
    response = await api.patch(f"{CAMPAIGNS}/a", json={}, headers={"If-Match": '"abc"'})
    assert_problem(response, 422, "invalid_input")
    assert set(fields_of(response)) == {"If-Match"}


async def test_a_database_that_takes_nothing_is_said_to_come_back(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(database, "write", full)
    response = await api.post(CAMPAIGNS, json={"key": "auto-us", "name": "Auto US"})
    assert_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"


async def test_a_bug_says_nothing_of_itself(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr(campaigns, "list_page", broken)
    response = await api.get(CAMPAIGNS)
    assert_problem(response, 500, "internal_error")
    assert "secret" not in response.text
