"""When a delivery is tried next, and which try of how many: the same in every log."""

from datetime import timedelta
from typing import Any

import pytest

from models.words import DeliveryStatus
from services.actor import Actor
from services.database import Database
from services.paging import PageRequest
from services.reporting import delivery_log, event_log, lead_timeline
from services.reporting.delivery_log import DeliveryFilter
from services.reporting.event_log import EventLogFilter
from services.reporting.lead_timeline import TimelineKind
from services.reporting.next_try import NextTry
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows

SOON = START + timedelta(minutes=8)
RETRYING = {"status": DeliveryStatus.RETRYING, "due_at": SOON, "response_code": 503}


def store(settings: Settings, *deliveries: dict[str, Any], shown: DeliveryStatus) -> str:
    """Store an event that shows this status and owes these deliveries; return its lead."""
    with Rows(settings) as rows:
        sale = rows.event_type()
        lead = rows.lead(rows.campaign())
        event = rows.event(sale, lead, delivery_status=shown)
        for each in deliveries:
            rows.delivery(event, rows.postback(sale), **each)
        return lead.id


@pytest.mark.parametrize(
    ("delivery", "expected", "planned"),
    [
        (RETRYING | {"tries": 2}, NextTry(3, 12, SOON), 12),
        (RETRYING | {"tries": 2, "response_code": 404}, NextTry(3, 5, SOON), 5),
        (RETRYING | {"tries": 2, "response_code": 200}, NextTry(3, 5, SOON), 5),
        (RETRYING | {"tries": 1, "policy": {"waits": [0, 9, 9]}}, NextTry(2, 3, SOON), 3),
        (
            {"due_at": SOON, "policy": {"waits": [480, 60]}},
            NextTry(1, 2, SOON),
            2,
        ),
        ({"due_at": START}, None, 12),
        ({"due_at": SOON, "resent_at": SOON, "response_code": 404}, None, 12),
        ({"status": DeliveryStatus.HELD}, None, 12),
        ({"status": DeliveryStatus.FAILED, "tries": 12}, None, 12),
    ],
)
async def test_every_log_tells_the_coming_try_and_how_many_are_planned(
    db: Database,
    settings: Settings,
    viewer: Actor,
    delivery: dict[str, Any],
    expected: NextTry | None,
    planned: int,
) -> None:
    shown = delivery.get("status", DeliveryStatus.PENDING)
    lead_id = store(settings, delivery, shown=shown)
    page = PageRequest(limit=5)
    (event,) = (await event_log.list_page(viewer, EventLogFilter(), page)).items
    assert event.next_try == expected
    (row,) = (await delivery_log.list_page(viewer, DeliveryFilter(), page)).items
    detail = await delivery_log.get(viewer, row.id)
    for each in (row, detail):
        assert (each.next_try, each.tries_planned) == (expected, planned)
    entries = await lead_timeline.list_entries(viewer, lead_id)
    told = [entry.next_try for entry in entries if entry.kind is TimelineKind.DELIVERY]
    assert told == [expected]


async def test_of_several_that_wait_the_event_tells_the_one_that_is_tried_first(
    db: Database, settings: Settings, viewer: Actor
) -> None:
    later = RETRYING | {"tries": 4, "due_at": SOON + timedelta(hours=1)}
    done = {"status": DeliveryStatus.DELIVERED, "tries": 1}
    store(settings, later, RETRYING | {"tries": 2}, done, shown=DeliveryStatus.RETRYING)
    (event,) = (await event_log.list_page(viewer, EventLogFilter(), PageRequest(limit=5))).items
    assert event.next_try == NextTry(3, 12, SOON)


async def test_an_event_that_shows_a_failure_tells_no_next_try(
    db: Database, settings: Settings, viewer: Actor
) -> None:
    store(settings, RETRYING, {"status": DeliveryStatus.FAILED}, shown=DeliveryStatus.FAILED)
    (event,) = (await event_log.list_page(viewer, EventLogFilter(), PageRequest(limit=5))).items
    assert event.next_try is None
