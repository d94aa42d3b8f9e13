"""The conversion report equals the log, whatever the zone, on a random past of 14 months."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from sqlalchemy.event import listen, remove

from models import Affiliate, Event, Lead
from models.words import ConversionStatus, LeadSource
from services.actor import SYSTEM
from services.database import Database
from services.errors import InvalidInput
from services.identifiers import new_id
from services.reporting import conversions, event_log
from services.reporting.conversions import Report, ReportFilter, ReportRow
from services.reporting.definitions import STATUSES
from services.reporting.event_log import EventLogFilter
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows, event_values

pytestmark = pytest.mark.usefixtures("db")

# Of a past, and of the one that every figure is compared with.
EVENTS = 2_000
MANY_EVENTS = 20_000
EVENTS_OF_A_LEAD = 7
FIRST = datetime(2025, 1, 20, 7, 30, tzinfo=UTC)
LAST = datetime(2026, 3, 31, 18, 45, tzinfo=UTC)
# Daylight saving by an hour in both halves of the world, and by half an hour.
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
WIDE = timedelta(days=3_650)
BERLIN = ZoneInfo("Europe/Berlin")
FIGURES = ("conversions", "approved", "open", "rejected")


@dataclass(frozen=True, slots=True)
class Past:
    """What was written down, for counting it in another way than the report does."""

    events: list[dict[str, object]]
    leads: list[dict[str, object]]
    names: Mapping[str, str]
    """Of campaigns, event types and affiliates: id → what a report calls them."""


@pytest.fixture
def past(settings: Settings, request: pytest.FixtureRequest) -> Past:
    size = getattr(request, "param", EVENTS)
    rng = Random(20_261_124)
    seconds = int((LAST - FIRST).total_seconds())

    def moment() -> datetime:
        return FIRST + timedelta(seconds=rng.randrange(seconds), microseconds=rng.randrange(10**6))

    with Rows(settings) as rows:
        campaigns = [rows.campaign(f"campaign-{n}", f"Campaign {n}") for n in range(4)]
        types = [rows.event_type(f"event_{n}") for n in range(5)]
        affiliates = [
            Affiliate(
                id=new_id("aff"), key=f"aff-{n}", name=f"A{n}", created_at=START, updated_at=START
            )
            for n in range(3)
        ]
        rows.session.add_all(affiliates)
        rows.session.flush()
        template = rows.lead(campaigns[0], "template", created_at=START - timedelta(days=9_000))
        leads = [
            {
                "id": new_id("ld"),
                "campaign_id": rng.choice(campaigns).id,
                "affiliate_id": rng.choice([None, *(each.id for each in affiliates)]),
                "transaction_id": f"t-{number}",
                "source": LeadSource.API,
                "created_at": (captured := moment()),
                "submitted_at": captured - timedelta(minutes=rng.randrange(3_000)),
                "updated_at": captured,
                "fields": {},
                "version": 1,
            }
            for number in range(size // EVENTS_OF_A_LEAD)
        ]
        rows.session.execute(insert(Lead), leads)
        events = []
        for _ in range(size):
            lead, received = rng.choice(leads), moment()
            cents = rng.choice([None, rng.randrange(1, 10**7)])
            events.append(
                event_values(
                    rng.choice(types),
                    template,
                    at=received,
                    lead_id=lead["id"],
                    campaign_id=lead["campaign_id"],
                    affiliate_id=lead["affiliate_id"],
                    occurred_at=received - timedelta(minutes=rng.randrange(5_000)),
                    is_conversion=rng.random() < 0.6,
                    is_test=rng.random() < 0.05,
                    conversion_status=rng.choice(list(ConversionStatus)),
                    amount_micros=None if cents is None else cents * 10_000,
                    amount_text=None if cents is None else str(Decimal(cents) / 100),
                    currency=rng.choice([None, "EUR", "USD"]) if cents is not None else None,
                )
            )
        rows.session.execute(insert(Event), events)
        names = {each.id: each.key for each in (*campaigns, *affiliates)}
        names |= {each.id: each.name for each in types}
    return Past(events, leads, names)


def expected(past: Past, wanted: ReportFilter, row: ReportRow | None) -> Iterable[dict]:
    """Yield the conversions behind a row, found by plain comparison."""
    since, until = (row.since, row.until) if row else (wanted.since, wanted.until)
    assert since is not None
    assert until is not None
    column = {"campaign": "campaign_id", "event": "event_type_id", "affiliate": "affiliate_id"}
    for event in past.events:
        at = event["occurred_at" if wanted.time == "occurred" else "received_at"]
        if not (event["is_conversion"] and not event["is_test"] and since <= at < until):
            continue
        if row and wanted.by in column:
            found = event[column[wanted.by]]
            if (past.names[str(found)] if found else "") != row.key:
                continue
        yield event


def amounts(events: Iterable[dict]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, int] = defaultdict(int)
    for event in events:
        if event["amount_micros"] is not None:
            sums[event["currency"] or ""] += event["amount_micros"]
    return tuple((name, Decimal(sums[name]) / 1_000_000) for name in sorted(sums))


def check_row(past: Past, report: Report, row: ReportRow | None) -> None:
    figures = row.figures if row else report.total
    events = list(expected(past, report.wanted, row))
    counted = Counter(event["conversion_status"] for event in events)
    assert figures.conversions == len(events)
    for name, statuses in STATUSES.items():
        assert getattr(figures, name) == sum(counted[status] for status in statuses)
    assert tuple((name, Decimal(text)) for name, text in figures.amounts) == amounts(events)


async def log_count(found: EventLogFilter) -> int:
    """Count in the log; what takes longer than a page may is counted in halves."""
    counted = await event_log.count(SYSTEM, found, at_most=MANY_EVENTS)
    if counted.is_complete:
        return counted.number
    assert found.since is not None
    assert found.until is not None
    middle = found.since + (found.until - found.since) / 2
    return await log_count(replace(found, until=middle)) + await log_count(
        replace(found, since=middle)
    )


async def check_log(report: Report, row: ReportRow | None, figure: str) -> None:
    found = conversions.log_filter(report, row, figure=figure)
    assert found is not None
    figures = row.figures if row else report.total
    assert await log_count(found) == getattr(figures, figure)


@pytest.mark.parametrize("past", [MANY_EVENTS], indirect=True)
async def test_every_figure_equals_the_log_in_three_zones_by_both_times(past: Past) -> None:
    for zone in map(ZoneInfo, ZONES):
        for time in ("received", "occurred"):
            for by in ("day", "campaign", "event", "affiliate"):
                wanted = ReportFilter(
                    by=by,
                    since=datetime(2025, 1, 25, tzinfo=zone).astimezone(UTC),
                    until=datetime(2026, 3, 30, tzinfo=zone).astimezone(UTC),
                    zone=zone,
                    time=time,
                )
                report = await conversions.report(SYSTEM, wanted)
                check_row(past, report, None)
                for figure in FIGURES:
                    await check_log(report, None, figure)
                some = report.rows if by != "day" else report.rows[::29]
                for row in some:
                    check_row(past, report, row)
                    await check_log(report, row, "approved")
                for row in report.rows:
                    await check_log(report, row, "conversions")
                assert sum(row.figures.conversions for row in report.rows) == (
                    report.total.conversions
                )


async def test_the_days_partition_the_range_and_follow_the_clocks(past: Past) -> None:
    since = datetime(2025, 3, 29, tzinfo=BERLIN).astimezone(UTC)
    until = datetime(2025, 4, 1, tzinfo=BERLIN).astimezone(UTC)
    report = await conversions.report(
        SYSTEM, ReportFilter(by="day", since=since, until=until, zone=BERLIN)
    )
    assert [row.key for row in report.rows] == ["2025-03-29", "2025-03-30", "2025-03-31"]
    hours = [(row.until - row.since) / timedelta(hours=1) for row in report.rows]
    assert hours == [24, 23, 24]
    assert (report.rows[0].since, report.rows[-1].until) == (since, until)
    # The period before has as many days, not as many hours.
    assert report.previous_since == datetime(2025, 3, 26, tzinfo=BERLIN)
    leads = sum(since <= lead["created_at"] < until for lead in past.leads)
    assert report.total.leads == leads


async def test_a_rate_is_conversions_of_leads_and_none_without_leads(past: Past) -> None:
    report = await conversions.report(
        SYSTEM, ReportFilter(by="campaign", since=FIRST, until=LAST, zone=BERLIN)
    )
    for row in report.rows:
        rate = Decimal(row.figures.conversions * 100) / row.figures.leads
        assert row.figures.rate is not None
        assert abs(Decimal(row.figures.rate) - rate) <= Decimal("0.005")
    before = FIRST - timedelta(days=90)
    empty = await conversions.report(
        SYSTEM, ReportFilter(by="campaign", since=before, until=before + timedelta(days=1))
    )
    assert (empty.total.conversions, empty.total.rate) == (0, None)


async def test_a_range_of_any_width_asks_only_for_where_there_are_rows(
    past: Past, db: Database
) -> None:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    listen(db.reading, "before_cursor_execute", note)
    for time in ("received", "occurred"):
        for by in ("campaign", "event", "affiliate"):
            sent.clear()
            report = await conversions.report(
                SYSTEM,
                ReportFilter(
                    by=by, time=time, since=FIRST - WIDE / 2, until=FIRST + WIDE / 2, zone=BERLIN
                ),
            )

            check_row(past, report, None)
            assert report.previous.conversions == 0
            # 434 days with rows, ten to a statement, of events and of leads.
            assert len(sent) < 110
    remove(db.reading, "before_cursor_execute", note)


async def test_the_first_and_the_last_moment_that_is_stored_count(past: Past) -> None:
    received = [row["received_at"] for row in past.events]
    captured = [lead["created_at"] for lead in past.leads]
    moments = [at for at in (*received, *captured) if isinstance(at, datetime)]
    since, until = min(moments), max(moments) + timedelta(microseconds=1)
    report = await conversions.report(SYSTEM, ReportFilter(by="event", since=since, until=until))
    check_row(past, report, None)
    assert report.total.leads == len(past.leads)


async def test_the_period_before_is_found_at_the_edge_of_what_is_stored(past: Past) -> None:
    report = await conversions.report(
        SYSTEM, ReportFilter(by="campaign", since=LAST, until=LAST + WIDE / 2)
    )
    expected_before = sum(bool(row["is_conversion"] and not row["is_test"]) for row in past.events)
    assert (report.total.conversions, report.previous.conversions) == (0, expected_before)


async def test_more_than_ten_years_are_refused_however_they_are_grouped() -> None:
    for by in ("campaign", "event", "affiliate"):
        with pytest.raises(InvalidInput) as error:
            await conversions.report(
                SYSTEM,
                ReportFilter(
                    by=by,
                    since=datetime(1970, 1, 1, tzinfo=UTC),
                    until=datetime(2200, 1, 1, tzinfo=UTC),
                ),
            )
        assert error.value.fields == {"from": "Give a range of at most 10 years."}


async def test_too_many_days_and_a_range_that_is_none_are_refused() -> None:
    with pytest.raises(InvalidInput):
        await conversions.report(
            SYSTEM, ReportFilter(by="day", since=FIRST, until=FIRST + timedelta(days=900))
        )
    with pytest.raises(InvalidInput):
        await conversions.report(SYSTEM, ReportFilter(since=LAST, until=FIRST))
