"""No filter reads or sorts a table: looked at in the plans of the statements really sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from models import Delivery, Event, Submission
from models.words import DeliveryStatus, Source, Verdict
from services.actor import Actor
from services.clock import Clock
from services.database import Database
from services.engines import plain_engine
from services.identifiers import new_id
from services.intake import leads
from services.paging import PageRequest
from services.reporting import (
    campaign_figures,
    delivery_log,
    event_log,
    event_usage,
    health,
    incoming_log,
    keyset,
    lead_timeline,
    overview,
)
from services.reporting.delivery_log import DeliveryFilter
from services.reporting.event_log import EventLogFilter
from services.reporting.incoming_log import SubmissionFilter
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.plans import Statements, check, noted
from tests.services.reporting.rows import Rows, delivery_values, event_values

ROWS = 6_000


@pytest.fixture
def many(db: Database, settings: Settings) -> dict[str, str]:
    """Store many rows of each kind; the rare ones are the oldest, which is the worst case."""
    with Rows(settings) as rows:
        sale, rare = rows.event_type("sale"), rows.event_type("rare")
        auto, home = rows.campaign("auto-us"), rows.campaign("home-us")
        lead, other = rows.lead(auto, "t-1"), rows.lead(home, "t-2")
        postback, unused = rows.postback(sale), rows.postback(rare)
        events, deliveries, submissions = [], [], []
        for number in range(ROWS):
            is_rare = number < 3
            at = START - timedelta(days=60) + timedelta(minutes=number)
            values = event_values(
                rare if is_rare else sale,
                other if is_rare else lead,
                at=at,
                delivery_status=DeliveryStatus.FAILED if is_rare else DeliveryStatus.DELIVERED,
                response_code=500 + number if is_rare else 200,
                source=Source.IMPORT if is_rare else Source.API,
            )
            events.append(values)
            owner = Event(**values)
            deliveries.append(
                delivery_values(
                    owner,
                    unused if is_rare else postback,
                    status=DeliveryStatus.FAILED if is_rare else DeliveryStatus.DELIVERED,
                )
            )
            submissions.append(
                {
                    "id": new_id("sub"),
                    "received_at": at,
                    "source": Source.API,
                    "verdict": Verdict.UNKNOWN_LEAD if is_rare else Verdict.RECORDED,
                    "actor_id": "key_1",
                    "actor_name": "key",
                    "answer_status": 201,
                }
            )
        for model, values in (
            (Event, events),
            (Delivery, deliveries),
            (Submission, submissions),
        ):
            rows.session.execute(insert(model), values)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not settings.is_sqlite:
            connection.execute(text("ANALYZE"))
    engine.dispose()
    return {
        "lead": other.id,
        "postback": unused.id,
        "event": events[0]["id"],
        "auto": auto.id,
        "home": home.id,
        "sale": sale.id,
        "rare": rare.id,
    }


@pytest.fixture
def statements(many: dict[str, str], db: Database) -> Iterator[Statements]:
    with noted(db.reading) as statements:
        yield statements


EVENT_FILTERS: list[dict[str, Any]] = [
    {},
    {"test": None},
    {"event": "sale"},
    {"event": "rare"},
    {"campaign": "home-us"},
    {"status": (DeliveryStatus.FAILED,)},
    {"status": (DeliveryStatus.HELD,)},
    {"status": (DeliveryStatus.FAILED, DeliveryStatus.HELD)},
    {"status": tuple(DeliveryStatus)},
    {"status": (DeliveryStatus.FAILED,), "event": "sale"},
    {"event": "rare", "campaign": "auto-us", "code": "2xx"},
    {"code": "501"},
    {"code": "5xx"},
    {"code": "3xx"},
    {"code": "none"},
    {"transaction_id": "t-2"},
    {"transaction_id": "t-2", "time": "occurred"},
    {"time": "occurred"},
    {"since": START - timedelta(days=60), "until": START - timedelta(days=59)},
    {"since": START + timedelta(days=1)},
]


async def test_no_event_filter_reads_or_sorts_the_table(
    many: dict[str, str], statements: Statements, settings: Settings, viewer: Actor
) -> None:
    for changes in [*EVENT_FILTERS, {"lead_id": many["lead"]}]:
        wanted = EventLogFilter(**changes)
        first = await event_log.list_page(viewer, wanted, PageRequest(limit=5))
        for cursor in (first.next_cursor, first.next_cursor and _turned(first.next_cursor)):
            if cursor:
                await event_log.list_page(viewer, wanted, PageRequest(limit=5, cursor=cursor))

        check(settings, statements, changes)


async def test_a_filter_without_an_index_reads_one_window_at_a_time(
    many: dict[str, str],
    statements: Statements,
    settings: Settings,
    viewer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyset, "LAST_WINDOW", keyset.FIRST_WINDOW)
    monkeypatch.setattr(keyset, "SECONDS_PER_PAGE", 60.0)  # a busy machine is slow, not wrong

    page = await event_log.list_page(viewer, EventLogFilter(source="import"), PageRequest())

    assert len(page.items) == 3
    assert len(statements.sent) > ROWS // keyset.FIRST_WINDOW
    check(settings, statements, "source", bound=5 * keyset.FIRST_WINDOW)


async def test_of_two_indexes_the_one_with_fewer_rows_is_walked(
    many: dict[str, str],
    statements: Statements,
    viewer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyset, "FIRST_WINDOW", 10)
    monkeypatch.setattr(keyset, "LAST_WINDOW", 10)
    for changes in (
        {"event": "sale", "status": (DeliveryStatus.FAILED,)},
        {"event": "rare", "status": (DeliveryStatus.DELIVERED,)},
    ):
        statements.sent.clear()
        page = await event_log.list_page(viewer, EventLogFilter(**changes), PageRequest())

        assert page.items == []
        assert len(statements.sent) < 20


async def test_no_delivery_filter_reads_or_sorts_the_table(
    many: dict[str, str], statements: Statements, settings: Settings, viewer: Actor
) -> None:
    for changes in (
        {},
        {"status": (DeliveryStatus.FAILED,)},
        {"status": (DeliveryStatus.FAILED, DeliveryStatus.PENDING)},
        {"postback": many["postback"]},
        {"postback": many["postback"], "status": (DeliveryStatus.DELIVERED,)},
        {"since": START - timedelta(days=60), "until": START - timedelta(days=59)},
    ):
        wanted = DeliveryFilter(**changes)
        first = await delivery_log.list_page(viewer, wanted, PageRequest(limit=5))
        if first.next_cursor:
            request = PageRequest(limit=5, cursor=first.next_cursor)
            await delivery_log.list_page(viewer, wanted, request)

        check(settings, statements, changes)


async def test_no_filter_of_incoming_calls_reads_or_sorts_the_table(
    many: dict[str, str], statements: Statements, settings: Settings, viewer: Actor
) -> None:
    for verdict in ("", "unknown_lead", "duplicate"):
        wanted = SubmissionFilter(verdict=(verdict,) if verdict else ())
        first = await incoming_log.list_page(viewer, wanted, PageRequest(limit=5))
        if first.next_cursor:
            request = PageRequest(limit=5, cursor=first.next_cursor)
            await incoming_log.list_page(viewer, wanted, request)

        check(settings, statements, verdict)


async def test_a_limited_key_costs_no_list_its_speed(
    many: dict[str, str],
    statements: Statements,
    settings: Settings,
    viewer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyset, "LAST_WINDOW", keyset.FIRST_WINDOW)
    for campaigns, events in (
        ({many["home"]}, None),
        ({many["auto"], many["home"]}, {many["rare"]}),
        (None, {many["rare"], many["sale"]}),
    ):
        actor = replace(
            viewer,
            campaigns=campaigns and frozenset(campaigns),
            events=events and frozenset(events),
        )
        request = PageRequest(limit=5)
        await event_log.list_page(actor, EventLogFilter(), request)
        await delivery_log.list_page(actor, DeliveryFilter(), request)
        await incoming_log.list_page(actor, SubmissionFilter(), request)
        await leads.list_page(actor, request)
        check(settings, statements, (campaigns, events), bound=5 * keyset.FIRST_WINDOW)


async def test_one_event_and_one_lead_are_read_by_their_keys(
    many: dict[str, str], statements: Statements, settings: Settings, viewer: Actor
) -> None:
    await event_log.get(viewer, many["event"])
    await lead_timeline.list_entries(viewer, many["lead"])

    check(settings, statements, "one")


async def test_figures_read_their_own_hours_only(
    many: dict[str, str],
    statements: Statements,
    settings: Settings,
    viewer: Actor,
    clock: Clock,
) -> None:
    await overview.get(viewer, clock=clock)
    await event_usage.usage(viewer, clock=clock)
    await campaign_figures.figures(viewer, clock=clock)
    await health.get(clock=clock)

    check(settings, statements, "figures")


def _turned(cursor: str) -> str:
    older, *rest = keyset.decode_cursor(cursor, keys=4)
    assert older == "older"
    return keyset.encode_cursor("newer", *rest)
