"""The calls into the delivery core that are timed alone: here, so that they change in one place."""

from collections.abc import Sequence

from sqlmodel import Session

from models.words import DeliveryStatus, Outcome
from services.clock import utc_now
from services.delivery import claims, settlement
from services.delivery.claims import Claim
from services.delivery.retry import Decision
from services.delivery.settlement import Settlement

_LEASE_SECONDS = 60.0


def claim(session: Session, limit: int) -> list[Claim]:
    """Claim as a worker does."""
    claimed = claims.claim(
        session, limit=limit, worker_id="wrk_bench", lease_seconds=_LEASE_SECONDS, now=utc_now()
    )
    return claimed.claims


def settle(session: Session, claimed: Sequence[Claim]) -> None:
    """Settle the claims as a worker does, each with an answer of the usual size."""
    settlement.settle(session, [_delivered(item) for item in claimed])


def _delivered(item: Claim) -> Settlement:
    return Settlement(
        claim=item,
        decision=Decision(DeliveryStatus.DELIVERED),
        outcome=Outcome.SUCCEEDED,
        started_at=utc_now(),
        duration_ms=12,
        status_code=200,
        failure=None,
        message="",
        response_headers=(("content-length", "2"),),
        response_body="ok",
        truncated=False,
    )
