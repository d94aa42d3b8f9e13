"""Failures are put together by postback, destination and cause."""

from datetime import timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind, KeyScope, Outcome
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput, NotAllowed
from services.identifiers import new_id
from services.reporting import error_groups
from services.reporting.delivery_filter import DeliveryFilter
from services.settings import Settings
from tests.factories import START, program
from tests.services.reporting.rows import Rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def postbacks(db: Database, settings: Settings) -> tuple[str, str]:
    """Store five refusals of one postback, a timeout of another, and what is no failure."""
    with Rows(settings) as rows:
        sale = rows.event_type()
        event = rows.event(sale, rows.lead(rows.campaign()))
        busy, quiet = rows.postback(sale), rows.postback(sale)
        # In the order of their time, as those of deliveries are that come one after the other.
        ids = sorted(new_id("dlv") for _ in range(5))
        for number in range(5):
            failed = number < 3
            refused = rows.delivery(
                event,
                busy,
                id=ids[number],
                created_at=START + number * MINUTE,
                status=DeliveryStatus.FAILED if failed else DeliveryStatus.RETRYING,
                reason=DeliveryReason.EXHAUSTED if failed else None,
                due_at=None if failed else START,
                response_code=500,
                attempts=1,
            )
            rows.attempt(refused, outcome=Outcome.FAILED, message=f"Refusal {number}.")
        slow = rows.delivery(event, quiet, status=DeliveryStatus.RETRYING, due_at=START, attempts=1)
        rows.attempt(slow, outcome=Outcome.FAILED, status_code=None, failure=FailureKind.TIMEOUT)
        rows.delivery(event, busy, status=DeliveryStatus.DELIVERED, response_code=200, attempts=1)
        rows.delivery(event, busy)
        return busy.id, quiet.id


async def test_a_thousand_failures_are_mostly_one_cause(
    postbacks: tuple[str, str], viewer: Actor
) -> None:
    found = await error_groups.get(viewer, DeliveryFilter())

    assert (found.failed, found.retrying, found.is_complete) == (3, 3, True)
    largest, other = found.groups
    assert (largest.postback_id, largest.cause) == (postbacks[0], "500")
    assert (largest.failed, largest.retrying, largest.host) == (3, 2, "partner.example")
    assert (largest.since, largest.latest) == (START, START + 4 * MINUTE)
    assert largest.message == "Refusal 4."
    assert (other.postback_id, other.cause, other.retrying) == (postbacks[1], "timeout", 1)


async def test_the_filter_of_the_log_holds_for_its_causes(
    postbacks: tuple[str, str], viewer: Actor
) -> None:
    for changes, numbers in (
        ({"status": (DeliveryStatus.FAILED,)}, (3, 0)),
        ({"status": (DeliveryStatus.DELIVERED,)}, (0, 0)),
        ({"postback": postbacks[1]}, (0, 1)),
        ({"cause": "timeout"}, (0, 1)),
        ({"since": START + MINUTE, "until": START + 4 * MINUTE}, (2, 1)),
        ({"campaign": "nowhere"}, (0, 0)),
    ):
        found = await error_groups.get(viewer, DeliveryFilter(**changes))
        assert (found.failed, found.retrying) == numbers, changes


async def test_only_the_newest_are_counted_and_that_is_said(
    postbacks: tuple[str, str], viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_groups, "COUNTED_AT_MOST", 2)

    found = await error_groups.get(viewer, DeliveryFilter())

    assert (found.failed + found.retrying, found.is_complete) == (2, False)


async def test_a_wrong_filter_and_a_stranger_are_refused(db: Database, viewer: Actor) -> None:
    with pytest.raises(InvalidInput):
        await error_groups.get(viewer, DeliveryFilter(cause="bad luck"))
    with pytest.raises(NotAllowed):
        await error_groups.get(program(KeyScope.INCOMING), DeliveryFilter())
