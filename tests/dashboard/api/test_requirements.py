"""Requirements of the product page that no other test of the API shows whole."""

from datetime import datetime, timedelta

import httpx
import pytest

from models.words import DeliveryStatus
from services.settings import Settings
from tests.partner import Partner
from tests.world import settled, worker

pytestmark = pytest.mark.usefixtures("sender")


async def create(api: httpx.AsyncClient, path: str, **body: object) -> dict:
    response = await api.post(f"/api/v1{path}", json=body)
    assert response.is_success, response.text
    return response.json()


@pytest.fixture
async def lead(api: httpx.AsyncClient) -> str:
    await create(api, "/event-types", name="sale", is_conversion=True)
    await create(api, "/event-types", name="refund", available_everywhere=False)
    await create(api, "/campaigns", key="us", name="US")
    return (await create(api, "/leads", campaign="us", transaction_id="t-1"))["lead_id"]


async def fire(api: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await api.post("/api/v1/events", json=body)


async def test_s10_what_can_fire_is_told_and_what_cannot_is_refused_with_the_reason(
    api: httpx.AsyncClient, lead: str
) -> None:
    field = {"name": "policy_no", "type": "text", "required": True}
    await create(api, "/campaigns/us/events/sale/fields", **field)
    rows = (await api.get("/api/v1/campaigns/us/events")).json()["items"]
    assert {row["name"]: row["enabled"] for row in rows} == {"refund": False, "sale": True}
    refused = await fire(api, event="refund", lead_id=lead)
    assert (refused.status_code, refused.json()["code"]) == (422, "event_not_available")
    incomplete = await fire(api, event="sale", lead_id=lead)
    assert [each["field"] for each in incomplete.json()["errors"]] == ["fields.policy_no"]
    fired = await fire(api, event="sale", lead_id=lead, fields={"policy_no": "P-7"})
    assert fired.status_code == 201
    again = await fire(api, event="sale", lead_id=lead, fields={"policy_no": "P-8"})
    assert again.json() == {"status": "duplicate", "event_id": fired.json()["event_id"]}


async def test_s13_every_firing_has_its_time_lead_payload_status_and_code(
    api: httpx.AsyncClient, lead: str, partner: Partner, settings: Settings
) -> None:
    await create(api, "/event-types/sale/postbacks", url=partner.url("/status/500"))
    fact = {"event": "sale", "lead_id": lead, "amount": "49.90", "currency": "USD"}
    event_id = (await fire(api, **fact)).json()["event_id"]
    async with worker(settings):
        await settled(DeliveryStatus.RETRYING)
    (row,) = (await api.get("/api/v1/events?event=sale")).json()["items"]
    assert (row["event_id"], row["lead_id"], row["transaction_id"]) == (event_id, lead, "t-1")
    assert (row["campaign"], row["status"], row["response_code"]) == ("us", "retrying", 500)
    assert row["amount"] == "49.90"
    assert (await api.get(f"/api/v1/events/{event_id}")).json()["payload"] == fact


async def test_s14_a_range_of_time_finds_an_entry_and_the_entry_every_attempt(
    api: httpx.AsyncClient, lead: str, partner: Partner, settings: Settings
) -> None:
    await create(api, "/event-types/sale/postbacks", url=partner.url("/ok?tid={transaction_id}"))
    event_id = (await fire(api, event="sale", lead_id=lead)).json()["event_id"]
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED)
    detail = (await api.get(f"/api/v1/events/{event_id}")).json()
    (delivery,) = detail["deliveries"]
    assert delivery["request"]["url"].endswith("/ok?tid=t-1")
    (attempt,) = delivery["attempts"]
    assert (attempt["status_code"], attempt["number"]) == (200, 1)
    received = datetime.fromisoformat(detail["received_at"])

    async def between(start: datetime, end: datetime) -> list[str]:
        query = {"from": start.isoformat(), "to": end.isoformat()}
        found = (await api.get("/api/v1/events", params=query)).json()["items"]
        return [row["event_id"] for row in found]

    minute = timedelta(minutes=1)
    assert await between(received, received + minute) == [event_id]
    assert await between(received - minute, received) == []


async def test_s15_a_second_reader_sees_a_firing_and_its_delivery_at_once(
    api: httpx.AsyncClient, lead: str, partner: Partner, settings: Settings
) -> None:
    await create(api, "/event-types/sale/postbacks", url=partner.url("/ok"))
    await fire(api, event="sale", lead_id=lead)
    (row,) = (await api.get("/api/v1/events")).json()["items"]
    assert row["status"] in {"pending", "sending", "delivered"}
    async with worker(settings):
        await settled(DeliveryStatus.DELIVERED)
    (row,) = (await api.get("/api/v1/events")).json()["items"]
    assert row["status"] == "delivered"
