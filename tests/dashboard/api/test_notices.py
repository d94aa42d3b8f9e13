"""Notices and their channels over the API."""

import asyncio

import httpx
import pytest

from models.words import KeyScope, NoticeKind
from services import database, runtime
from services.clock import utc_now
from services.delivery.notice_post import notice_post
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.notices import channel_trial
from services.notices.recording import record
from services.settings import Settings
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner

CHANNELS = f"{BASE}/notice-channels"


@pytest.fixture
async def reach(settings: Settings):
    """Let tests of channels reach the loopback partner."""
    policy = runtime.target_policy(settings)
    running = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    channel_trial.set_post(notice_post(running, policy=policy))
    yield
    channel_trial.set_post(None)
    await running.aclose()


async def open_one(kind: NoticeKind, subject: str = "") -> None:
    data = {"cause": "no_worker"} if kind is NoticeKind.QUEUE_LAGGING else {"reason": "exhausted"}
    await database.write(record, kind, subject_id=subject, data=data, now=utc_now())


async def test_notices_are_listed_filtered_and_resolved(api: httpx.AsyncClient) -> None:
    await open_one(NoticeKind.DELIVERY_FAILED, "pb_1")
    await open_one(NoticeKind.QUEUE_LAGGING)
    lag, failed = await items(api, "/notices")
    assert (lag["type"], lag["state"], lag["postback_id"]) == ("queue.lagging", "open", None)
    assert (failed["type"], failed["count"], failed["postback_id"]) == (
        "delivery.failed",
        1,
        "pb_1",
    )
    assert [row["id"] for row in await items(api, "/notices", type="queue.lagging")] == [lag["id"]]
    both = "queue.lagging,delivery.failed"
    assert len(await items(api, "/notices", type=both, state="open")) == 2
    assert len(await items(api, "/notices", postback="pb_1")) == 1
    done = await api.post(f"{BASE}/notices/{failed['id']}/resolve")
    assert (done.status_code, done.json()["state"]) == (200, "resolved")
    assert (await api.get(f"{BASE}/notices/{failed['id']}")).json() == done.json()
    refused = await api.post(f"{BASE}/notices/{lag['id']}/resolve")
    assert_problem(refused, 409, "ends_by_itself")
    assert_problem(await api.get(f"{BASE}/notices/ntc_nothing"), 404, "not_found")
    wrong = await api.get(f"{BASE}/notices", params={"type": "late", "state": "x", "from": "y"})
    assert_problem(wrong, 422, "invalid_input", {"type", "state", "from"})


async def test_a_channel_is_made_changed_tested_and_archived(
    api: httpx.AsyncClient, reach: None, partner: Partner
) -> None:
    made = await create(
        api, "/notice-channels", name="Ops", kind="url", target=partner.url("/hook")
    )
    assert made["secret"].startswith("whsec_")
    assert set(made["types"]) == set(NoticeKind)
    own = f"{CHANNELS}/{made['id']}"
    seen = (await api.get(own)).json()
    assert "secret" not in seen
    assert seen["sends"] == []
    changed = await api.patch(own, json={"types": ["postback.paused"]}, headers={"If-Match": '"1"'})
    assert (changed.json()["types"], changed.json()["version"]) == (["postback.paused"], 2)
    late = await api.patch(own, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert_stale(late, yours=1, current=2)
    tested = (await api.post(f"{own}/test")).json()
    assert (tested["outcome"], tested["status_code"], tested["answer"]) == ("succeeded", 200, "ok")
    await asyncio.to_thread(partner.wait_for, 1, "/hook")
    again = await api.post(f"{own}/test")
    assert_problem(again, 429, "too_many")
    assert again.headers["retry-after"] == "3"
    renewed = (await api.post(f"{own}/new-secret")).json()
    assert renewed["secret"] != made["secret"]
    assert (await api.delete(own)).status_code == 204
    assert await items(api, "/notice-channels") == []
    assert len(await items(api, "/notice-channels", archived="true")) == 1
    assert_problem(await api.post(f"{own}/test"), 409, "archived")


async def test_an_email_channel_needs_a_mail_server(api: httpx.AsyncClient) -> None:
    body = {"name": "Ops", "kind": "email", "target": "ops@example.com"}
    refused = await api.post(CHANNELS, json=body)
    assert_problem(refused, 422, "invalid_input", {"kind"})


async def test_every_wrong_field_is_named_at_once(api: httpx.AsyncClient) -> None:
    body = {"name": "", "kind": "url", "target": 5, "sound": "loud"}
    refused = await api.post(CHANNELS, json=body)
    assert_problem(refused, 422, "invalid_input", {"name", "target", "sound"})
    body = {"name": "Ops", "kind": "url", "target": "http://10.0.0.1/", "types": []}
    assert_problem(await api.post(CHANNELS, json=body), 422, "invalid_input", {"target", "types"})


async def test_a_key_that_may_only_read_sees_no_path(
    api: httpx.AsyncClient, make_key: MakeKey, partner: Partner
) -> None:
    made = await create(
        api, "/notice-channels", name="Ops", kind="url", target=partner.url("/T0/secret")
    )
    reader = await make_key(KeyScope.READ)
    seen = await api.get(f"{CHANNELS}/{made['id']}", headers=reader)
    assert seen.status_code == 200
    assert "secret" not in seen.text
