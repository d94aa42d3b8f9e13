"""A bulk resend reads by index, and its batch touches the rows of the batch alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from models import Delivery
from models.words import DeliveryReason, DeliveryStatus
from services.actor import Actor
from services.bulk_jobs import batches, jobs
from services.database import Database
from services.engines import plain_engine
from services.reporting.delivery_filter import DeliveryFilter
from services.resending.bulk_resends import RESENDS
from services.resending.wish import ResendWish
from services.settings import Settings
from tests.factories import START, FrozenClock
from tests.services.reporting.plans import Statements, check, noted
from tests.services.reporting.rows import Rows, delivery_values

ROWS = 6_000
BATCH = 20


@pytest.fixture
def statements(db: Database, settings: Settings) -> Iterator[Statements]:
    """Store many deliveries, every second of which failed, and note what is sent afterwards."""
    with Rows(settings) as rows:
        sale = rows.event_type()
        event, postback = rows.event(sale, rows.lead(rows.campaign())), rows.postback(sale)
        values = [
            delivery_values(
                event,
                postback,
                created_at=START - timedelta(days=9) + timedelta(minutes=number),
                status=DeliveryStatus.FAILED if number % 2 else DeliveryStatus.DELIVERED,
                reason=DeliveryReason.EXHAUSTED if number % 2 else None,
                response_code=500,
                attempts=1,
            )
            for number in range(ROWS)
        ]
        rows.session.execute(insert(Delivery), values)
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


async def test_a_batch_is_found_and_taken_by_index(
    statements: Statements,
    db: Database,
    settings: Settings,
    owner: Actor,
    clock: FrozenClock,
) -> None:
    kind = replace(RESENDS, batch=BATCH)
    await jobs.start(owner, kind, ResendWish(DeliveryFilter(cause="500")), clock=clock)
    statements.sent.clear()
    for _ in range(2):
        step = await db.read(batches.next_step, kind)
        assert step is not None
        assert await db.write(batches.take, kind, step, clock())

    # The worst of an event's deliveries is the outbox's business, with tests of its own.
    statements.sent[:] = [each for each in statements.sent if "UPDATE event" not in each[0]]
    assert len({statement for statement, _ in statements.sent}) > 4
    check(settings, statements, "batch", only_partial=True, writes=True)
