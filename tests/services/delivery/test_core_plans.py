"""A claim, a settlement and a reclaim read what waits, however much has been finished before."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from sqlmodel import Session

from models import Delivery, Event
from models.words import DeliveryStatus
from services.database import Database
from services.delivery import claims, settlement
from services.delivery.lanes import Lanes
from services.engines import plain_engine
from services.notices import queue_watch
from services.reporting import health
from services.settings import Settings
from tests.factories import START
from tests.services.delivery.results import DELIVERED, result
from tests.services.reporting.plans import Statements, check, noted
from tests.services.reporting.rows import Rows, delivery_values, event_values

FINISHED = 6_000
LANES = 5
WAITING = 400
# Rows that one statement may read on PostgreSQL: more than it needs, fewer than all that wait.
BOUND = WAITING // 2
# As the statements call the table of deliveries.
NAMES = {"delivery", "event", "attempt", "first", "next", "oldest", "waiting"}
NOW = START + timedelta(days=1)


@pytest.fixture(params=[WAITING, 0], ids=["queue-known", "queue-unknown"])
def many(db: Database, settings: Settings, request: pytest.FixtureRequest) -> None:
    """Store what is finished and what waits; statistics were gathered when so many waited."""
    with Rows(settings) as rows:
        sale, campaign = rows.event_type("sale"), rows.campaign("auto-us")
        lead = rows.lead(campaign, "t-1")
        postback = rows.postback(sale)
        events, deliveries = [], []
        for number in range(FINISHED + WAITING):
            values = event_values(sale, lead, at=START - timedelta(minutes=number))
            owner = Event(**values)
            events.append(values)
            waits = number >= FINISHED
            deliveries.append(
                delivery_values(
                    owner,
                    postback,
                    status=DeliveryStatus.PENDING if waits else DeliveryStatus.DELIVERED,
                )
                | {
                    "destination": f"https://p{number % LANES}.example:443",
                    "due_at": START if waits else None,
                }
            )
        rows.session.execute(insert(Event), events)
        known = FINISHED + request.param
        rows.session.execute(insert(Delivery), deliveries[:known])
        rows.session.commit()
        _analyze(settings)
        if deliveries[known:]:
            rows.session.execute(insert(Delivery), deliveries[known:])


def _analyze(settings: Settings) -> None:
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


@pytest.fixture
def statements(many: None, db: Database) -> Iterator[Statements]:
    with noted(db.writing) as statements:
        yield statements


@pytest.fixture
def no_table_is_read(settings: Settings, statements: Statements) -> Callable[[], str]:
    """Return a function that looks at the plans of all that was sent, and gives them as text."""

    def look() -> str:
        sent = list(statements.sent)
        if not settings.is_sqlite:
            # One statement for many rows names each by its id.
            statements.sent = [each for each in sent if not isinstance(each[1], list)]
            check(settings, statements, "core", bound=BOUND, writes=True)
            return ""
        steps = []
        engine = plain_engine(settings)
        with engine.connect() as connection:
            for statement, parameters in sent:
                if statement.startswith(("SELECT", "WITH", "UPDATE")):
                    plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
                    steps += [row[3] for row in plan]
        engine.dispose()
        scanned = [step for step in steps if step.split()[0] == "SCAN"]
        # That index holds nothing but what has killed workers.
        scanned = [step for step in scanned if "ix_delivery_suspect" not in step]
        read = [step for step in scanned if step.split()[1] in NAMES]
        assert not read, read
        return "\n".join(steps)

    return look


def _claim(session: Session) -> claims.Claimed:
    return claims.claim(
        session,
        limit=64,
        worker_id="wrk_a",
        lease_seconds=60,
        now=NOW,
        room=Lanes(256).room(),
    )


async def test_a_claim_steps_over_the_lanes(
    db: Database, no_table_is_read: Callable[[], str]
) -> None:
    claimed = await db.write(_claim)
    assert len(claimed.claims) == 2 * LANES
    plan = no_table_is_read()
    if db.is_sqlite:
        assert "ix_delivery_lane (status=? AND destination>?)" in plan
        assert "ix_delivery_lane (status=? AND destination=? AND due_at<?)" in plan


async def test_settling_extending_and_reclaiming_find_their_rows(
    db: Database, no_table_is_read: Callable[[], str]
) -> None:
    claimed = (await db.write(_claim)).claims
    await db.write(claims.extend_leases, claims=claimed, lease_seconds=60, now=NOW)
    await db.write(settlement.settle, [result(one, DELIVERED, now=NOW) for one in claimed[:5]])
    assert await db.write(claims.reclaim, now=NOW + timedelta(hours=1)) == len(claimed) - 5
    no_table_is_read()


async def test_who_watches_the_queue_reads_what_is_late_once(
    many: None, db: Database, settings: Settings
) -> None:
    with noted(db.reading) as statements:
        work = await db.read(health.look_at_work, NOW)
        found = await db.read(queue_watch.look, NOW)
    assert (work.due, work.oldest_due_at) == (WAITING, START)
    assert found.cause is not None
    check(settings, statements, "watching", bound=2 * WAITING)
