"""A lead is erased over HTTP, and says so."""

import httpx

from tests.dashboard.api.calls import BASE, assert_problem, create


async def test_erasing_names_what_waits_and_then_does_it(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale")
    await create(api, "/event-types/sale/postbacks", url="https://p.example.com/?e={email}")
    lead = await create(api, "/leads", campaign="auto-us", email="ann@example.com")
    await create(api, "/events", event="sale", lead_id=lead["lead_id"])
    path = f"{BASE}/leads/{lead['lead_id']}"
    assert_problem(await api.post(f"{path}/erase", json={}), 409, "deliveries_waiting")
    assert_problem(await api.post(f"{path}/erase", json={"force": True}), 422, "invalid_input")
    erased = (await api.post(f"{path}/erase", json={"cancel_waiting": True})).json()
    assert (erased["email"], erased["transaction_id"]) == (None, lead["transaction_id"])
    assert (await api.get(path)).json()["erased_at"] == erased["erased_at"] is not None
    assert_problem(await api.patch(path, json={"email": "a@example.com"}), 409, "erased")
