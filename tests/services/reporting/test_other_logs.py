"""The delivery log, the incoming log and the time line of a lead."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from models.words import (
    DeliveryReason,
    DeliveryStatus,
    KeyScope,
    Outcome,
    Verdict,
)
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound
from services.paging import PageRequest
from services.reporting import delivery_log, incoming_log, lead_timeline
from services.reporting.delivery_log import DeliveryFilter
from services.reporting.incoming_log import SubmissionFilter
from services.reporting.lead_timeline import TimelineKind
from services.settings import Settings
from tests.factories import START, program
from tests.services.reporting.rows import Rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def deliveries(db: Database, settings: Settings) -> dict[str, str]:
    with Rows(settings) as rows:
        sale = rows.event_type()
        lead = rows.lead(rows.campaign(), first_name="Ada")
        event = rows.event(sale, lead)
        busy, quiet = rows.postback(sale), rows.postback(sale)
        made = {
            "failed": rows.delivery(
                event,
                busy,
                created_at=START,
                status=DeliveryStatus.FAILED,
                reason=DeliveryReason.GONE,
                response_code=410,
                attempts=1,
            ),
            "retrying": rows.delivery(
                event,
                busy,
                created_at=START + MINUTE,
                status=DeliveryStatus.RETRYING,
                due_at=START + 9 * MINUTE,
            ),
            "skipped": rows.delivery(
                event, quiet, created_at=START + 2 * MINUTE, status=DeliveryStatus.SKIPPED
            ),
        }
        return {name: delivery.id for name, delivery in made.items()} | {
            "busy": busy.id,
            "event": event.id,
            "lead": lead.id,
        }


DELIVERY_FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["skipped", "retrying", "failed"]),
    ({"status": (DeliveryStatus.FAILED,)}, ["failed"]),
    ({"status": (DeliveryStatus.FAILED, DeliveryStatus.SKIPPED)}, ["skipped", "failed"]),
    ({"postback": "busy"}, ["retrying", "failed"]),
    ({"postback": "busy", "status": (DeliveryStatus.RETRYING,)}, ["retrying"]),
    ({"postback": "pb_unknown"}, []),
    ({"postback": "pb_\x00"}, []),
    ({"since": START + MINUTE}, ["skipped", "retrying"]),
    ({"until": START + MINUTE}, ["failed"]),
]


@pytest.mark.parametrize(("changes", "names"), DELIVERY_FILTERS, ids=str)
async def test_a_filter_finds_exactly_its_deliveries_newest_first(
    deliveries: dict[str, str], viewer: Actor, changes: dict[str, Any], names: list[str]
) -> None:
    postback = changes.get("postback", "")
    wanted = DeliveryFilter(**{**changes, "postback": deliveries.get(postback, postback)})

    page = await delivery_log.list_page(viewer, wanted, PageRequest())
    number = await delivery_log.count(viewer, wanted)

    assert [row.id for row in page.items] == [deliveries[name] for name in names]
    assert number == delivery_log.Count(len(names), is_complete=True)


async def test_delivery_pages_go_on_both_ways(deliveries: dict[str, str], viewer: Actor) -> None:
    first = await delivery_log.list_page(viewer, DeliveryFilter(), PageRequest(limit=1))
    second = await delivery_log.list_page(
        viewer, DeliveryFilter(), PageRequest(limit=1, cursor=first.next_cursor or "")
    )
    back = await delivery_log.list_page(
        viewer, DeliveryFilter(), PageRequest(limit=1, cursor=second.previous_cursor or "")
    )

    assert [row.id for row in second.items] == [deliveries["retrying"]]
    assert back == first


async def test_a_delivery_row_says_where_it_goes_and_when_next(
    deliveries: dict[str, str], viewer: Actor
) -> None:
    wanted = DeliveryFilter(status=(DeliveryStatus.RETRYING,))

    row = (await delivery_log.list_page(viewer, wanted, PageRequest())).items[0]

    assert (row.host, row.event, row.lead_name) == ("partner.example", "sale", "Ada")
    assert (row.campaign, row.event_id) == ("auto-us", deliveries["event"])
    assert row.next_attempt_at == START + 9 * MINUTE


async def test_one_delivery_is_explained(deliveries: dict[str, str], viewer: Actor) -> None:
    detail = await delivery_log.get(viewer, deliveries["failed"])

    assert (detail.status, detail.reason) == (DeliveryStatus.FAILED, DeliveryReason.GONE)
    assert detail.explanation.startswith("Given up: the partner answered")
    assert detail.next_attempt_at is None


# Incoming


@pytest.fixture
def submissions(db: Database, settings: Settings) -> dict[str, str]:
    with Rows(settings) as rows:
        made = {
            "recorded": rows.submission(at=START, event_id="evt_1"),
            "refused": rows.submission(
                at=START + MINUTE,
                verdict=Verdict.INVALID_FIELD,
                reason="A field is wrong.",
                errors={"amount": "Give a number."},
                answer_status=422,
                body="{",
                body_truncated=True,
            ),
        }
        return {name: submission.id for name, submission in made.items()}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ["refused", "recorded"]),
        ({"verdict": ("invalid_field",)}, ["refused"]),
        ({"verdict": ("duplicate",)}, []),
        ({"since": START + MINUTE}, ["refused"]),
        ({"until": START + MINUTE}, ["recorded"]),
    ],
    ids=str,
)
async def test_a_filter_finds_exactly_its_incoming_calls_newest_first(
    submissions: dict[str, str], viewer: Actor, changes: dict[str, Any], names: list[str]
) -> None:
    page = await incoming_log.list_page(viewer, SubmissionFilter(**changes), PageRequest())

    assert [row.id for row in page.items] == [submissions[name] for name in names]


async def test_an_unknown_verdict_is_refused(db: Database, viewer: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await incoming_log.list_page(viewer, SubmissionFilter(verdict=("fine",)), PageRequest())

    assert list(refusal.value.fields) == ["verdict"]


async def test_a_refused_call_shows_its_body_and_every_wrong_field(
    submissions: dict[str, str], viewer: Actor
) -> None:
    detail = await incoming_log.get(viewer, submissions["refused"])

    assert (detail.content.body, detail.body_truncated) == ("{", True)
    assert detail.row.errors == (("amount", "Give a number."),)
    assert (detail.row.reason, detail.row.answer_status) == ("A field is wrong.", 422)


# Time line


async def test_a_time_line_tells_what_happened_newest_first(
    db: Database, settings: Settings, viewer: Actor
) -> None:
    with Rows(settings) as rows:
        sale = rows.event_type()
        lead = rows.lead(rows.campaign())
        event = rows.event(
            sale,
            lead,
            at=START + MINUTE,
            amount_text="49.90",
            currency="EUR",
            delivery_status=DeliveryStatus.RETRYING,
        )
        rows.event(sale, rows.lead(rows.campaign("home-us"), "t-9"))
        delivery = rows.delivery(
            event, rows.postback(sale), status=DeliveryStatus.RETRYING, attempts=2
        )
        rows.attempt(delivery, 1, message="First.", outcome=Outcome.FAILED)
        rows.attempt(
            delivery, 2, message="Second.", outcome=Outcome.FAILED, started_at=START + 5 * MINUTE
        )
        untried = rows.delivery(event, rows.postback(sale), created_at=START + MINUTE)

    entries = await lead_timeline.list_entries(viewer, lead.id)

    assert [(entry.at, entry.kind, entry.title) for entry in entries] == [
        (START + 5 * MINUTE, TimelineKind.DELIVERY, "Postback to partner.example"),
        (START + MINUTE, TimelineKind.DELIVERY, "Postback to partner.example"),
        (START + MINUTE, TimelineKind.EVENT, "sale"),
        (START, TimelineKind.CAPTURED, "Lead captured"),
    ]
    assert entries[0].detail == "Try 2 failed: Second. It is tried again by itself."
    assert entries[1].status == untried.status
    assert entries[2].detail == "49.90 EUR, by API"
    assert entries[2].event_id == event.id
    assert entries[3].detail == "Auto US, by API"


async def test_a_long_time_line_keeps_the_newest(
    db: Database, settings: Settings, viewer: Actor
) -> None:
    with Rows(settings) as rows:
        sale, lead = rows.event_type(), rows.lead(rows.campaign())
        for number in range(1, 6):
            rows.event(sale, lead, at=START + number * MINUTE)

    entries = await lead_timeline.list_entries(viewer, lead.id, limit=3)

    assert [entry.at - START for entry in entries] == [5 * MINUTE, 4 * MINUTE, 3 * MINUTE]


# All


async def test_what_does_not_exist_is_not_found(db: Database, viewer: Actor) -> None:
    for key in ("nothing", "", "\x00", "\ud800"):
        for call in _calls(viewer, key):
            with pytest.raises(NotFound):
                await call


async def test_somebody_without_the_right_reads_nothing(db: Database) -> None:
    stranger = program(KeyScope.INCOMING)
    lists = (
        delivery_log.list_page(stranger, DeliveryFilter(), PageRequest()),
        delivery_log.count(stranger, DeliveryFilter()),
        incoming_log.list_page(stranger, SubmissionFilter(), PageRequest()),
    )
    for call in (*_calls(stranger, "x"), *lists):
        with pytest.raises(NotAllowed):
            await call


def _calls(actor: Actor, key: str) -> tuple[Awaitable[object], ...]:
    return (
        delivery_log.get(actor, key),
        incoming_log.get(actor, key),
        lead_timeline.list_entries(actor, key),
    )
