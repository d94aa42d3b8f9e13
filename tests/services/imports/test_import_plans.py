"""Importing and undoing touch the rows of their chunk alone, however much there is beside them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from models import Delivery, Event
from models.words import DeliveryStatus
from services.actor import SYSTEM
from services.database import Database
from services.engines import plain_engine
from services.imports import commands, jobs, work
from services.settings import Settings
from tests.factories import START
from tests.services.imports.test_imports import applied, upload, verified
from tests.services.reporting.plans import Statements, check, noted
from tests.services.reporting.rows import Rows, delivery_values, event_values
from tests.world import make_world

ROWS = 6_000


@pytest.fixture
def beside(db: Database, settings: Settings) -> Iterator[Statements]:
    """Store many events with a delivery each, and note what is sent afterwards."""
    with Rows(settings) as rows:
        sale = rows.event_type("other")
        lead, postback = rows.lead(rows.campaign("other"), "t-other"), rows.postback(sale)
        at = [START - timedelta(days=9) + timedelta(minutes=number) for number in range(ROWS)]
        events = [event_values(sale, lead, at=moment) for moment in at]
        rows.session.execute(insert(Event), events)
        deliveries = [
            delivery_values(
                Event(id=each["id"], received_at=START),
                postback,
                created_at=START,
                deadline_at=START,
                status=DeliveryStatus.DELIVERED,
            )
            for each in events
        ]
        rows.session.execute(insert(Delivery), deliveries)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not settings.is_sqlite:
            connection.execute(text("ANALYZE"))
    engine.dispose()
    with ExitStack() as stack:
        read = stack.enter_context(noted(db.reading))
        if db.writing is not db.reading:
            stack.enter_context(noted(db.writing)).sent = read.sent
        yield read


async def test_importing_and_undoing_read_no_table(
    beside: Statements, db: Database, settings: Settings
) -> None:
    world = await make_world(multi_trigger=True)
    await world.postback("http://127.0.0.1:9/x")
    file = "event,transaction_id\n" + "sale,t-1\n" * 150
    row = await upload("events", file)
    beside.sent.clear()
    await verified(db, row)
    check(settings, beside, "verifying")
    await commands.apply(SYSTEM, row.id)
    await work.work(db, rest=0)
    check(settings, beside, "applying")
    await commands.undo_preview(SYSTEM, row.id)
    check(settings, beside, "counting")
    await commands.undo(SYSTEM, row.id)
    await work.work(db, rest=0)
    check(settings, beside, "undoing", writes=True)
    leads = await applied(db, await upload("leads", "campaign,transaction_id\nauto-us,n-1\n"))
    beside.sent.clear()
    await commands.undo_preview(SYSTEM, leads.id)
    await commands.undo(SYSTEM, leads.id)
    await work.work(db, rest=0)
    check(settings, beside, "undoing leads", writes=True)
    assert (await jobs.get(SYSTEM, leads.id)).undone.undone == 1
