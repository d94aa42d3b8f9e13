"""What the inbox asks reads its own rows and no table, however many calls there are."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, text

from models import Submission
from models.words import Handling, Source, Verdict
from services.actor import SYSTEM
from services.bulk_jobs import jobs
from services.database import Database
from services.engines import plain_engine
from services.identifiers import new_id
from services.inbox import by_itself, suggestions
from services.inbox.bulk_replays import REPLAYS
from services.inbox.replay_wish import ReplayWish
from services.intake import leads
from services.paging import PageRequest
from services.reporting import incoming_log
from services.reporting.incoming_log import UNMATCHED, SubmissionFilter
from services.retention import calls
from services.settings import Settings
from tests.factories import START, FrozenClock
from tests.services.reporting.plans import BOUND, Statements, check, noted
from tests.services.reporting.rows import Rows

ROWS = 6_000
CALL = json.dumps({"event": "sale", "transaction_id": "t-3", "order_id": "click-1"})


@pytest.fixture
def many(db: Database, settings: Settings) -> str:
    """Store many recorded calls, and a few that wait; the oldest are the rare ones."""
    with Rows(settings) as rows:
        rows.lead(rows.campaign("auto-us"), "t-1")
        values = []
        for number in range(ROWS):
            waits = number < 6
            values.append(
                {
                    "id": new_id("sub"),
                    "received_at": START - timedelta(days=40) + timedelta(minutes=number),
                    "source": Source.API,
                    "verdict": Verdict.UNKNOWN_LEAD if waits else Verdict.RECORDED,
                    "handling": Handling.OPEN if waits else None,
                    "transaction_id": f"t-{number}",
                    "event_id": None if waits else "evt_1",
                    "body": CALL,
                    "actor_id": "key_1",
                    "actor_name": "key",
                    "answer_status": 404 if waits else 201,
                }
            )
        rows.session.execute(insert(Submission), values)
    engine = plain_engine(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return str(values[3]["id"])


@pytest.fixture
def engines(db: Database) -> list[Engine]:
    return [db.reading] if db.writing is db.reading else [db.reading, db.writing]


@contextmanager
def checked(
    settings: Settings, engines: list[Engine], name: str, *, bound: int = BOUND
) -> Iterator[None]:
    """Look at the plan of everything that is sent meanwhile."""
    with ExitStack() as stack:
        all_noted = [stack.enter_context(noted(engine)) for engine in engines]
        yield
    sent = Statements([each for one in all_noted for each in one.sent])
    check(settings, sent, name, bound=bound, writes=True)


async def test_nothing_of_the_inbox_reads_or_sorts_the_table(
    many: str, db: Database, engines: list[Engine], settings: Settings, clock: FrozenClock
) -> None:
    filters = {
        "inbox": SubmissionFilter(handling=UNMATCHED),
        "transaction": SubmissionFilter(transaction_id="t-3", verdict=("unknown_lead",)),
        "event": SubmissionFilter(event="sale", handling=("open",)),
    }
    for name, wanted in filters.items():
        with checked(settings, engines, name):
            await incoming_log.list_page(SYSTEM, wanted, PageRequest(limit=3))
            await incoming_log.count(SYSTEM, wanted, at_most=100)
    with checked(settings, engines, "of an event"):
        await incoming_log.of_event(SYSTEM, "evt_2")
    with checked(settings, engines, "replays"):
        counted = await jobs.preview(SYSTEM, REPLAYS, ReplayWish(SubmissionFilter()), clock=clock)
        assert counted.number == 6
    with checked(settings, engines, "suggestions"):
        await suggestions.suggest(SYSTEM, many, clock=clock)
    with checked(settings, engines, "arrival"):
        await leads.create(SYSTEM, {"campaign": "auto-us", "transaction_id": "t-3"})
    with checked(settings, engines, "matching"):
        assert await by_itself.work(db, clock=clock) == 1
    with checked(settings, engines, "expiry"):
        ids = await db.read(calls.find_waiting, START - timedelta(days=30))
        assert await db.write(calls.expire, ids, now=START) == 6
    with checked(settings, engines, "emptying"):
        await db.read(calls.find, calls.RECORDED, after="", end=calls.end_of(START))
