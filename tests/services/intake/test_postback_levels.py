"""Which postbacks an event fires: every level that matches, each request once."""

from collections.abc import Mapping

import pytest

from models import Delivery
from models.words import (
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    Method,
    PostbackLevel,
    Source,
)
from services.actor import SYSTEM
from services.catalog import (
    affiliates,
    campaign_events,
    campaigns,
    custom_fields,
    event_types,
    postbacks,
)
from services.catalog.postbacks import Owner
from services.database import Database
from services.intake import leads, status_changes
from services.intake.contract import Recorded
from services.intake.recording import record_event
from tests.factories import public_addresses
from tests.world import deliveries

URL = "https://partner.example/?t={transaction_id}"
SALE = Owner(PostbackLevel.EVENT, "sale")
CALL = Owner(PostbackLevel.EVENT, "call")
AUTO = Owner(PostbackLevel.CAMPAIGN, "auto")
HOME = Owner(PostbackLevel.CAMPAIGN, "home")
NORTH = Owner(PostbackLevel.AFFILIATE, "north")
SOUTH = Owner(PostbackLevel.AFFILIATE, "south")

SENT = (DeliveryStatus.PENDING, None)
SAME = (DeliveryStatus.SKIPPED, DeliveryReason.SAME_REQUEST)


@pytest.fixture(autouse=True)
async def definitions(db: Database) -> None:
    """Sale is an Affiliate Conversion Event, call is none; both may fire again and again."""
    for name, is_affiliate_conversion in (("sale", True), ("call", False)):
        flags = {"is_affiliate_conversion": is_affiliate_conversion, "multi_trigger": True}
        await event_types.create(SYSTEM, {"name": name, **flags})
    for key in ("auto", "home"):
        await campaigns.create(SYSTEM, {"key": key, "name": key.title()})
    for key in ("north", "south"):
        await affiliates.create(SYSTEM, {"key": key, "name": f"{key.title()} & Söhne"})


async def postback(owner: Owner, url: str = URL, **data: object) -> str:
    row = await postbacks.create(SYSTEM, owner, {"url": url, **data}, resolver=public_addresses)
    return row.id


async def lead(campaign: str = "auto", affiliate: str | None = "north", **details: object) -> str:
    given = {"campaign": campaign, "affiliate": affiliate, **details}
    row = (await leads.create(SYSTEM, {k: v for k, v in given.items() if v is not None})).lead
    return row.id


async def fire(lead_id: str, event: str = "sale", **facts: object) -> Recorded:
    payload = {"event": event, "lead_id": lead_id, **facts}
    answer = await record_event(SYSTEM, payload, source=Source.API)
    assert isinstance(answer, Recorded), answer
    return answer


async def owed(event: Recorded) -> list[Delivery]:
    """Return what an event owes, the narrowest level first."""
    rows = [row for row in await deliveries() if row.event_id == event.event_id]
    assert len(rows) == event.deliveries
    return sorted(rows, key=rank)


def rank(row: Delivery) -> tuple[int, str]:
    narrowest_first = [PostbackLevel.AFFILIATE, PostbackLevel.CAMPAIGN, PostbackLevel.EVENT]
    return narrowest_first.index(row.level), row.postback_id


async def fired(event: Recorded) -> list[str]:
    return [row.postback_id for row in await owed(event)]


async def test_every_level_that_matches_fires() -> None:
    made = {
        each: await postback(each, f"https://{each.key}.example/") for each in (SALE, AUTO, NORTH)
    }
    for other in (CALL, HOME, SOUTH):
        await postback(other)
    rows = await owed(await fire(await lead()))
    assert [row.postback_id for row in rows] == [made[NORTH], made[AUTO], made[SALE]]
    assert [row.level for row in rows] == [
        PostbackLevel.AFFILIATE,
        PostbackLevel.CAMPAIGN,
        PostbackLevel.EVENT,
    ]
    assert {row.status for row in rows} == {DeliveryStatus.PENDING}


async def test_a_campaign_s_postback_fires_for_each_of_its_events_and_leads() -> None:
    made = await postback(AUTO)
    for event in ("sale", "call"):
        assert await fired(await fire(await lead(affiliate=None), event)) == [made]
        assert await fired(await fire(await lead("home"), event)) == []


async def test_an_affiliate_s_postback_fires_for_its_affiliate_conversions_only() -> None:
    made = await postback(NORTH)
    for campaign in ("auto", "home"):
        assert await fired(await fire(await lead(campaign))) == [made]
        assert await fired(await fire(await lead(campaign), "call")) == []
        assert await fired(await fire(await lead(campaign, "south"))) == []
        assert await fired(await fire(await lead(campaign, None))) == []


async def test_the_campaign_decides_what_is_an_affiliate_conversion_there() -> None:
    made = await postback(NORTH)
    await campaign_events.put(SYSTEM, "auto", "sale", {"is_affiliate_conversion": False})
    await campaign_events.put(SYSTEM, "auto", "call", {"is_affiliate_conversion": True})
    assert await fired(await fire(await lead("auto"), "sale")) == []
    assert await fired(await fire(await lead("auto"), "call")) == [made]
    assert await fired(await fire(await lead("home"), "sale")) == [made]
    assert await fired(await fire(await lead("home"), "call")) == []


async def test_an_archived_affiliate_s_postbacks_rest_until_it_is_restored() -> None:
    made, filtered = await postback(NORTH), await postback(SALE, URL + "&e=1", affiliate="north")
    captured = await lead()
    await affiliates.archive(SYSTEM, "north")
    assert await fired(await fire(captured)) == [filtered]
    await affiliates.restore(SYSTEM, "north")
    assert await fired(await fire(captured)) == [made, filtered]


@pytest.mark.parametrize(
    ("whose", "filters", "for_leads_of"),
    [
        (SALE, {}, {"auto north", "auto south", "auto", "home north"}),
        (SALE, {"campaign": "auto"}, {"auto north", "auto south", "auto"}),
        (SALE, {"affiliate": "north"}, {"auto north", "home north"}),
        (SALE, {"campaign": "auto", "affiliate": "north"}, {"auto north"}),
        (AUTO, {"affiliate": "north"}, {"auto north"}),
        (NORTH, {"campaign": "auto"}, {"auto north"}),
        (NORTH, {}, {"auto north", "home north"}),
    ],
)
async def test_all_filters_that_are_given_must_match(
    whose: Owner, filters: Mapping[str, str], for_leads_of: set[str]
) -> None:
    await postback(whose, **filters)
    found = set()
    for words in ("auto north", "auto south", "auto", "home north"):
        campaign, _, affiliate = words.partition(" ")
        if (await fire(await lead(campaign, affiliate or None))).deliveries:
            found.add(words)
    assert found == for_leads_of


@pytest.mark.parametrize("whose", [SALE, AUTO, NORTH])
async def test_a_switched_off_postback_is_owed_nothing(whose: Owner) -> None:
    await postback(whose, enabled=False)
    assert (await fire(await lead())).deliveries == 0


async def test_of_equal_requests_the_narrowest_level_sends() -> None:
    at_event, at_campaign, at_affiliate = [await postback(each) for each in (SALE, AUTO, NORTH)]
    event = await fire(await lead())
    rows = await owed(event)
    assert [(row.postback_id, row.level, (row.status, row.reason)) for row in rows] == [
        (at_affiliate, PostbackLevel.AFFILIATE, SENT),
        (at_campaign, PostbackLevel.CAMPAIGN, SAME),
        (at_event, PostbackLevel.EVENT, SAME),
    ]
    assert rows[0].reason_text is None
    assert {row.reason_text for row in rows[1:]} == {
        "Not sent: a postback of the affiliate sends the very same request for this event."
    }
    assert len({row.url for row in rows}) == 1


async def test_of_equal_requests_of_one_level_the_older_postback_sends() -> None:
    made = [await postback(AUTO), await postback(AUTO, headers={"X-Key": "2"})]
    older, younger = sorted(made)  # ids grow with time, to the millisecond
    rows = await owed(await fire(await lead()))
    assert [(row.postback_id, (row.status, row.reason)) for row in rows] == [
        (older, SENT),
        (younger, SAME),
    ]
    assert "another postback of the campaign" in (rows[1].reason_text or "")


@pytest.mark.parametrize(
    "different",
    [
        {"method": "POST"},
        {"method": "POST", "body": "{}"},
        {"url": URL + "&x=1"},
        {"url": URL.replace("partner", "other")},
        {"url": URL + "&e={amount}"},
    ],
)
async def test_a_request_that_differs_is_sent_too(different: dict[str, str]) -> None:
    await postback(NORTH)
    await postback(AUTO, **different)
    rows = await owed(await fire(await lead()))
    assert [(row.status, row.reason) for row in rows] == [SENT, SENT]


async def test_bodies_decide_too() -> None:
    for whose, body in ((NORTH, "a={amount}"), (AUTO, "a={amount}"), (SALE, "b={amount}")):
        await postback(whose, method="POST", body=body, content_type="text/plain")
    rows = await owed(await fire(await lead(), amount="5"))
    assert [(row.method, row.body, row.reason) for row in rows] == [
        (Method.POST, "a=5", None),
        (Method.POST, "a=5", DeliveryReason.SAME_REQUEST),
        (Method.POST, "b=5", None),
    ]


async def test_a_request_that_cannot_go_out_takes_nobody_s_place() -> None:
    await postback(NORTH, headers={"X-Order": "{order_id|required}"})
    await postback(SALE)
    rows = await owed(await fire(await lead()))
    assert [(row.status, row.reason) for row in rows] == [
        (DeliveryStatus.SKIPPED, DeliveryReason.REQUIRED_MACRO_EMPTY),
        SENT,
    ]


async def test_the_same_request_for_the_next_event_is_sent_again() -> None:
    await postback(SALE)
    captured = await lead()
    for _ in range(2):
        assert [row.status for row in await owed(await fire(captured))] == [DeliveryStatus.PENDING]


async def test_a_postback_that_waits_for_a_status_does_not_fire_at_recording() -> None:
    waiting = [
        await postback(whose, URL + "&s={status}", on_conversion_status=["reversed", "approved"])
        for whose in (NORTH, AUTO, SALE)
    ]
    at_once = await postback(SALE, "https://other.example/")
    event = await fire(await lead(), conversion_status="pending")
    assert await fired(event) == [at_once]
    for status, expected in (("rejected", []), ("reversed", waiting)):
        before = {row.id for row in await deliveries()}
        changed = await status_changes.change(SYSTEM, event.event_id, to=status, source=Source.API)
        new = sorted((row for row in await deliveries() if row.id not in before), key=rank)
        assert [row.postback_id for row in new] == expected
        assert changed.deliveries == len(expected)
    assert [(row.status, row.reason) for row in new] == [SENT, SAME, SAME]
    assert {row.url.rpartition("=")[2] for row in new} == {"reversed"}
    assert {row.on_conversion_status for row in new} == {ConversionStatus.REVERSED}


async def test_the_lead_s_affiliate_and_ids_are_macros_at_every_level() -> None:
    subs = {f"sub{number}": f"s{number}" for number in range(1, 11)}
    url = "https://p.example/?a={affiliate_id}&n={affiliate_name}&c={external_click_id}&s="
    url += "-".join(f"{{{name}}}" for name in subs)
    for whose in (SALE, AUTO, NORTH):
        await postback(whose, f"{url}&l={whose.level.value}")
    captured = await lead(external_click_id="clk/7", **subs)
    for row in await owed(await fire(captured)):
        assert row.url == (
            "https://p.example/?a=north&n=North%20%26%20S%C3%B6hne&c=clk%2F7"
            f"&s=s1-s2-s3-s4-s5-s6-s7-s8-s9-s10&l={row.level.value}"
        )
    without = (await owed(await fire(await lead(affiliate=None))))[0]
    assert without.url == "https://p.example/?a=&n=&c=&s=---------&l=campaign"


@pytest.mark.parametrize(
    ("given", "in_url", "in_json"),
    [
        ("0.10", "0.10", "0.10"),
        ("100", "100", "100"),
        (100, "100", "100"),
        ("-0.0000000001", "-0.0000000001", "-0.0000000001"),
        ("999999999999999.0000000000", "999999999999999.0000000000", "999999999999999.0000000000"),
        ("0.0000000000", "0.0000000000", "0.0000000000"),
        ("-0", "-0", "-0"),
        ("007", "007", '"007"'),
    ],
)
async def test_a_number_comes_out_with_the_digits_that_came_in(
    given: object, in_url: str, in_json: str
) -> None:
    await custom_fields.create(SYSTEM, "auto", "sale", {"name": "rate", "type": "number"})
    await postback(
        AUTO,
        "https://p.example/?r={field:rate}",
        method="POST",
        body='{"rate": {field:Rate}, "text": "{field:rate}"}',
    )
    (row,) = await owed(await fire(await lead(), fields={"rate": given}))
    assert row.url == f"https://p.example/?r={in_url}"
    assert row.body == f'{{"rate": {in_json}, "text": "{in_url}"}}'


async def test_text_and_dates_are_quoted_in_json_and_absent_fields_are_null() -> None:
    for name, kind in (("policy", "text"), ("since", "date"), ("rate", "number")):
        await custom_fields.create(SYSTEM, "auto", "sale", {"name": name, "type": kind})
    await postback(SALE, method="POST", body="[{field:policy}, {field:since}, {field:rate}]")
    fields = {"policy": "12", "since": "2026-02-28"}
    (row,) = await owed(await fire(await lead(), fields=fields))
    assert row.body == '["12", "2026-02-28", null]'


async def test_what_is_owed_stays_as_it_was_when_postback_and_affiliate_change() -> None:
    made = await postback(NORTH, "https://p.example/?n={affiliate_name}")
    event = await fire(await lead())
    await affiliates.update(SYSTEM, "north", {"name": "Other"})
    await postbacks.update(SYSTEM, made, {"url": "https://q.example/"}, resolver=public_addresses)
    (row,) = await owed(event)
    assert row.url == "https://p.example/?n=North%20%26%20S%C3%B6hne"
