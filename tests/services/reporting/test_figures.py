"""The figures of Overview, Event Management and Campaigns, and the health of the installation."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.words import DeliveryStatus, KeyScope
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput, NotAllowed
from services.paging import PageRequest
from services.reporting import (
    campaign_figures,
    event_log,
    event_usage,
    health,
    overview,
    recent_figures,
)
from services.reporting.event_log import EventLogFilter
from services.reporting.recent_figures import RecentFigures
from services.settings import Settings
from tests.factories import START, FrozenClock, program
from tests.services.reporting.rows import Rows

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


async def test_a_new_installation_has_no_figures_and_no_step_done(
    db: Database, viewer: Actor, clock: FrozenClock
) -> None:
    found = await overview.get(viewer, clock=clock)

    assert (found.events, found.conversions, found.waiting) == (0, 0, 0)
    assert (found.success_rate, found.success_rate_previous) == (None, None)
    assert len(found.trend) == 24
    assert found.checklist == overview.Checklist(
        has_event=False, has_postback=False, has_test=False, has_fired=False
    )
    assert (found.worker_seen, found.oldest_due_seconds) == (False, None)
    assert await event_usage.usage(viewer, clock=clock) == {}
    assert await campaign_figures.figures(viewer, clock=clock) == {}


async def test_the_overview_compares_a_window_with_the_one_before(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type("sale", is_conversion=True)
        call = rows.event_type("call")
        lead = rows.lead(rows.campaign())
        rows.event(sale, lead, at=START)
        rows.event(call, lead, at=START - 23 * HOUR)
        rows.event(sale, lead, at=START - 25 * HOUR)
        rows.event(sale, lead, at=START - 49 * HOUR)
        rows.event(sale, lead, at=START, is_test=True)

    found = await overview.get(viewer, clock=clock)

    assert (found.events, found.conversions) == (2, 1)
    assert (found.events_previous, found.conversions_previous) == (1, 1)
    assert sum(bar.events for bar in found.trend) == 2
    assert (found.trend[-1].events, found.trend[-1].conversions) == (1, 1)


async def test_the_overview_says_what_the_log_says(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale, lead = rows.event_type(), rows.lead(rows.campaign())
        for hours in range(30):
            rows.event(sale, lead, at=START - hours * HOUR)

    found = await overview.get(viewer, clock=clock)
    wanted = EventLogFilter(since=found.since, until=found.until)
    log = await event_log.list_page(viewer, wanted, PageRequest())

    assert found.events == len(log.items) == 24


async def test_every_bar_holds_its_own_hour_to_the_last_microsecond(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    bars = (await overview.get(viewer, clock=clock)).trend
    edge = timedelta(microseconds=1)
    with Rows(settings) as rows:
        sale, lead = rows.event_type(), rows.lead(rows.campaign())
        rows.event(sale, lead, at=bars[0].starts_at - edge)
        rows.event(sale, lead, at=bars[0].starts_at)
        rows.event(sale, lead, at=bars[5].starts_at - edge)
        rows.event(sale, lead, at=bars[5].starts_at)
        rows.event(sale, lead, at=bars[-1].starts_at + HOUR - edge)

    found = await overview.get(viewer, clock=clock)

    filled = {number: bar.events for number, bar in enumerate(found.trend) if bar.events}
    assert filled == {0: 1, 4: 1, 5: 1, 23: 1}
    assert found.events == 4


async def test_success_is_what_was_delivered_of_what_has_ended(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type()
        postback, event = rows.postback(sale), rows.event(sale, rows.lead(rows.campaign()))
        for status in (
            *[DeliveryStatus.DELIVERED] * 3,
            DeliveryStatus.FAILED,
            DeliveryStatus.SKIPPED,
            DeliveryStatus.PENDING,
            DeliveryStatus.RETRYING,
            DeliveryStatus.SENDING,
            DeliveryStatus.HELD,
        ):
            rows.delivery(event, postback, status=status)
        rows.delivery(event, postback, status=DeliveryStatus.FAILED, created_at=START - 30 * HOUR)

    found = await overview.get(viewer, clock=clock)

    assert (found.success_rate, found.success_rate_previous) == (0.75, 0.0)
    assert found.waiting == 3


async def test_the_checklist_ticks_each_step_by_itself(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    steps = []
    with Rows(settings) as rows:
        sale = rows.event_type()
    steps.append((await overview.get(viewer, clock=clock)).checklist)
    with Rows(settings) as rows:
        rows.postback(sale)
    steps.append((await overview.get(viewer, clock=clock)).checklist)
    with Rows(settings) as rows:
        rows.trial()
    steps.append((await overview.get(viewer, clock=clock)).checklist)
    with Rows(settings) as rows:
        rows.event(sale, rows.lead(rows.campaign()))
    steps.append((await overview.get(viewer, clock=clock)).checklist)

    assert [
        (step.has_event, step.has_postback, step.has_test, step.has_fired) for step in steps
    ] == [
        (True, False, False, False),
        (True, True, False, False),
        (True, True, True, False),
        (True, True, True, True),
    ]


@pytest.mark.parametrize("hours", [0, -1, 745])
async def test_a_window_of_no_or_too_many_hours_is_refused(
    db: Database, viewer: Actor, hours: int
) -> None:
    with pytest.raises(InvalidInput):
        await overview.get(viewer, hours=hours)


async def test_usage_tells_of_each_event_by_name(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale, call = rows.event_type("sale"), rows.event_type("call")
        rows.postback(sale)
        rows.postback(sale, archived_at=START)
        lead = rows.lead(rows.campaign())
        rows.event(sale, lead, at=START - 40 * HOUR)
        rows.event(sale, lead, at=START - 2 * HOUR, delivery_status=DeliveryStatus.FAILED)
        rows.event(sale, lead, at=START - HOUR / 2)
        rows.event(sale, lead, at=START, is_test=True)
        rows.event(call, lead, at=START - 40 * HOUR)
        rows.event_type("idle")

    found = await event_usage.usage(viewer, clock=clock)

    assert found["sale"] == event_usage.EventUsage(
        postbacks=1,
        last_fired_at=START - HOUR / 2,
        per_hour=(0,) * 21 + (1, 0, 1),
        fired_24h=2,
        failed_24h=1,
    )
    assert found["call"] == event_usage.EventUsage(last_fired_at=START - 40 * HOUR)
    assert found["idle"] == event_usage.EventUsage()


async def test_figures_tell_of_each_campaign_by_key(
    db: Database,
    settings: Settings,
    viewer: Actor,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recent_figures, "LEADS_COUNTED_AT_MOST", 2)
    with Rows(settings) as rows:
        sale, call = rows.event_type("sale", is_conversion=True), rows.event_type("call")
        auto, home = rows.campaign("auto-us"), rows.campaign("home-us")
        rows.campaign("idle")
        lead = rows.lead(auto, "t-1")
        rows.lead(auto, "t-2")
        for number in range(3):
            rows.lead(home, f"t-{number}")
        rows.event(sale, lead, at=START - HOUR)
        rows.event(call, lead, at=START - 2 * HOUR)
        rows.event(sale, lead, at=START - 50 * HOUR)
        rows.event(sale, lead, at=START, is_test=True)

    found = await campaign_figures.figures(viewer, clock=clock)

    assert found == {
        "auto-us": RecentFigures(2, 2, 1, START - HOUR),
        "home-us": RecentFigures(2, 0, 0, None, has_more_leads=True),
        "idle": RecentFigures(0, 0, 0, None),
    }


@pytest.mark.parametrize(("silence", "is_alive"), [(10, True), (11, False)])
async def test_a_worker_is_alive_for_ten_seconds_after_it_was_seen(
    db: Database, settings: Settings, clock: FrozenClock, silence: int, is_alive: bool
) -> None:
    with Rows(settings) as rows:
        rows.worker(START - silence * SECOND)
        rows.worker(START - HOUR)

    found = await health.get(clock=clock)

    assert (found.worker_alive, found.worker_seen_at) == (is_alive, START - silence * SECOND)
    assert found.schema_current


async def test_health_knows_what_is_due_and_since_when(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type()
        postback, event = rows.postback(sale), rows.event(sale, rows.lead(rows.campaign()))
        rows.delivery(event, postback, due_at=START - 90 * SECOND)
        rows.delivery(event, postback, due_at=START, status=DeliveryStatus.RETRYING)
        rows.delivery(event, postback, due_at=START + SECOND)
        rows.delivery(event, postback, due_at=None, status=DeliveryStatus.DELIVERED)

    found = await health.get(clock=clock)

    assert (found.due, found.oldest_due_at) == (2, START - 90 * SECOND)
    assert (await overview.get(viewer, clock=clock)).oldest_due_seconds == 90


async def test_an_old_schema_is_a_finding_and_no_error(db: Database, settings: Settings) -> None:
    with Rows(settings) as rows:
        rows.worker(START)
        rows.session.execute(text("DELETE FROM alembic_version"))

    found = await health.get(clock=lambda: START)

    assert not found.schema_current
    assert not found.worker_alive


async def test_somebody_without_the_right_sees_no_figure(db: Database) -> None:
    stranger = program(KeyScope.INCOMING)
    calls = (
        overview.get(stranger),
        event_usage.usage(stranger),
        campaign_figures.figures(stranger),
    )
    for call in calls:
        with pytest.raises(NotAllowed):
            await call
