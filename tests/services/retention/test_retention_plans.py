"""The clean-up reads its own rows and no table, and no foreign key makes the database do so."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from sqlmodel import SQLModel

from models import Attempt, BulkResend, Delivery, Destination, SignInTicket, Trial, UserSession
from models.words import AttemptTrigger, DeliveryStatus, Outcome
from services.database import Database
from services.engines import plain_engine
from services.identifiers import first_id
from services.retention import pruning
from services.retention.pruning import Retention
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.plans import Statements, check, noted
from tests.services.reporting.rows import Rows, delivery_values

ROWS = 6_000
DAY = timedelta(days=1)
OLD = 10  # as many of each kind are over


@pytest.fixture
def many(db: Database, settings: Settings) -> None:
    """Store many deliveries of lately and a few whose time is over."""
    with Rows(settings) as rows:
        sale = rows.event_type()
        event, postback = rows.event(sale, rows.lead(rows.campaign())), rows.postback(sale)
        deliveries, attempts = [], []
        for number in range(ROWS):
            is_old = number < 3 * OLD
            status = DeliveryStatus.FAILED if number % 3 == 0 else DeliveryStatus.DELIVERED
            at = START - (100 * DAY if is_old else DAY) + timedelta(seconds=number)
            delivery = delivery_values(event, postback, status=status, created_at=at, attempts=1)
            deliveries.append(delivery)
            attempts.append(
                {
                    "id": first_id("att", at),
                    "delivery_id": delivery["id"],
                    "number": 1,
                    "trigger": AttemptTrigger.AUTOMATIC,
                    "started_at": at,
                    "duration_ms": 5,
                    "outcome": Outcome.SUCCEEDED,
                }
            )
        for model, values in ((Delivery, deliveries), (Attempt, attempts)):
            rows.session.execute(insert(model), values)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not settings.is_sqlite:
            connection.execute(text("ANALYZE"))
    engine.dispose()


@pytest.fixture
def statements(many: None, db: Database) -> Iterator[Statements]:
    with ExitStack() as stack:
        read = stack.enter_context(noted(db.reading))
        if db.writing is not db.reading:
            written = stack.enter_context(noted(db.writing))
            read.sent = written.sent = []
        yield read


async def test_a_run_reads_and_removes_by_index(
    statements: Statements, db: Database, settings: Settings
) -> None:
    pruned = await pruning.prune(db, now=START, retention=Retention(30, 7, 90), pause_seconds=0)

    assert (pruned.deliveries, pruned.emptied) == (3 * OLD, 2 * OLD)
    kinds = {statement.split()[0] for statement, _ in statements.sent}
    assert {"SELECT", "UPDATE", "DELETE"} <= kinds
    check(settings, statements, "prune", bound=10 * OLD, only_partial=True, writes=True)


def test_every_key_that_refers_to_what_is_removed_has_an_index() -> None:
    """Else each removal would read the whole table that refers to it."""
    removed = {
        model.__tablename__
        for model in (Attempt, BulkResend, Delivery, Destination, SignInTicket, Trial, UserSession)
    }
    bare = []
    for table in SQLModel.metadata.tables.values():
        indexes = [*table.indexes, *table.constraints]
        leading = {next(iter(each.columns)).name for each in indexes if _is_index(each)}
        bare += [
            f"{table.name}.{key.parent.name}"
            for key in table.foreign_keys
            if key.column.table.name in removed and key.parent.name not in leading
        ]
    assert bare == []


def _is_index(each: object) -> bool:
    return type(each).__name__ in {"Index", "UniqueConstraint", "PrimaryKeyConstraint"}
