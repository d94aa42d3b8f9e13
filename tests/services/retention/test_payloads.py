"""What callers sent can be kept for a shorter time than the fact that they sent it."""

from datetime import timedelta

from services.database import Database
from services.identifiers import first_id
from services.retention import pruning
from services.retention.pruning import Pruned, Retention
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows
from tests.world import events, submissions

DAY = timedelta(days=1)


def store(settings: Settings, *ages: float) -> None:
    """Store an event and its call for each age in days."""
    with Rows(settings) as made:
        sale, lead = made.event_type(), made.lead(made.campaign())
        for age in ages:
            at = START - age * DAY
            made.event(sale, lead, id=first_id("evt", at), at=at, payload='{"email":"a@b.de"}')
            made.submission(id=first_id("sub", at), received_at=at, body='{"email":"a@b.de"}')


async def test_what_came_in_before_its_time_is_emptied_and_the_facts_stay(
    db: Database, settings: Settings
) -> None:
    store(settings, 40, 31, 29)
    kept = Retention(0, 0, 0, payload_days=30)
    pruned = await pruning.prune(db, now=START, retention=kept, pause_seconds=0)
    assert pruned == Pruned(payloads=2, calls=2)
    assert sorted(row.payload for row in await events()) == ['{"email":"a@b.de"}', "{}", "{}"]
    assert sorted(row.body for row in await submissions()) == ["", "", '{"email":"a@b.de"}']
    assert await pruning.prune(db, now=START, retention=kept, pause_seconds=0) == Pruned()


async def test_by_default_it_is_kept_as_long_as_the_event(db: Database, settings: Settings) -> None:
    store(settings, 4_000)
    # Of the call itself, whose content is the event's as well, it leaves sooner.
    assert await pruning.prune(db, now=START, pause_seconds=0) == Pruned(calls=1)
    assert [row.payload for row in await events()] == ['{"email":"a@b.de"}']
