"""Erasing one lead among many reads what is its own, and no table."""

from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import insert, text

from models import Delivery, Event, Submission
from models.words import DeliveryStatus, Source, Verdict
from services.actor import Actor
from services.database import Database
from services.engines import plain_engine
from services.identifiers import new_id
from services.intake import erasure
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.plans import check, noted
from tests.services.reporting.rows import Rows, delivery_values, event_values

OTHERS = 6_000
OWN = 20


def store(settings: Settings) -> str:
    """Store a few events, deliveries and refused calls of one lead among many of another."""
    with Rows(settings) as made:
        sale, campaign = made.event_type(), made.campaign()
        lead, other = made.lead(campaign), made.lead(campaign, transaction_id="t-2")
        postback = made.postback(sale)
        events, deliveries, calls = [], [], []
        for number in range(OTHERS):
            whose = lead if number % (OTHERS // OWN) == 0 else other
            event = event_values(sale, whose, at=START + timedelta(seconds=number))
            status = DeliveryStatus.HELD if number % 2 else DeliveryStatus.DELIVERED
            events.append(event)
            deliveries.append(delivery_values(Event(**event), postback, status=status))
            calls.append(
                {
                    "id": new_id("sub"),
                    "received_at": START,
                    "source": Source.API,
                    "verdict": Verdict.INVALID_FIELD,
                    "actor_id": "key_1",
                    "actor_name": "write key",
                    "lead_id": whose.id,
                    "body": "{}",
                    "answer_status": 422,
                }
            )
        for model, values in ((Event, events), (Delivery, deliveries), (Submission, calls)):
            made.session.execute(insert(model), values)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not settings.is_sqlite:
            connection.execute(text("ANALYZE"))
    engine.dispose()
    return lead.id


async def test_a_lead_among_many_is_erased_by_index(
    db: Database, settings: Settings, owner: Actor
) -> None:
    lead_id = store(settings)
    with ExitStack() as stack:
        statements = stack.enter_context(noted(db.reading))
        if db.writing is not db.reading:
            statements.sent = stack.enter_context(noted(db.writing)).sent = []
        await erasure.erase(owner, lead_id, cancel_waiting=True)
        await erasure.finish(db)
    assert {statement.split()[0] for statement, _ in statements.sent} >= {"SELECT", "UPDATE"}
    check(settings, statements, "erase", bound=10 * OWN, only_partial=True, writes=True)
