"""The demo: believable, fictional, the same each time, and of the past nothing is sent again."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from models import Attempt, Campaign, EchoName, EventType, ImportJob, Lead, Postback
from models.words import DeliveryStatus, ImportStatus, ImportVerdict, Method, Source, Verdict
from services import demo, self_check
from services.actor import SYSTEM, Actor
from services.catalog import campaigns, event_types
from services.clock import utc_now
from services.database import Database, close_database, open_database
from services.demo import Profile, SeedReport
from services.demo_story import Story
from services.errors import Conflict
from services.settings import Settings
from tests.conftest import MakeSettings
from tests.factories import START
from tests.partner import Partner
from tests.world import attempts, deliveries, events, rows, submissions, until, worker


@pytest.fixture
async def report(db: Database) -> SeedReport:
    return await demo.seed(Profile.SMALL)


async def test_the_small_demo_has_everything_that_a_screen_shows(
    report: SeedReport, settings: Settings
) -> None:
    assert report.leads == len(await rows(Lead)) == 120
    fired = await events()
    assert report.events == len(fired)
    assert 280 <= report.events <= 320
    assert len(await rows(Campaign)) == 3
    assert len(await rows(EventType)) == 6
    assert {event.event_name for event in fired} == {row.name for row in await rows(EventType)}
    assert {event.source for event in fired} == {Source.API, Source.MANUAL}
    shown = Counter(event.delivery_status for event in fired)
    assert shown[DeliveryStatus.DELIVERED] > 0.8 * len(fired)
    assert shown[DeliveryStatus.RETRYING] >= 1
    assert shown[DeliveryStatus.FAILED] >= 1
    assert shown[DeliveryStatus.PENDING] == report.waiting
    verdicts = {row.verdict for row in await submissions()}
    assert {Verdict.RECORDED, Verdict.DUPLICATE} < verdicts
    (imported,) = await rows(ImportJob)
    assert imported.status is ImportStatus.APPLIED
    assert imported.applied[ImportVerdict.IMPORTED] > 2
    assert imported.applied[ImportVerdict.REFUSED] == 2
    assert await self_check.find_problems(settings) == []


async def test_its_events_lie_in_the_last_two_weeks_and_follow_the_day(
    report: SeedReport,
) -> None:
    fired = await events()
    now = utc_now()
    assert all(now - timedelta(days=15) < event.received_at <= now for event in fired)
    assert len({event.received_at.date() for event in fired}) >= 14
    hours = Counter(event.received_at.hour for event in fired)
    assert sum(hours[hour] for hour in range(9, 18)) > 2 * sum(hours[hour] for hour in range(7))
    captured = {lead.id: lead.created_at for lead in await rows(Lead)}
    assert sum(captured[event.lead_id] <= event.received_at for event in fired) > 0.95 * len(fired)


async def test_its_people_are_of_many_countries_and_cannot_be_reached(
    report: SeedReport,
) -> None:
    people = await rows(Lead)
    assert all(lead.email.endswith("@example.com") for lead in people)
    assert all(" 555 01" in lead.phone for lead in people)
    names = "".join(lead.first_name + lead.last_name for lead in people)
    assert {"ü", "'", "ß", "ı"} <= set(names)


async def test_its_partners_are_the_test_receiver_of_this_installation(
    report: SeedReport, settings: Settings
) -> None:
    names = {row.name for row in await rows(EchoName)}
    saved = await rows(Postback)
    assert {Method.GET, Method.POST} == {postback.method for postback in saved}
    assert any(postback.secrets for postback in saved)
    assert any(postback.campaign_id for postback in saved)
    for postback in saved:
        url = urlsplit(postback.url)
        assert (url.hostname, url.port) == ("127.0.0.1", settings.port)
        assert url.path.removeprefix("/echo/") in names


async def test_the_history_is_as_the_real_policy_would_have_left_it(report: SeedReport) -> None:
    by_delivery: dict[str, list[Attempt]] = {}
    for attempt in await attempts():
        by_delivery.setdefault(attempt.delivery_id, []).append(attempt)
    longest = 0
    for delivery in await deliveries():
        made = sorted(by_delivery.get(delivery.id, []), key=lambda attempt: attempt.number)
        assert [attempt.number for attempt in made] == list(range(1, delivery.attempts + 1))
        moments = [attempt.started_at for attempt in made]
        assert moments == sorted(moments)
        assert all(delivery.created_at <= moment <= utc_now() for moment in moments)
        if delivery.status is DeliveryStatus.DELIVERED:
            assert made[-1].status_code == 200
        longest = max(longest, len(made))
    assert longest > 2


@pytest.fixture
def partner_database(make_settings: MakeSettings, partner: Partner) -> Iterator[Settings]:
    """Open a database whose installation has the partner where its test receiver would be."""
    settings = make_settings(port=partner.port)
    open_database(settings)
    yield settings
    close_database()


async def test_a_worker_sends_only_the_newest_events(
    partner_database: Settings, partner: Partner
) -> None:
    report = await demo.seed(Profile.SMALL)
    newest = {row.id for row in await deliveries() if row.status is DeliveryStatus.PENDING}
    past = len(await attempts())

    async def all_sent() -> bool:
        sent = [row.status for row in await deliveries() if row.id in newest]
        return set(sent) == {DeliveryStatus.DELIVERED}

    async with worker(partner_database):
        await until(all_sent)
    assert len(partner.requests) == len(newest) == len(await attempts()) - past
    posted = [one for one in partner.requests if one.method == "POST"]
    assert len(posted) == report.waiting
    assert {one.header("authorization") for one in posted} == {"Bearer demo-token-of-nobody"}


async def test_the_same_moment_tells_the_same_story() -> None:
    def told() -> list[Any]:
        story = Story(START)
        captures = story.captures(50)
        return [captures, list(story.firings(captures, 100)), story.newest(captures, 5)]

    assert told() == told()


async def test_an_installation_in_use_is_left_as_it_is(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "mine"})
    await event_types.archive(actor, "mine")
    with pytest.raises(Conflict):
        await demo.seed(Profile.SMALL)
    assert [row.name for row in await rows(EventType)] == ["mine"]
    assert await rows(Campaign) == await rows(Lead) == await rows(EchoName) == []


async def test_a_campaign_alone_counts_as_use(db: Database) -> None:
    await campaigns.create(SYSTEM, {"key": "mine", "name": "Mine"})
    with pytest.raises(Conflict):
        await demo.seed(Profile.SMALL)
    assert await rows(EventType) == []
