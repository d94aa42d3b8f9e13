"""Deliveries are found by where they go, whose event they are of, and why they failed."""

from datetime import timedelta
from typing import Any

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Outcome
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput
from services.paging import PageRequest
from services.reporting import delivery_log, keyset
from services.reporting.delivery_log import DeliveryFilter
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows

MINUTE = timedelta(minutes=1)
FAILED = {"status": DeliveryStatus.FAILED, "attempts": 1, "reason": DeliveryReason.EXHAUSTED}


@pytest.fixture
def deliveries(db: Database, settings: Settings) -> dict[str, str]:
    with Rows(settings) as rows:
        sale = rows.event_type()
        google = rows.affiliate("google")
        auto = rows.event(sale, rows.lead(rows.campaign("auto-us")), affiliate_id=google.id)
        home = rows.event(sale, rows.lead(rows.campaign("home-us"), "t-2"))
        postback = rows.postback(sale)
        made = {
            "refused": rows.delivery(auto, postback, **FAILED, response_code=500),
            "slow": rows.delivery(home, postback, **{**FAILED, "attempts": 2}),
            "denied": rows.delivery(auto, postback, **FAILED, response_code=200),
            "blocked": rows.delivery(
                home,
                postback,
                status=DeliveryStatus.FAILED,
                reason=DeliveryReason.BLOCKED,
                destination="http://localhost:80",
            ),
            "unclear": rows.delivery(
                auto, postback, **{**FAILED, "reason": DeliveryReason.UNKNOWN}
            ),
            "overdue": rows.delivery(
                home,
                postback,
                status=DeliveryStatus.FAILED,
                reason=DeliveryReason.DEADLINE,
                destination="https://partner.example:8443",
            ),
            "retried": rows.delivery(
                home, postback, status=DeliveryStatus.RETRYING, attempts=2, response_code=500
            ),
            "arrived": rows.delivery(
                auto, postback, status=DeliveryStatus.DELIVERED, attempts=2, response_code=200
            ),
        }
        for number, delivery in enumerate(made.values()):
            delivery.created_at = START + number * MINUTE
        # Only the last try counts.
        for name, number, failure in (
            ("slow", 1, FailureKind.DNS),
            ("slow", 2, FailureKind.TIMEOUT),
            ("unclear", 1, FailureKind.TIMEOUT),
            ("retried", 1, FailureKind.DNS),
        ):
            no_answer = {"status_code": None, "failure": failure}
            rows.attempt(made[name], number, outcome=Outcome.FAILED, **no_answer)
        rows.attempt(made["denied"], outcome=Outcome.FAILED, failure=FailureKind.BODY_RULE)
        return {name: delivery.id for name, delivery in made.items()}


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"destination": "http://localhost:80"}, ["blocked"]),
    ({"destination": "LOCALHOST"}, ["blocked"]),
    ({"destination": "https://localhost"}, []),
    ({"destination": "partner.example:8443"}, ["overdue"]),
    ({"destination": "https://partner.example/in?x"}, [
        "arrived", "retried", "unclear", "denied", "slow", "refused",
    ]),
    ({"destination": "\x00"}, []),
    ({"campaign": "home-us"}, ["retried", "overdue", "blocked", "slow"]),
    ({"campaign": "nowhere"}, []),
    ({"affiliate": "google"}, ["arrived", "unclear", "denied", "refused"]),
    ({"affiliate": "-"}, ["retried", "overdue", "blocked", "slow"]),
    ({"campaign": "auto-us", "affiliate": "-"}, []),
    ({"campaign": "home-us", "status": (DeliveryStatus.FAILED,)}, ["overdue", "blocked", "slow"]),
    ({"cause": "500"}, ["retried", "refused"]),
    ({"cause": "500", "status": (DeliveryStatus.FAILED,)}, ["refused"]),
    ({"cause": "500", "status": (DeliveryStatus.DELIVERED,)}, []),
    ({"cause": "timeout"}, ["slow"]),
    ({"cause": "unknown"}, ["unclear"]),
    ({"cause": "body_rule"}, ["denied"]),
    ({"cause": "blocked"}, ["blocked"]),
    ({"cause": "deadline"}, ["overdue"]),
    ({"cause": "dns"}, []),
    ({"cause": "404"}, []),
    ({"cause": "500", "campaign": "auto-us", "destination": "partner.example"}, ["refused"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "names"), FILTERS, ids=str)
async def test_a_filter_finds_exactly_its_deliveries_newest_first(
    deliveries: dict[str, str], viewer: Actor, changes: dict[str, Any], names: list[str]
) -> None:
    wanted = DeliveryFilter(**changes)

    page = await delivery_log.list_page(viewer, wanted, PageRequest())
    number = await delivery_log.count(viewer, wanted)

    assert [row.id for row in page.items] == [deliveries[name] for name in names]
    assert number == delivery_log.Count(len(names), is_complete=True)


async def test_a_row_says_how_its_last_try_failed(
    deliveries: dict[str, str], viewer: Actor
) -> None:
    page = await delivery_log.list_page(viewer, DeliveryFilter(), PageRequest())

    failures = {row.id: row.failure for row in page.items}
    assert failures[deliveries["slow"]] is FailureKind.TIMEOUT
    assert failures[deliveries["arrived"]] is None


async def test_a_word_that_is_no_cause_is_refused(db: Database, viewer: Actor) -> None:
    for cause in ("5xx", "bad luck", "0500", "\x00"):
        with pytest.raises(InvalidInput) as refusal:
            await delivery_log.list_page(viewer, DeliveryFilter(cause=cause), PageRequest())
        assert list(refusal.value.fields) == ["cause"]


async def test_a_whole_list_is_walked_from_its_oldest_and_ends(
    deliveries: dict[str, str], db: Database
) -> None:
    wanted = DeliveryFilter(destination="partner.example")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await db.read(_next, wanted, cursor)
        seen += page.items
        cursor = page.next_cursor

    names = ["refused", "slow", "denied", "unclear", "retried", "arrived"]
    assert seen == [deliveries[name] for name in names]


def _next(session: Any, wanted: DeliveryFilter, cursor: str) -> Any:
    search = delivery_log.delivery_search(session, wanted)
    return keyset.find_from(session, search, after=cursor, limit=2)
