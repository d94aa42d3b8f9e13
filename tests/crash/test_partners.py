"""Partners that misbehave, seen from the delivery: one request, one attempt, and what follows."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from models.words import DeliveryStatus, FailureKind
from services.clock import utc_now
from services.database import Database
from services.delivery.limits import STANDARD, Limits
from services.settings import Settings
from tests.partner import Partner
from tests.world import World, attempts, deliveries, make_world, settled, until, worker

QUICK = Limits(silence=0.5, total=1.5)
METADATA = "http://169.254.169.254/latest/meta-data/"
RETRYING, DELIVERED = DeliveryStatus.RETRYING, DeliveryStatus.DELIVERED
HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Case:
    """A way to answer, and what the delivery and its attempt must show."""

    path: str
    status: DeliveryStatus
    failure: FailureKind | None
    code: int | None


CASES = {
    "hangs": Case("/hang", RETRYING, FailureKind.TIMEOUT, None),
    "drips before its headers end": Case("/drip-head", RETRYING, FailureKind.TIMEOUT, None),
    "drips a success": Case("/drip", DELIVERED, None, 200),
    "resets": Case("/reset", RETRYING, FailureKind.CONNECT, None),
    "closes without an answer": Case("/hangup", RETRYING, FailureKind.CONNECT, None),
    "sends a gibibyte": Case("/huge", DELIVERED, None, 200),
    "sends a gzip bomb": Case("/gzip-bomb", DELIVERED, None, 200),
    "redirects inwards": Case(f"/redirect?to={METADATA}", RETRYING, FailureKind.HTTP_STATUS, 302),
    "is overloaded": Case("/status/429", RETRYING, FailureKind.HTTP_STATUS, 429),
    "asks for an hour": Case("/retry-after?value=3600", RETRYING, FailureKind.HTTP_STATUS, 429),
}


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(multi_trigger=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_partner_that_misbehaves_costs_one_request_and_one_attempt(
    world: World, settings: Settings, partner: Partner, case: Case
) -> None:
    """Pass: one request and one attempt with what happened, of which at most 16 KiB are kept; the
    delivery is delivered or waits for its next try, an hour if he asked for it; another partner's
    is delivered meanwhile.
    """
    await world.postback(partner.url(case.path))
    with Partner() as another:
        await world.postback(another.url("/ok"))
        async with worker(settings, limits=QUICK):
            await world.fire()
            await settled(DELIVERED, 1 + (case.status is DELIVERED))

            async def written() -> bool:
                return len(await attempts()) == 2

            await until(written)
    (delivery,) = (row for row in await deliveries() if row.url == partner.url(case.path))
    (attempt,) = (row for row in await attempts() if row.delivery_id == delivery.id)
    assert (delivery.status, attempt.failure, attempt.status_code) == (
        case.status,
        case.failure,
        case.code,
    )
    assert len(attempt.response_body) <= STANDARD.response_kept
    assert [request.target for request in partner.requests] == [case.path.encode()]
    if case.status is RETRYING:
        assert delivery.due_at is not None
        wait = delivery.due_at - utc_now()
        assert (wait > timedelta(seconds=HOUR / 2)) is ("3600" in case.path)
