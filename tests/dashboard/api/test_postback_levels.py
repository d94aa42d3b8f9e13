"""S8 and S18: postbacks of events, campaigns and affiliates, and which of them fire together."""

import httpx
import pytest

from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem, assert_stale, create, items
from tests.dashboard.conftest import MakeKey
from tests.partner import Partner

LEVELS = {
    "event": "/event-types/sale/postbacks",
    "campaign": "/campaigns/auto-us/postbacks",
    "affiliate": "/affiliates/google/postbacks",
}


@pytest.fixture(autouse=True)
async def definitions(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/affiliates", key="google", name="Google Ads")
    await create(api, "/event-types", name="sale", is_affiliate_conversion=True)
    await create(api, "/event-types", name="note")
    await create(
        api,
        "/leads",
        campaign="auto-us",
        affiliate="google",
        transaction_id="t-1",
        external_click_id="click 1",
        sub3="third",
    )
    await create(api, "/leads", campaign="auto-us", transaction_id="t-2")


async def fired(api: httpx.AsyncClient, event: str, transaction_id: str) -> list[dict]:
    """Return the deliveries of a new event."""
    made = await create(api, "/events", event=event, transaction_id=transaction_id)
    return (await api.get(f"{BASE}/events/{made['event_id']}")).json()["deliveries"]


@pytest.mark.parametrize("level", LEVELS)
async def test_a_postback_belongs_to_its_level_and_is_listed_there_alone(
    api: httpx.AsyncClient, partner: Partner, level: str
) -> None:
    made = await create(api, LEVELS[level], url=partner.url("/ok"))
    owner = {
        "event": {"event": "sale", "campaign": None, "affiliate": None},
        "campaign": {"event": None, "campaign": "auto-us", "affiliate": None},
        "affiliate": {"event": None, "campaign": None, "affiliate": "google"},
    }[level]
    assert made.items() >= {"level": level, "on_conversion_status": [], **owner}.items()
    listed = {name: [row["id"] for row in await items(api, LEVELS[name])] for name in LEVELS}
    assert listed == {name: [made["id"]] if name == level else [] for name in LEVELS}


async def test_all_levels_that_match_fire(api: httpx.AsyncClient, partner: Partner) -> None:
    for level, path in LEVELS.items():
        await create(api, path, url=partner.url(f"/ok?level={level}"))
    assert {row["level"] for row in await fired(api, "sale", "t-1")} == set(LEVELS)
    # No affiliate, and no Affiliate Conversion Event: the affiliate's own postback stays silent.
    assert {row["level"] for row in await fired(api, "sale", "t-2")} == {"event", "campaign"}
    assert {row["level"] for row in await fired(api, "note", "t-1")} == {"campaign"}


async def test_the_same_request_is_sent_once_by_the_narrowest_level(
    api: httpx.AsyncClient, partner: Partner
) -> None:
    for path in LEVELS.values():
        await create(api, path, url=partner.url("/ok?t={transaction_id}"))
    found = {row["level"]: row for row in await fired(api, "sale", "t-1")}
    assert {level: (row["status"], row["reason"]) for level, row in found.items()} == {
        "affiliate": ("pending", None),
        "campaign": ("skipped", "same_request"),
        "event": ("skipped", "same_request"),
    }


async def test_affiliate_click_id_and_subs_are_macros(
    api: httpx.AsyncClient, partner: Partner
) -> None:
    url = partner.url("/ok?a={affiliate_id}&n={affiliate_name}&c={external_click_id}&s={sub3}")
    await create(api, LEVELS["affiliate"], url=url)
    delivery = (await fired(api, "sale", "t-1"))[0]
    query = delivery["request"]["url"].partition("?")[2]
    assert query == "a=google&n=Google%20Ads&c=click%201&s=third"


async def test_filters_must_all_match(api: httpx.AsyncClient, partner: Partner) -> None:
    await create(
        api, LEVELS["event"], url=partner.url("/ok"), campaign="auto-us", affiliate="google"
    )
    assert [row["level"] for row in await fired(api, "sale", "t-1")] == ["event"]
    assert await fired(api, "sale", "t-2") == []


@pytest.mark.parametrize(
    ("level", "body", "field"),
    [
        ("event", {"campaign": "nobody"}, "campaign"),
        ("event", {"affiliate": "nobody"}, "affiliate"),
        ("campaign", {"campaign": "auto-ca"}, "campaign"),
        ("affiliate", {"affiliate": "bing"}, "affiliate"),
        ("event", {"on_conversion_status": ["great"]}, "on_conversion_status"),
        ("event", {"on_conversion_status": "approved"}, "on_conversion_status"),
        ("event", {"url": "ftp://example.com/"}, "url"),
        ("event", {"ulr": "x"}, "ulr"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    api: httpx.AsyncClient, partner: Partner, level: str, body: dict, field: str
) -> None:
    await create(api, "/campaigns", key="auto-ca", name="Auto CA")
    await create(api, "/affiliates", key="bing", name="Bing")
    refused = await api.post(f"{BASE}{LEVELS[level]}", json={"url": partner.url("/ok"), **body})
    assert_problem(refused, 422, "invalid_input", {field})
    assert await items(api, LEVELS[level]) == []


async def test_who_is_too_late_is_told_both_versions(
    api: httpx.AsyncClient, partner: Partner
) -> None:
    made = await create(api, LEVELS["campaign"], url=partner.url("/ok"))
    own = f"{BASE}/postbacks/{made['id']}"
    changed = await api.patch(own, json={"affiliate": "google", "enabled": False})
    assert (changed.json()["affiliate"], changed.json()["campaign"]) == ("google", "auto-us")
    late = await api.patch(own, json={"enabled": True}, headers={"If-Match": '"1"'})
    assert_stale(late, yours=1, current=2)


async def test_an_owner_that_does_not_exist_is_not_found(
    api: httpx.AsyncClient, partner: Partner
) -> None:
    for path in ("event-types", "campaigns", "affiliates"):
        own = f"{BASE}/{path}/nobody/postbacks"
        assert_problem(await api.get(own), 404, "not_found")
        assert_problem(await api.post(own, json={"url": partner.url("/ok")}), 404, "not_found")


async def test_a_list_of_postbacks_is_walked_by_its_cursor(
    api: httpx.AsyncClient, partner: Partner
) -> None:
    ids = [
        (await create(api, LEVELS["campaign"], url=partner.url(f"/ok?n={number}")))["id"]
        for number in range(3)
    ]
    first = (await api.get(f"{BASE}{LEVELS['campaign']}?limit=2")).json()
    rest = (await api.get(f"{BASE}{LEVELS['campaign']}?cursor={first['next_cursor']}")).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == ids
    assert (len(first["items"]), rest["next_cursor"]) == (2, None)


async def test_a_key_that_may_only_read_adds_none(
    api: httpx.AsyncClient, partner: Partner, make_key: MakeKey
) -> None:
    reader = await make_key(KeyScope.READ)
    for path in LEVELS.values():
        body = {"url": partner.url("/ok")}
        refused = await api.post(f"{BASE}{path}", json=body, headers=reader)
        assert_problem(refused, 403, "not_allowed")
