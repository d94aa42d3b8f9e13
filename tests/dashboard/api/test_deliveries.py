"""Deliveries over the API: found by every filter, and sent again by the hundred."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from models.words import DeliveryStatus, KeyScope
from services.bulk_jobs import batches
from services.clock import utc_now
from services.database import Database
from services.resending.bulk_resends import RESENDS
from services.retention import pruning
from services.retention.pruning import Retention
from services.settings import Settings
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner
from tests.world import settled, until, worker

pytestmark = pytest.mark.usefixtures("sender")

RESEND = f"{BASE}/deliveries/resend"


@pytest.fixture
async def postback(api: httpx.AsyncClient, partner: Partner, settings: Settings) -> str:
    """Fire two events whose postback fails at first, and return the postback's id."""
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/campaigns", key="home-us", name="Home US")
    await create(api, "/event-types", name="sale")
    made = await create(
        api, "/event-types/sale/postbacks", url=partner.url("/flaky?times=1&t={transaction_id}")
    )
    for campaign, transaction_id in (("auto-us", "t-1"), ("home-us", "t-2")):
        await create(api, "/leads", campaign=campaign, transaction_id=transaction_id)
        await create(api, "/events", event="sale", transaction_id=transaction_id)
    async with worker(settings):
        await settled(DeliveryStatus.RETRYING, 2)
    return str(made["id"])


async def test_deliveries_are_found_by_where_they_go_and_why_they_failed(
    api: httpx.AsyncClient, postback: str, partner: Partner
) -> None:
    destination = f"http://127.0.0.1:{partner.port}"
    for query, found in (
        ({"destination": destination}, ["t-2", "t-1"]),
        ({"destination": f"127.0.0.1:{partner.port}"}, ["t-2", "t-1"]),
        ({"destination": "elsewhere.example"}, []),
        ({"campaign": "home-us"}, ["t-2"]),
        ({"affiliate": "-", "cause": "503"}, ["t-2", "t-1"]),
        ({"cause": "timeout"}, []),
        ({"postback": postback, "status": "retrying", "campaign": "auto-us"}, ["t-1"]),
    ):
        rows = await items(api, "/deliveries", **query)
        assert [row["transaction_id"] for row in rows] == found, query
    (row,) = await items(api, "/deliveries", campaign="auto-us")
    assert (row["destination"], row["failure"], row["attempts"]) == (destination, "http_status", 1)


async def test_a_cause_that_does_not_exist_is_refused(api: httpx.AsyncClient) -> None:
    refused = await api.get(f"{BASE}/deliveries?cause=5xx&status=failed")
    assert_problem(refused, 422, "invalid_input", {"cause"})


async def test_a_filter_is_counted_first_and_then_sent_again(
    api: httpx.AsyncClient, postback: str, db: Database, settings: Settings
) -> None:
    wanted = {"status": ["failed", "retrying"], "postback": postback}
    counted = (await api.post(RESEND, json={**wanted, "dry_run": True})).json()
    assert (counted["count"], counted["count_is_complete"]) == (2, True)
    assert counted["left_out"]["delivered"] == 0

    answer = await api.post(RESEND, json=wanted)
    job = answer.json()
    assert (answer.status_code, job["status"], job["count"]) == (200, "running", 2)
    assert answer.headers["Location"] == f"{RESEND}/{job['id']}"
    again = await api.post(RESEND, json=wanted)
    assert_problem(again, 409, "bulk_resend_running")

    await batches.work(db, RESENDS, pause_seconds=0)
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED, 2)
    ended = (await api.get(answer.headers["Location"])).json()
    assert (ended["status"], ended["resent"], ended["left_out"]) == ("finished", 2, 0)
    assert ended["filter"]["postback"] == postback
    for row in await items(api, "/deliveries"):
        attempts = (await api.get(f"{BASE}/deliveries/{row['id']}")).json()["attempts"]
        assert [each["trigger"] for each in attempts] == ["automatic", "manual"]


async def test_one_status_may_be_a_word_and_what_arrived_is_sent_only_when_it_is_said(
    api: httpx.AsyncClient, postback: str, db: Database, settings: Settings, partner: Partner
) -> None:
    await api.post(RESEND, json={"campaign": "auto-us"})
    await batches.work(db, RESENDS, pause_seconds=0)
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED)

    async def count(**body: Any) -> dict[str, Any]:
        return (await api.post(RESEND, json={**body, "dry_run": True})).json()

    assert (await count(status="delivered"))["count"] == 0
    assert (await count(status="delivered"))["left_out"]["delivered"] == 1
    assert (await count(status="delivered", include_delivered=True))["count"] == 1
    assert (await count(**{"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}))[
        "count"
    ] == 0


async def test_a_bulk_resend_is_cancelled(api: httpx.AsyncClient, postback: str) -> None:
    job = (await api.post(RESEND, json={})).json()
    assert (await api.delete(f"{RESEND}/{job['id']}")).status_code == 204
    assert (await api.get(f"{RESEND}/{job['id']}")).json()["status"] == "cancelled"
    assert_problem(await api.delete(f"{RESEND}/rsd_nothing"), 404, "not_found")


async def test_every_wrong_field_of_a_bulk_resend_is_named(api: httpx.AsyncClient) -> None:
    for body, fields in (
        ({"stauts": "failed"}, {"stauts"}),
        ({"status": "great", "cause": "5xx"}, {"status", "cause"}),
        ({"status": 5}, {"status"}),
        ({"from": "2026-01-01T00:00:00"}, {"from"}),
        ({"dry_run": "yes"}, {"dry_run"}),
    ):
        refused = await api.post(RESEND, json=body)
        assert_problem(refused, 422, "invalid_input")
        named = {error["field"].partition(".")[0] for error in refused.json()["errors"]}
        assert named == fields


async def test_who_may_only_read_may_not_even_count(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    stranger.headers.update(await make_key(KeyScope.READ))
    refused = await stranger.post(RESEND, json={"dry_run": True})
    assert_problem(refused, 403, "not_allowed")


async def test_what_left_with_retention_is_said_and_the_event_stays(
    api: httpx.AsyncClient, postback: str, db: Database, settings: Settings
) -> None:
    await api.post(RESEND, json={"campaign": "auto-us"})
    await batches.work(db, RESENDS, pause_seconds=0)
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED)
    (event,) = await items(api, "/events", campaign="auto-us")

    def in_days(days: int) -> Any:
        return utc_now() + timedelta(days=days)

    kept = Retention(delivered_days=30, bodies_days=7, failed_days=90)
    await pruning.prune(db, now=in_days(8), retention=kept, pause_seconds=0)
    detail = (await api.get(f"{BASE}/events/{event['event_id']}")).json()
    (delivery,) = detail["deliveries"]
    assert delivery["bodies_removed_at"]
    assert {each["response_body"] for each in delivery["attempts"]} == {""}

    await pruning.prune(db, now=in_days(31), retention=kept, pause_seconds=0)
    detail = (await api.get(f"{BASE}/events/{event['event_id']}")).json()
    assert (detail["deliveries"], detail["status"], detail["response_code"]) == (
        [],
        "delivered",
        200,
    )
    assert_problem(await api.get(f"{BASE}/deliveries/{delivery['id']}"), 404, "not_found")


async def test_the_worker_of_an_installation_takes_up_a_bulk_resend_by_itself(
    api: httpx.AsyncClient, postback: str, settings: Settings, db: Database
) -> None:
    job = (await api.post(RESEND, json={})).json()

    async def is_ended() -> bool:
        return (await api.get(f"{RESEND}/{job['id']}")).json()["status"] == "finished"

    async with worker(settings) as running:
        running.every(0.05, batches.job_of(db, RESENDS))
        await until(is_ended)
        await settled(DeliveryStatus.DELIVERED, 2)
