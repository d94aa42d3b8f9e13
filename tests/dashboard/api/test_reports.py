"""S19: figures by day, campaign, event and affiliate, which equal what the log shows."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, create, fields_of, items
from tests.dashboard.conftest import MakeKey

REPORT = f"{BASE}/reports/conversions"
# 23:30 in New York on the 1st is the 2nd in UTC.
TIMES = ("2026-03-02T04:30:00+00:00", "2026-03-02T12:00:00+00:00", "2026-03-03T12:00:00+00:00")


@pytest.fixture(autouse=True)
async def facts(api: httpx.AsyncClient) -> None:
    """Three sales and a note: two of a lead from Google, one of a lead from nowhere."""
    for key in ("auto-us", "auto-ca"):
        await create(api, "/campaigns", key=key, name=key.upper())
    await create(api, "/affiliates", key="google", name="Google Ads")
    await create(api, "/event-types", name="sale", is_conversion=True, multi_trigger=True)
    await create(api, "/event-types", name="note")
    for campaign, more in (("auto-us", {"affiliate": "google"}), ("auto-ca", {})):
        await create(
            api,
            "/leads",
            campaign=campaign,
            transaction_id=campaign,
            submitted_at=TIMES[0],
            **more,
        )
    for occurred_at, lead, status, amount in (
        (TIMES[0], "auto-us", "approved", "49.90"),
        (TIMES[1], "auto-us", "rejected", "0.10"),
        (TIMES[2], "auto-ca", "on_hold", None),
    ):
        await create(
            api,
            "/events",
            event="sale",
            transaction_id=lead,
            occurred_at=occurred_at,
            conversion_status=status,
            **({"amount": amount, "currency": "USD"} if amount else {}),
        )
    await create(api, "/events", event="note", transaction_id="auto-us")


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Mars/Olympus", "../UTC", ""])
async def test_only_a_zone_that_is_the_same_everywhere_is_taken(
    api: httpx.AsyncClient, zone: str
) -> None:
    assert_problem(await api.get(REPORT, params={"tz": zone}), 422, "invalid_input", {"tz"})


async def report(api: httpx.AsyncClient, **query: str) -> dict:
    wanted = {
        "from": "2026-03-01T00:00:00+00:00",
        "to": "2026-03-04T00:00:00+00:00",
        "time": "occurred",
        **query,
    }
    response = await api.get(REPORT, params=wanted)
    assert response.status_code == 200, response.text
    return response.json()


async def test_every_figure_is_answered_with_its_definition(api: httpx.AsyncClient) -> None:
    found = await report(api)
    assert found["total"] == {
        "leads": 2,
        "conversions": 3,
        "rate": "150.00",
        "approved": 1,
        "open": 1,
        "rejected": 1,
        "amounts": [{"currency": "USD", "amount": "50.00"}],
        "approved_amounts": [{"currency": "USD", "amount": "49.90"}],
    }
    assert found["definitions"].keys() >= found["total"].keys()
    assert found["previous"]["conversions"] == 0
    assert found["previous"]["to"] == found["from"]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("campaign", {"auto-us": 2, "auto-ca": 1}),
        ("event", {"sale": 3}),
        ("affiliate", {"google": 2, None: 1}),
        ("day", {"2026-03-01": 0, "2026-03-02": 2, "2026-03-03": 1}),
    ],
)
async def test_the_rows_of_each_kind_equal_the_log(
    api: httpx.AsyncClient, by: str, rows: dict
) -> None:
    found = await report(api, by=by)
    assert {row["key"]: row["conversions"] for row in found["items"]} == rows
    for row in found["items"]:
        narrowed = {} if by == "day" else {by: row["key"] or "-"}
        logged = await items(
            api,
            "/events",
            **{"conversion": "true", "time": "occurred", "from": row["from"], "to": row["to"]},
            **narrowed,
        )
        assert len(logged) == row["conversions"], row["key"]


async def test_the_zone_decides_the_day(api: httpx.AsyncClient) -> None:
    found = await report(
        api,
        tz="America/New_York",
        **{"from": "2026-03-01T00:00:00-05:00", "to": "2026-03-04T00:00:00-05:00"},
    )
    days = {row["key"]: row["conversions"] for row in found["items"]}
    assert days == {"2026-03-01": 1, "2026-03-02": 1, "2026-03-03": 1}
    assert found["items"][0]["from"] == "2026-03-01T00:00:00-05:00"
    assert found["tz"] == "America/New_York"


@pytest.mark.parametrize(
    ("query", "conversions"),
    [
        ({"campaign": "auto-us"}, 2),
        ({"affiliate": "google"}, 2),
        ({"affiliate": "-"}, 1),
        ({"event": "note"}, 0),
        ({"event": "nothing"}, 0),
        ({"conversion_status": "approved,on_hold"}, 2),
        ({"campaign": "auto-us", "conversion_status": "on_hold"}, 0),
    ],
)
async def test_a_filter_narrows_every_figure(
    api: httpx.AsyncClient, query: dict, conversions: int
) -> None:
    assert (await report(api, **query))["total"]["conversions"] == conversions


async def test_without_a_range_it_is_the_last_thirty_days_by_time_of_receipt(
    api: httpx.AsyncClient,
) -> None:
    found = (await api.get(REPORT)).json()
    assert (found["by"], found["time"], found["tz"]) == ("day", "received", "UTC")
    assert (len(found["items"]), found["total"]["conversions"]) == (30, 3)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"by": "hour"}, "by"),
        ({"time": "now"}, "time"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../etc/passwd"}, "tz"),
        ({"from": "2026-03-01"}, "from"),
        ({"to": "yesterday"}, "to"),
        ({"from": "2026-03-05T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, "to"),
        ({"from": "2010-01-01T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, "from"),
        ({"conversion_status": "great"}, "conversion_status"),
        ({"campagin": "auto-us"}, "campagin"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, query: dict, field: str
) -> None:
    response = await api.get(REPORT, params=query)
    assert response.status_code == 422
    assert set(fields_of(response)) == {field}


async def test_a_key_that_may_read_sees_it_and_one_of_an_incoming_url_does_not(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    assert (await stranger.get(REPORT, headers=await make_key(KeyScope.READ))).status_code == 200
    refused = await stranger.get(REPORT, headers=await make_key(KeyScope.INCOMING))
    assert_problem(refused, 403, "not_allowed")
