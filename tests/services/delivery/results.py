"""Claims and results that tests of the delivery core hand to `settle`."""

from datetime import datetime, timedelta

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Outcome
from services import database
from services.clock import utc_now
from services.delivery import claims, settlement
from services.delivery.claims import Claim
from services.delivery.retry import Decision
from services.delivery.settlement import Settlement

DELIVERED = Decision(DeliveryStatus.DELIVERED)
GONE = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.GONE)
GIVEN_UP = Decision(DeliveryStatus.FAILED, reason=DeliveryReason.EXHAUSTED)


def later(now: datetime) -> Decision:
    return Decision(DeliveryStatus.RETRYING, due_at=now + timedelta(seconds=30))


async def claim(
    limit: int = 100, *, now: datetime | None = None, lease_seconds: float = 60.0
) -> list[Claim]:
    claimed = await database.write(
        claims.claim,
        limit=limit,
        worker_id="wrk_a",
        lease_seconds=lease_seconds,
        now=now or utc_now(),
    )
    return claimed.claims


def result(taken: Claim, decision: Decision, *, now: datetime | None = None) -> Settlement:
    """Return a result that fits the decision: a success, a 410, or a 500."""
    arrived = decision.status is DeliveryStatus.DELIVERED
    code = 200 if arrived else 410 if decision.reason is DeliveryReason.GONE else 500
    return Settlement(
        claim=taken,
        decision=decision,
        outcome=Outcome.SUCCEEDED if arrived else Outcome.FAILED,
        started_at=now or utc_now(),
        duration_ms=0,
        status_code=code,
        failure=None if arrived else FailureKind.HTTP_STATUS,
        message="" if arrived else f"The partner answered {code}.",
        response_headers=(),
        response_body="",
        truncated=False,
    )


async def settle(*results: Settlement) -> list[str]:
    return await database.write(settlement.settle, results)
