"""Retries, success rule and at most once through the API."""

import httpx
import pytest

from tests.dashboard.api.calls import BASE, assert_problem, create
from tests.partner import Partner

OWN = "/event-types/sale/postbacks"
JSON_RULE = {"json": {"path": "result.code", "equals": "1"}}


@pytest.fixture
async def sale(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")


async def test_the_fields_are_returned_as_they_were_given_and_change_one_by_one(
    api: httpx.AsyncClient, sale: None, partner: Partner
) -> None:
    made = await create(api, OWN, url=partner.url("/ok"))
    assert made.items() >= {"retry": "standard", "success": None, "at_most_once": False}.items()
    own = f"{BASE}/postbacks/{made['id']}"
    for change in (
        {"retry": {"waits": [0, 30, 300]}},
        {"success": JSON_RULE},
        {"at_most_once": True},
    ):
        changed = await api.patch(own, json=change)
        assert changed.status_code == 200, changed.text
    wanted = {"retry": {"waits": [0, 30, 300]}, "success": JSON_RULE, "at_most_once": True}
    assert (await api.get(own)).json().items() >= wanted.items()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retry": "sometimes"}, "retry"),
        ({"retry": {"waits": [0, 400_000]}}, "retry"),
        ({"retry": {"waits": [1.5]}}, "retry"),
        ({"success": {"matches": "("}}, "success"),
        ({"success": {"contains": 1}}, "success"),
        ({"at_most_once": 1}, "at_most_once"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, sale: None, partner: Partner, body: dict, field: str
) -> None:
    refused = await api.post(f"{BASE}{OWN}", json={"url": partner.url("/ok"), **body})
    assert_problem(refused, 422, "invalid_input", {field})


async def test_a_send_test_tells_whether_the_rule_held(
    api: httpx.AsyncClient, sale: None, sender: None, partner: Partner
) -> None:
    draft = {"url": partner.url("/ok"), "success": {"contains": "OK"}}
    failed = (await api.post(f"{BASE}/postbacks/test", json={"postback": draft})).json()
    assert failed["outcome"] == "failed"
    assert failed["failure"] == {
        "kind": "body_rule",
        "message": "The partner answered 200, but its text does not contain “OK”: “ok”",
    }
    assert failed["response"]["status_code"] == 200
    made = await create(api, OWN, url=partner.url("/ok"), success={"matches": "(?i)ok"})
    held = (await api.post(f"{BASE}/postbacks/{made['id']}/test", json={})).json()
    assert (held["outcome"], held["failure"]) == ("succeeded", None)


async def test_the_description_names_every_way_of_saying_it(stranger: httpx.AsyncClient) -> None:
    paths = (await stranger.get("/openapi.json")).json()["paths"]
    call = paths["/api/v1/postbacks/{postback_id}"]["patch"]
    fields = call["requestBody"]["content"]["application/json"]["schema"]["properties"]
    presets, custom = fields["retry"]["anyOf"]
    assert presets["enum"] == ["standard", "fast", "none"]
    assert custom["properties"]["waits"]["maxItems"] == 24
    assert [list(each.get("properties", {})) for each in fields["success"]["anyOf"]] == [
        ["contains"],
        ["matches"],
        ["json"],
        [],
    ]
    assert fields["at_most_once"]["type"] == "boolean"
