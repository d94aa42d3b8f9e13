"""The delivery log's other filters, causes and destinations read no table either."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from models import Attempt, Delivery, Event
from models.words import (
    AttemptTrigger,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Outcome,
)
from services.actor import Actor
from services.clock import Clock
from services.database import Database
from services.engines import plain_engine
from services.identifiers import new_id
from services.paging import PageRequest
from services.reporting import delivery_log, destinations, error_groups, keyset, lanes
from services.reporting.delivery_log import DeliveryFilter
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.plans import Statements, check, noted, used_indexes
from tests.services.reporting.rows import Rows, delivery_values, event_values

ROWS = 6_000
LANES = 3
STEP = 500


@pytest.fixture
def many(db: Database, settings: Settings) -> None:
    """Store many deliveries: most arrived, every tenth waits, every hundredth failed or is held."""
    with Rows(settings) as rows:
        sale = rows.event_type()
        lead = rows.lead(rows.campaign())
        rows.campaign("home-us")
        postback, paused = rows.postback(sale), rows.postback(sale)
        events, deliveries, attempts = [], [], []
        for number in range(ROWS):
            at = START - timedelta(days=60) + timedelta(minutes=number)
            event = event_values(sale, lead, at=at)
            events.append(event)
            failed, held, waits = number % 100 == 0, number % 100 == 1, number % 10 == 2
            status = DeliveryStatus.DELIVERED
            if failed:
                status = DeliveryStatus.FAILED
            elif held:
                status = DeliveryStatus.HELD
            elif waits:
                status = DeliveryStatus.RETRYING if number % 20 == 2 else DeliveryStatus.PENDING
            delivery = delivery_values(
                Event(**event),
                paused if held else postback,
                status=status,
                reason=DeliveryReason.EXHAUSTED if failed else None,
                due_at=at if waits else None,
                attempts=0 if waits else 1,
                destination=f"https://p{number % LANES}.example:443",
            )
            deliveries.append(delivery)
            if not waits:
                attempts.append(
                    {
                        "id": new_id("att"),
                        "delivery_id": delivery["id"],
                        "number": 1,
                        "trigger": AttemptTrigger.AUTOMATIC,
                        "started_at": at,
                        "duration_ms": 5,
                        "outcome": Outcome.FAILED if failed else Outcome.SUCCEEDED,
                        "failure": FailureKind.TIMEOUT if failed else None,
                    }
                )
        for model, values in ((Event, events), (Delivery, deliveries), (Attempt, attempts)):
            rows.session.execute(insert(model), values)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not settings.is_sqlite:
            connection.execute(text("ANALYZE"))
    engine.dispose()


@pytest.fixture
def statements(many: None, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Statements]:
    monkeypatch.setattr(keyset, "SECONDS_PER_PAGE", 60.0)  # a busy machine is slow, not wrong
    with noted(db.reading) as statements:
        yield statements


FILTERS: list[dict[str, Any]] = [
    {"destination": "p1.example"},
    {"destination": "p1.example", "status": (DeliveryStatus.FAILED,)},
    {"campaign": "auto-us"},
    {"campaign": "home-us"},
    {"affiliate": "-", "status": (DeliveryStatus.DELIVERED,)},
    {"cause": "timeout"},
    {"cause": "dns"},
    {"cause": "500", "campaign": "home-us"},
]


async def test_no_filter_of_the_delivery_log_reads_more_than_one_window(
    statements: Statements, settings: Settings, viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "FIRST_WINDOW", STEP)
    monkeypatch.setattr(keyset, "LAST_WINDOW", STEP)
    for changes in FILTERS:
        wanted = DeliveryFilter(**changes)
        first = await delivery_log.list_page(viewer, wanted, PageRequest(limit=5))
        if first.next_cursor:
            request = PageRequest(limit=5, cursor=first.next_cursor)
            await delivery_log.list_page(viewer, wanted, request)

        check(settings, statements, changes, only_partial=True)


async def test_a_walk_from_the_oldest_reads_one_window_at_a_time(
    statements: Statements, settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "FIRST_WINDOW", STEP)
    monkeypatch.setattr(keyset, "LAST_WINDOW", STEP)
    for changes in ({}, {"cause": "timeout"}, {"destination": "p1.example"}):
        cursor: str | None = ""
        for _ in range(3):
            if cursor is not None:
                page = await db.read(_next, DeliveryFilter(**changes), cursor)
                cursor = page.next_cursor

        check(settings, statements, changes, only_partial=True)


def _next(session: Any, wanted: DeliveryFilter, cursor: str) -> Any:
    search = delivery_log.delivery_search(session, wanted)
    return keyset.find_from(session, search, after=cursor, limit=20)


async def test_causes_are_read_from_what_failed_alone(
    statements: Statements, settings: Settings, viewer: Actor
) -> None:
    found = await error_groups.get(viewer, DeliveryFilter())

    assert found.failed == ROWS // 100
    # Failed and retrying ones, and an attempt for each that has no code.
    check(settings, statements, "causes", bound=ROWS // 10, only_partial=True)


async def test_destinations_are_read_in_steps_from_one_to_the_next(
    statements: Statements,
    settings: Settings,
    viewer: Actor,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "COUNTED_AT_MOST", 20)

    view = await destinations.get(viewer, clock=clock)

    assert len(view.rows) == LANES
    if settings.is_sqlite:
        # A search by the status alone would read all that waits, however it is called.
        assert used_indexes(settings, statements) == {"ix_delivery_lane", "ix_delivery_held"}
    # A step and a count per lane and kind of waiting, however long the lane is.
    check(settings, statements, "lanes", bound=3 * LANES * 25, only_partial=True)
