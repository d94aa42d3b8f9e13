"""Signing over the API: the secret once, its state on the postback, and signed calls."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from standardwebhooks import Webhook

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner


@pytest.fixture
async def postback(api: httpx.AsyncClient, partner: Partner) -> dict:
    await create(api, "/event-types", name="sale")
    url = partner.url("/in") + "?t={transaction_id}&s={sig}"
    return await create(api, "/event-types/sale/postbacks", url=url)


def path(postback: dict, rest: str = "") -> str:
    return f"{BASE}/postbacks/{postback['id']}{rest}"


async def state(api: httpx.AsyncClient, postback: dict) -> dict | None:
    response = await api.get(path(postback))
    assert "whsec_" not in response.text
    return response.json()["signing"]


async def test_a_secret_is_answered_once_and_never_again(
    api: httpx.AsyncClient, postback: dict
) -> None:
    assert postback["signing"] is None
    response = await api.post(path(postback, "/signing"))
    assert response.status_code == 200
    made = response.json()
    assert made["secret"].startswith("whsec_")
    assert (made["postback_id"], made["version"]) == (postback["id"], 2)
    assert response.headers["etag"] == '"2"'
    shown = await state(api, postback)
    assert shown == made["signing"]
    assert shown["since"] == shown["secret_made_at"]
    assert (shown["old_secret_until"], shown["readable"]) == (None, True)
    listed = await api.get(f"{BASE}/event-types/sale/postbacks")
    assert "whsec_" not in listed.text
    assert listed.json()["items"][0]["signing"] == shown


async def test_a_second_one_rotates_and_the_old_one_can_be_ended(
    api: httpx.AsyncClient, postback: dict
) -> None:
    first = (await api.post(path(postback, "/signing"))).json()
    second = (await api.post(path(postback, "/signing"))).json()
    assert second["secret"] != first["secret"]
    assert second["signing"]["since"] == first["signing"]["since"]
    until = datetime.fromisoformat(second["signing"]["old_secret_until"])
    left = until - datetime.now(tz=UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert (await api.delete(path(postback, "/signing/old"))).status_code == 204
    shown = await state(api, postback)
    assert shown == second["signing"] | {"old_secret_until": None}


async def test_signing_is_switched_off_however_often(
    api: httpx.AsyncClient, postback: dict
) -> None:
    await api.post(path(postback, "/signing"))
    for _ in range(2):
        assert (await api.delete(path(postback, "/signing"))).status_code == 204
    assert await state(api, postback) is None


@pytest.mark.parametrize(
    ("method", "rest"), [("POST", "/signing"), ("DELETE", "/signing"), ("DELETE", "/signing/old")]
)
async def test_an_old_version_an_unknown_id_and_an_archived_postback_are_refused(
    api: httpx.AsyncClient, postback: dict, method: str, rest: str
) -> None:
    stale = await api.request(method, path(postback, rest), headers={"If-Match": '"7"'})
    assert_stale(stale, yours=7, current=1)
    unknown = await api.request(method, f"{BASE}/postbacks/pb_none{rest}")
    assert_problem(unknown, 404, "not_found")
    assert (await api.delete(path(postback))).status_code == 204
    assert_problem(await api.request(method, path(postback, rest)), 409, "archived")


async def test_a_field_that_nobody_knows_is_refused_and_makes_no_secret(
    api: httpx.AsyncClient, postback: dict
) -> None:
    response = await api.post(path(postback, "/signing"), json={"secret": "whsec_mine"})
    assert_problem(response, 422, "invalid_input", {"secret"})
    assert await state(api, postback) is None


async def test_a_key_that_may_not_edit_gets_no_secret(
    api: httpx.AsyncClient, postback: dict, make_key: MakeKey
) -> None:
    reading = await make_key(KeyScope.READ)
    response = await api.post(path(postback, "/signing"), headers=reading)
    assert_problem(response, 403, "not_allowed")
    assert await state(api, postback) is None


async def test_a_test_says_whether_it_was_signed(
    api: httpx.AsyncClient, postback: dict, partner: Partner, sender: None
) -> None:
    before = (await api.post(path(postback, "/test"))).json()
    assert before["not_signed"].startswith("Not signed: signing is switched off")
    secret = (await api.post(path(postback, "/signing"))).json()["secret"]
    after = (await api.post(path(postback, "/test"))).json()
    assert after["not_signed"] is None
    headers = after["request"]["headers"]
    Webhook(secret).verify("", headers, json_parse=False)
    sig = parse_qs(urlsplit(after["request"]["url"]).query)["s"][0]
    assert sig.startswith(headers["webhook-timestamp"] + ".")
    draft = await api.post(f"{BASE}/postbacks/preview", json={"url": "https://p.example/?s={sig}"})
    assert draft.json()["not_signed"].startswith("Not signed yet")
    assert draft.json()["request"]["url"] == "https://p.example/?s={sig}"
