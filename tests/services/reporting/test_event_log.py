from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from models.words import (
    ConversionStatus,
    DeliveryStatus,
    FailureKind,
    KeyScope,
    Method,
    Outcome,
    Source,
)
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound
from services.paging import PageRequest, encode_cursor
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter
from services.settings import Settings
from tests.factories import START, program
from tests.services.reporting.rows import Rows

HOUR = timedelta(hours=1)


@pytest.fixture
def story(db: Database, settings: Settings) -> dict[str, str]:
    """Store six events that differ in everything a filter can ask for."""
    with Rows(settings) as rows:
        sale = rows.event_type("sale", is_conversion=True)
        callback = rows.event_type("callback")
        auto, home = rows.campaign("auto-us"), rows.campaign("home-us", "Home US")
        ada = rows.lead(auto, "t-1", first_name="Ada", last_name="Byron", email="ada@x.example")
        bob = rows.lead(home, "t-2", email="bob@x.example")
        eve = rows.lead(home, "t-1")
        made = {
            "delivered": rows.event(
                sale, ada, at=START, delivery_status=DeliveryStatus.DELIVERED, response_code=200,
                amount_text="49.90", currency="EUR",
            ),
            "accepted": rows.event(
                sale, bob, at=START + HOUR, delivery_status=DeliveryStatus.DELIVERED,
                response_code=202, source=Source.MANUAL,
            ),
            "refused": rows.event(
                callback, ada, at=START + 2 * HOUR, delivery_status=DeliveryStatus.FAILED,
                response_code=404, occurred_at=START - 9 * HOUR,
            ),
            "silent": rows.event(
                callback, bob, at=START + 3 * HOUR, delivery_status=DeliveryStatus.RETRYING,
                conversion_status=ConversionStatus.PENDING,
            ),
            "nothing": rows.event(callback, eve, at=START + 4 * HOUR),
            "trial": rows.event(sale, eve, at=START + 5 * HOUR, is_test=True),
        }  # fmt: skip
        return {name: event.id for name, event in made.items()} | {"ada": ada.id}


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["nothing", "silent", "refused", "accepted", "delivered"]),
    ({"test": True}, ["trial"]),
    ({"test": None}, ["trial", "nothing", "silent", "refused", "accepted", "delivered"]),
    ({"event": "sale"}, ["accepted", "delivered"]),
    ({"event": "unknown"}, []),
    ({"event": "nul\x00"}, []),
    ({"event": "half\ud800"}, []),
    ({"campaign": "auto-us"}, ["refused", "delivered"]),
    ({"campaign": "unknown"}, []),
    ({"status": (DeliveryStatus.FAILED,)}, ["refused"]),
    ({"status": (DeliveryStatus.FAILED, DeliveryStatus.DELIVERED)},
     ["refused", "accepted", "delivered"]),
    ({"status": (DeliveryStatus.FAILED, DeliveryStatus.DELIVERED), "event": "sale"},
     ["accepted", "delivered"]),
    ({"status": (DeliveryStatus.HELD,)}, []),
    ({"code": "404"}, ["refused"]),
    ({"code": "2xx"}, ["accepted", "delivered"]),
    ({"code": "5xx"}, []),
    ({"code": "none"}, ["nothing", "silent"]),
    ({"code": "none", "event": "callback", "campaign": "home-us"}, ["nothing", "silent"]),
    ({"conversion_status": ("pending",)}, ["silent"]),
    ({"conversion_status": ("pending", "approved"), "event": "callback"},
     ["nothing", "silent", "refused"]),
    ({"transaction_id": "t-1"}, ["nothing", "refused", "delivered"]),
    ({"transaction_id": "t-1", "campaign": "home-us"}, ["nothing"]),
    ({"transaction_id": "t"}, []),
    ({"transaction_id": "nul\x00"}, []),
    ({"lead_id": "ld_unknown"}, []),
    ({"source": "manual"}, ["accepted"]),
    ({"since": START + HOUR}, ["nothing", "silent", "refused", "accepted"]),
    ({"until": START + HOUR}, ["delivered"]),
    ({"since": START + HOUR, "until": START + 2 * HOUR}, ["accepted"]),
    ({"since": START + HOUR, "until": START}, []),
    ({"since": datetime(2026, 3, 1, 17, 0, tzinfo=timezone(4 * HOUR))},
     ["nothing", "silent", "refused", "accepted"]),
    ({"time": "occurred"}, ["nothing", "silent", "accepted", "delivered", "refused"]),
    ({"time": "occurred", "until": START}, ["refused"]),
    ({"time": "occurred", "transaction_id": "t-1"}, ["nothing", "delivered", "refused"]),
    ({"time": "occurred", "event": "callback", "status": (DeliveryStatus.FAILED,)}, ["refused"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "names"), FILTERS, ids=str)
async def test_a_filter_finds_exactly_its_events_newest_first(
    story: dict[str, str], viewer: Actor, changes: dict[str, Any], names: list[str]
) -> None:
    page = await event_log.list_page(viewer, EventLogFilter(**changes), PageRequest())

    assert [row.event_id for row in page.items] == [story[name] for name in names]
    assert (page.next_cursor, page.previous_cursor) == (None, None)


async def test_a_count_says_how_many_the_list_has(story: dict[str, str], viewer: Actor) -> None:
    counts = [await event_log.count(viewer, EventLogFilter(**changes)) for changes, _ in FILTERS]

    assert counts == [event_log.Count(len(names), is_complete=True) for _, names in FILTERS]


async def test_a_count_stops_where_it_is_told_to(story: dict[str, str], viewer: Actor) -> None:
    found = await event_log.count(viewer, EventLogFilter(), at_most=3)

    assert found == event_log.Count(3, is_complete=False)


async def test_a_lead_is_a_filter(story: dict[str, str], viewer: Actor) -> None:
    page = await event_log.list_page(viewer, EventLogFilter(lead_id=story["ada"]), PageRequest())

    assert [row.event_id for row in page.items] == [story["refused"], story["delivered"]]


async def test_a_row_shows_what_the_log_shows(story: dict[str, str], viewer: Actor) -> None:
    page = await event_log.list_page(viewer, EventLogFilter(code="200"), PageRequest())

    assert page.items == [
        event_log.EventLogRow(
            event_id=story["delivered"],
            event="sale",
            occurred_at=START,
            received_at=START,
            lead_id=story["ada"],
            lead_name="Ada Byron",
            transaction_id="t-1",
            campaign="auto-us",
            campaign_name="Auto US",
            affiliate=None,
            affiliate_name=None,
            status=DeliveryStatus.DELIVERED,
            response_code=200,
            conversion_status=ConversionStatus.APPROVED,
            amount="49.90",
            currency="EUR",
            deliveries=0,
            source=Source.API,
            is_conversion=True,
            is_test=False,
        )
    ]


async def test_a_lead_without_a_name_is_called_by_its_mail(
    story: dict[str, str], owner: Actor
) -> None:
    page = await event_log.list_page(owner, EventLogFilter(), PageRequest())

    assert [row.lead_name for row in page.items[:2]] == ["", "bob@x.example"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "20"}, "code"),
        ({"code": "2XX"}, "code"),
        ({"code": "٢xx"}, "code"),
        ({"conversion_status": ("paid",)}, "conversion_status"),
        ({"source": "mail"}, "source"),
        ({"status": ("broken",)}, "status"),
        ({"time": "yesterday"}, "time"),
        ({"since": datetime(2026, 3, 1)}, "from"),  # noqa: DTZ001 - that is the mistake
        ({"until": datetime(2026, 3, 1)}, "to"),  # noqa: DTZ001
        ({"since": datetime(1, 1, 1, tzinfo=timezone(HOUR))}, "from"),
    ],
    ids=str,
)
async def test_a_filter_that_means_nothing_is_refused_by_name(
    db: Database, viewer: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await event_log.list_page(viewer, EventLogFilter(**changes), PageRequest())

    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        encode_cursor("older", "received_at", START.isoformat()),
        encode_cursor("older", "occurred_at", START.isoformat(), "evt_1"),
        encode_cursor("sideways", "received_at", START.isoformat(), "evt_1"),
        encode_cursor("older", "received_at", "yesterday", "evt_1"),
        encode_cursor("older", "received_at", "2026-03-01T12:00:00", "evt_1"),
        encode_cursor("older", "received_at", "0001-01-01T00:00:00+14:00", "evt_1"),
        encode_cursor("older", "received_at", START.isoformat(), "evt_\x00"),
    ],
)
async def test_a_cursor_from_elsewhere_is_refused(db: Database, viewer: Actor, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await event_log.list_page(viewer, EventLogFilter(), PageRequest(cursor=cursor))

    assert list(refusal.value.fields) == ["cursor"]


@pytest.mark.parametrize("event_id", ["evt_unknown", "", "evt_\x00", "evt_\ud800"])
async def test_an_unknown_event_is_not_found(db: Database, viewer: Actor, event_id: str) -> None:
    with pytest.raises(NotFound):
        await event_log.get(viewer, event_id)


async def test_an_event_shows_its_payload_and_every_attempt_of_every_delivery(
    db: Database, settings: Settings, viewer: Actor
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type("sale")
        event = rows.event(
            sale,
            rows.lead(rows.campaign()),
            payload='{"event":"sale"}',
            order_id="o-1",
            fields={"zip": "01234", "rooms": {"number": "3"}, "note": "ü"},
        )
        first = rows.delivery(
            event,
            rows.postback(sale),
            status=DeliveryStatus.DELIVERED,
            attempts=2,
            tries=2,
            response_code=200,
            method=Method.POST,
            headers=[
                ["Content-Type", ["application/json"]],
                ["Authorization", ["Bearer ", {"secret": "token"}]],
            ],
            body='{"a":1}',
        )
        rows.attempt(first, 2, response_headers=[["Server", "x"]], response_body="OK")
        rows.attempt(
            first, 1, outcome=Outcome.FAILED, status_code=None, failure=FailureKind.TIMEOUT,
            message="No answer within 15 s.",
        )  # fmt: skip
        second = rows.delivery(
            event,
            rows.postback(sale),
            status=DeliveryStatus.RETRYING,
            due_at=START + HOUR,
        )

    detail = await event_log.get(viewer, event.id)

    assert (detail.payload, detail.order_id) == ('{"event":"sale"}', "o-1")
    assert detail.fields == (("zip", "01234"), ("rooms", "3"), ("note", "ü"))
    assert [delivery.id for delivery in detail.deliveries] == sorted([first.id, second.id])
    delivered = next(delivery for delivery in detail.deliveries if delivery.id == first.id)
    assert delivered.request == event_log.RequestView(
        Method.POST,
        "https://partner.example/in?tid=t-1",
        (("Content-Type", "application/json"), ("Authorization", "Bearer ••••••")),
        '{"a":1}',
    )
    assert delivered.explanation == "Delivered at try 2."
    assert delivered.next_attempt_at is None
    assert [(row.number, row.failure) for row in delivered.attempts] == [
        (1, FailureKind.TIMEOUT),
        (2, None),
    ]
    assert delivered.attempts[1].response_headers == (("Server", "x"),)
    waiting = next(delivery for delivery in detail.deliveries if delivery.id == second.id)
    assert waiting.next_attempt_at == START + HOUR


async def test_somebody_without_the_right_reads_no_log(db: Database) -> None:
    stranger = program(KeyScope.INCOMING)

    for call in (
        event_log.list_page(stranger, EventLogFilter(), PageRequest()),
        event_log.count(stranger, EventLogFilter()),
        event_log.get(stranger, "evt_1"),
    ):
        with pytest.raises(NotAllowed):
            await call
