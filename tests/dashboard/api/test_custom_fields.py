"""S11: custom fields of an event in a campaign, defined and checked."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import (
    BASE,
    assert_problem,
    assert_stale,
    create,
    fields_of,
    items,
)
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner

FIELDS = "/campaigns/auto-us/events/sale/fields"
POLICY = {"name": "policy_no", "type": "text", "required": True}


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", multi_trigger=True)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")


async def test_a_field_is_added_changed_ordered_and_removed(api: httpx.AsyncClient) -> None:
    made = await api.post(f"{BASE}{FIELDS}", json={**POLICY, "example": "P-7", "help_text": "No."})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    own = f"{BASE}{FIELDS}/policy_no"
    assert made.headers["location"] == own
    assert (await api.get(own)).json() == made.json()
    assert made.json().items() >= {**POLICY, "example": "P-7", "help_text": "No."}.items()
    changed = await api.patch(own, json={"required": False}, headers={"If-Match": '"1"'})
    assert (changed.json()["required"], changed.headers["etag"]) == (False, '"2"')
    await create(api, FIELDS, name="term", type="number")
    assert [row["name"] for row in await items(api, FIELDS)] == ["policy_no", "term"]
    ordered = await api.post(f"{BASE}{FIELDS}/reorder", json={"names": ["term", "policy_no"]})
    assert [row["name"] for row in ordered.json()["items"]] == ["term", "policy_no"]
    shown = (await api.get(f"{BASE}/campaigns/auto-us/events/sale")).json()["fields"]
    assert [row["name"] for row in shown] == ["term", "policy_no"]
    gone = await api.delete(own)
    assert (gone.status_code, gone.content) == (204, b"")
    assert [row["name"] for row in await items(api, FIELDS)] == ["term"]


async def test_values_are_on_the_event_and_a_later_change_of_the_field_keeps_them(
    api: httpx.AsyncClient,
) -> None:
    await create(api, FIELDS, **POLICY)
    await create(api, FIELDS, name="premium", type="number")
    await create(api, FIELDS, name="starts_on", type="date")
    call = (
        b'{"event":"sale","transaction_id":"t-1","fields":'
        b'{"policy_no":"P-7","premium":0.10,"starts_on":"2026-02-28"}}'
    )
    recorded = await api.post(f"{BASE}/events", content=call)
    assert recorded.status_code == 201, recorded.text
    for name in ("policy_no", "premium"):
        await api.delete(f"{BASE}{FIELDS}/{name}")
    detail = await api.get(f"{BASE}/events/{recorded.json()['event_id']}")
    # The digits of a number stay as they came.
    assert detail.json()["fields"] == {
        "policy_no": "P-7",
        "premium": "0.10",
        "starts_on": "2026-02-28",
    }
    assert b'"premium":0.10' in detail.content


async def test_a_field_is_a_macro(api: httpx.AsyncClient, partner: Partner) -> None:
    await create(api, FIELDS, name="premium", type="number")
    url = partner.url("/ok?p={field:premium}&n={field:nothing}")
    postback = await create(api, "/event-types/sale/postbacks", url=url)
    assert any("nothing" in warning for warning in postback["warnings"])
    assert not any("premium" in warning for warning in postback["warnings"])
    fired = await create(
        api, "/events", event="sale", transaction_id="t-1", fields={"premium": "0.10"}
    )
    detail = (await api.get(f"{BASE}/events/{fired['event_id']}")).json()
    assert detail["deliveries"][0]["request"]["url"].endswith("?p=0.10&n=")


async def test_every_bad_value_is_named_at_once_and_the_refusal_is_logged(
    api: httpx.AsyncClient,
) -> None:
    await create(api, FIELDS, **POLICY)
    for name, kind in (("premium", "number"), ("starts_on", "date"), ("note", "text")):
        await create(api, FIELDS, name=name, type=kind)
    fields = {
        "premium": "1,5",
        "starts_on": "31.02.2026",
        "note": "x" * 100_000,
        "unknown": "x",
    }
    fact = {"event": "sale", "transaction_id": "t-1", "fields": fields}
    refused = await api.post(f"{BASE}/events", json=fact)
    named = {f"fields.{name}" for name in ("policy_no", *fields)}
    assert_problem(refused, 422, "invalid_field", named)
    row = (await items(api, "/submissions"))[0]
    assert (row["id"], row["verdict"]) == (refused.json()["submission_id"], "invalid_field")
    assert {error["field"] for error in row["errors"]} == named
    assert await items(api, "/events") == []
    fact["fields"] = {"policy_no": "P-7", "starts_on": "2026-02-30"}
    refused = await api.post(f"{BASE}/events", json=fact)
    assert fields_of(refused).keys() == {"fields.starts_on"}
    # A refusal uses up nothing.
    fact["fields"] = {"policy_no": "P-7"}
    assert (await api.post(f"{BASE}/events", json=fact)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Policy No"}, "name"),
        ({"name": "amount"}, "name"),
        ({"name": "status"}, "name"),
        ({"name": "return"}, "name"),
        ({"type": "money"}, "type"),
        ({"type": None}, "type"),
        ({"required": "yes"}, "required"),
        ({"reqiured": True}, "reqiured"),
        ({"type": "number", "example": "1,5"}, "example"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, changes: dict, field: str
) -> None:
    refused = await api.post(f"{BASE}{FIELDS}", json={**POLICY, **changes})
    assert_problem(refused, 422, "invalid_input", {field})
    assert await items(api, FIELDS) == []


async def test_a_taken_name_is_a_conflict(api: httpx.AsyncClient) -> None:
    await create(api, FIELDS, **POLICY)
    again = await api.post(f"{BASE}{FIELDS}", json=POLICY)
    assert_problem(again, 409, "field_taken", {"name"})


async def test_an_order_that_names_not_every_field_is_refused(api: httpx.AsyncClient) -> None:
    await create(api, FIELDS, **POLICY)
    for body in ({}, {"names": []}, {"names": ["policy_no", "policy_no"]}, {"names": "policy_no"}):
        refused = await api.post(f"{BASE}{FIELDS}/reorder", json=body)
        assert_problem(refused, 422, "invalid_input", {"names"})


async def test_who_is_too_late_is_told_both_versions(api: httpx.AsyncClient) -> None:
    await create(api, FIELDS, **POLICY)
    own = f"{BASE}{FIELDS}/policy_no"
    await api.patch(own, json={"required": False})
    late = await api.patch(own, json={"type": "date"}, headers={"If-Match": '"1"'})
    assert_stale(late, yours=1, current=2)
    assert_stale(await api.delete(own, headers={"If-Match": '"1"'}), yours=1, current=2)
    assert (await api.get(own)).json()["type"] == "text"


async def test_unknown_campaigns_events_and_fields_are_not_found(api: httpx.AsyncClient) -> None:
    for path in ("/campaigns/nobody/events/sale/fields", "/campaigns/auto-us/events/no/fields"):
        assert_problem(await api.get(f"{BASE}{path}"), 404, "not_found")
        assert_problem(await api.post(f"{BASE}{path}", json=POLICY), 404, "not_found")
    for method in ("GET", "PATCH", "DELETE"):
        response = await api.request(method, f"{BASE}{FIELDS}/nothing", json={})
        assert_problem(response, 404, "not_found")


async def test_a_key_that_may_only_read_changes_nothing(
    api: httpx.AsyncClient, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    refused = await api.post(f"{BASE}{FIELDS}", json=POLICY, headers=reader)
    assert_problem(refused, 403, "not_allowed")
    assert (await api.get(f"{BASE}{FIELDS}", headers=reader)).json()["items"] == []
