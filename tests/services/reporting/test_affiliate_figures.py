"""The figures beside each affiliate."""

from datetime import timedelta

import pytest

from models import Affiliate
from models.words import KeyScope
from services.actor import Actor
from services.database import Database
from services.errors import NotAllowed
from services.paging import PageRequest
from services.reporting import affiliate_figures, event_log, recent_figures
from services.reporting.event_log import EventLogFilter
from services.reporting.hours import last_hours
from services.reporting.recent_figures import RecentFigures
from services.settings import Settings
from tests.factories import START, FrozenClock, program
from tests.services.reporting.rows import Rows

HOUR = timedelta(hours=1)


def affiliate(rows: Rows, key: str) -> str:
    """Store an affiliate and return its id."""
    rows.session.add(
        Affiliate(id=f"aff_{key}", key=key, name=key, created_at=START, updated_at=START)
    )
    rows.session.flush()
    return f"aff_{key}"


async def test_a_new_installation_has_no_affiliate_with_figures(
    db: Database, viewer: Actor, clock: FrozenClock
) -> None:
    assert await affiliate_figures.figures(viewer, clock=clock) == {}


async def test_figures_tell_of_each_affiliate_by_key(
    db: Database,
    settings: Settings,
    viewer: Actor,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recent_figures, "LEADS_COUNTED_AT_MOST", 2)
    with Rows(settings) as rows:
        sale, call = rows.event_type("sale", is_conversion=True), rows.event_type("call")
        campaign = rows.campaign()
        north, south = affiliate(rows, "north"), affiliate(rows, "south")
        affiliate(rows, "idle")
        lead = rows.lead(campaign, "t-1", affiliate_id=north)
        rows.lead(campaign, "t-2", affiliate_id=north)
        for number in range(3):
            rows.lead(campaign, f"s-{number}", affiliate_id=south)
        rows.event(sale, lead, at=START - HOUR, affiliate_id=north)
        rows.event(call, lead, at=START - 2 * HOUR, affiliate_id=north)
        rows.event(sale, lead, at=START - 50 * HOUR, affiliate_id=north)
        rows.event(sale, lead, at=START, is_test=True, affiliate_id=north)

    assert await affiliate_figures.figures(viewer, clock=clock) == {
        "north": RecentFigures(2, 2, 1, START - HOUR),
        "south": RecentFigures(2, 0, 0, None, has_more_leads=True),
        "idle": RecentFigures(0, 0, 0, None),
    }


async def test_what_came_without_an_affiliate_counts_for_none(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        affiliate(rows, "north")
        sale, lead = rows.event_type(is_conversion=True), rows.lead(rows.campaign())
        rows.event(sale, lead, at=START)

    found = await affiliate_figures.figures(viewer, clock=clock)

    assert found == {"north": RecentFigures(0, 0, 0, None)}


async def test_an_event_stays_with_the_affiliate_that_its_lead_had_when_it_fired(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        before, now = affiliate(rows, "before"), affiliate(rows, "now")
        lead = rows.lead(rows.campaign(), affiliate_id=now)
        rows.event(rows.event_type(), lead, at=START, affiliate_id=before)

    found = await affiliate_figures.figures(viewer, clock=clock)

    assert (found["before"].leads, found["before"].events_24h) == (0, 1)
    assert (found["now"].leads, found["now"].events_24h) == (1, 0)


async def test_the_figures_equal_the_log_under_the_same_filter(
    db: Database, settings: Settings, viewer: Actor, clock: FrozenClock
) -> None:
    with Rows(settings) as rows:
        north = affiliate(rows, "north")
        sale, lead = rows.event_type(is_conversion=True), rows.lead(rows.campaign())
        for hours in range(30):
            at = START - hours * HOUR
            rows.event(sale, lead, at=at, affiliate_id=north if hours % 3 else None)

    found = (await affiliate_figures.figures(viewer, clock=clock))["north"]
    wanted = EventLogFilter(affiliate="north", conversion=True, since=last_hours(START, 24).since)
    log = await event_log.list_page(viewer, wanted, PageRequest())

    assert found.conversions_24h == found.events_24h == len(log.items)


async def test_somebody_without_the_right_sees_no_figure(db: Database) -> None:
    with pytest.raises(NotAllowed):
        await affiliate_figures.figures(program(KeyScope.INCOMING))
