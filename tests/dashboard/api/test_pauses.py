"""Pausing and resuming a postback by the API."""

import httpx
import pytest

from models.words import KeyScope
from services.database import Database
from services.delivery import holding, resuming
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner


@pytest.fixture
async def own(api: httpx.AsyncClient, partner: Partner) -> str:
    """Return the address of a postback with an event that fires again and again."""
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", multi_trigger=True)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")
    made = await create(api, "/event-types/sale/postbacks", url=partner.url("/ok"))
    return f"{BASE}/postbacks/{made['id']}"


async def fire(api: httpx.AsyncClient) -> dict:
    """Return the one delivery of a new event."""
    made = await create(api, "/events", event="sale", transaction_id="t-1")
    (delivery,) = (await api.get(f"{BASE}/events/{made['event_id']}")).json()["deliveries"]
    return delivery


async def test_a_new_postback_is_neither_paused_nor_failing(
    api: httpx.AsyncClient, own: str
) -> None:
    row = (await api.get(own)).json()
    assert (
        row.items()
        >= {
            "paused_at": None,
            "pause_reason": None,
            "held": 0,
            "held_is_complete": True,
            "failing_since": None,
            "failures": 0,
            "last_failure": None,
            "release": None,
        }.items()
    )


async def test_a_paused_postback_holds_and_says_so_everywhere(
    api: httpx.AsyncClient, own: str
) -> None:
    paused = await api.post(f"{own}/pause")
    assert paused.status_code == 200
    assert paused.json()["pause_reason"] == "by_hand"
    # The definition is the same; what is told of it is not.
    assert paused.headers["etag"].startswith('"1-')
    delivery = await fire(api)
    assert delivery["status"] == "held"
    assert "postback is paused" in delivery["explanation"]
    assert [row["status"] for row in await items(api, "/deliveries", status="held")] == ["held"]
    for row in ((await api.get(own)).json(), *await items(api, "/event-types/sale/postbacks")):
        assert (row["held"], row["paused_at"] is not None) == (1, True)


async def test_a_dry_run_counts_and_the_resumption_reports_its_progress(
    api: httpx.AsyncClient, own: str, db: Database
) -> None:
    await api.post(f"{own}/pause")
    await fire(api)
    second = await fire(api)
    since = {"since": second["created_at"]}
    dry = (await api.post(f"{own}/resume", json={"held": since, "dry_run": True})).json()
    assert (dry["dry_run"], dry["send"], dry["cancel"]) == (True, 1, 1)
    assert dry["postback"]["held"] == 2
    done = (await api.post(f"{own}/resume", json={"held": since})).json()
    assert (done["dry_run"], done["send"], done["cancel"]) == (False, 1, 1)
    assert done["postback"]["paused_at"] is None
    begun = done["postback"]["release"]
    assert begun.items() >= {"held": "since", "total": 2, "sent": 0, "finished_at": None}.items()
    await resuming.release_held(db)
    row = (await api.get(own)).json()
    assert row["held"] == 0
    assert row["release"].items() >= {"total": 2, "sent": 1, "cancelled": 1}.items()
    assert row["release"]["finished_at"] is not None
    cancelled = await items(api, "/deliveries", status="cancelled")
    assert [each["reason"] for each in cancelled] == ["discarded"]
    shown = (await api.get(f"{BASE}/deliveries/{cancelled[0]['id']}")).json()
    assert "discarded" in shown["explanation"]


async def test_one_held_delivery_is_sent_now_by_a_resend(api: httpx.AsyncClient, own: str) -> None:
    await api.post(f"{own}/pause")
    delivery = await fire(api)
    again = await api.post(f"{BASE}/deliveries/{delivery['id']}/resend")
    assert again.json()["status"] == "pending"


async def test_deleting_a_paused_postback_cancels_what_it_holds(
    api: httpx.AsyncClient, own: str, db: Database
) -> None:
    await api.post(f"{own}/pause")
    await fire(api)
    assert (await api.delete(own)).status_code == 204
    assert (await api.get(own)).json()["release"].items() >= {"total": 1, "cancelled": 0}.items()
    await resuming.release_held(db)
    assert (await api.get(own)).json()["release"]["cancelled"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "held"),
        ({"held": "everything"}, "held"),
        ({"held": {"since": "2026-01-31"}}, "held"),
        ({"held": {"since": "2026-01-31T12:00:00+00:00", "until": 1}}, "held"),
        ({"held": "send", "dry_run": "yes"}, "dry_run"),
        ({"held": "send", "dry": True}, "dry"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, own: str, body: dict, field: str
) -> None:
    await api.post(f"{own}/pause")
    assert_problem(await api.post(f"{own}/resume", json=body), 422, "invalid_input", {field})
    assert (await api.get(own)).json()["paused_at"] is not None


async def test_what_cannot_be_paused_or_resumed_says_why(api: httpx.AsyncClient, own: str) -> None:
    send = {"held": "send"}
    assert_problem(await api.post(f"{own}/resume", json=send), 409, "not_paused")
    nobody = f"{BASE}/postbacks/pb_none"
    assert_problem(await api.post(f"{nobody}/pause"), 404, "not_found")
    assert_problem(await api.post(f"{nobody}/resume", json=send), 404, "not_found")
    await api.delete(own)
    assert_problem(await api.post(f"{own}/pause"), 409, "archived")
    assert_problem(await api.post(f"{own}/resume", json=send), 409, "archived")


async def test_a_key_that_may_only_read_pauses_and_resumes_nothing(
    api: httpx.AsyncClient, own: str, make_key: MakeKey, db: Database
) -> None:
    reader = await make_key(KeyScope.READ)
    assert_problem(await api.post(f"{own}/pause", headers=reader), 403, "not_allowed")
    await api.post(f"{own}/pause")
    body = {"held": "discard"}
    refused = await api.post(f"{own}/resume", json=body, headers=reader)
    assert_problem(refused, 403, "not_allowed")
    await holding.hold_waiting(db)
    assert (await api.get(own)).json()["paused_at"] is not None
