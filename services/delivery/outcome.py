"""What one try brought → what is written about it: the attempt and the delivery's next state."""

import random
from datetime import datetime

from models.words import DeliveryReason, DeliveryStatus, Outcome
from services.delivery.claims import Claim
from services.delivery.retry import NEVER_SENT, Decision, Failure, decide
from services.delivery.sender import AttemptResult
from services.delivery.settlement import Settlement


def settlement_of(
    claim: Claim, result: AttemptResult, *, now: datetime, rng: random.Random
) -> Settlement:
    """Return what follows from a try of a claimed delivery."""
    if result.failure is None:
        decision = Decision(DeliveryStatus.DELIVERED)
    else:
        decision = decide(
            Failure(result.failure, result.status_code, result.retry_after),
            tries=claim.tries + 1,
            deadline_at=claim.deadline_at,
            now=now,
            rng=rng,
        )
    return Settlement(
        claim=claim,
        decision=decision,
        outcome=Outcome.SUCCEEDED if result.succeeded else Outcome.FAILED,
        started_at=result.started_at,
        duration_ms=result.duration_ms,
        status_code=result.status_code,
        failure=result.failure,
        message=result.message,
        response_headers=result.response_headers,
        response_body=result.response_body,
        truncated=result.truncated,
        has_attempt=result.failure not in NEVER_SENT,
    )


def unsendable(claim: Claim, message: str, *, now: datetime) -> Settlement:
    """Return the end of a delivery whose secrets cannot be read: nothing was sent."""
    return Settlement(
        claim=claim,
        decision=Decision(DeliveryStatus.FAILED, reason=DeliveryReason.SECRET_UNREADABLE),
        outcome=Outcome.FAILED,
        started_at=now,
        duration_ms=0,
        status_code=None,
        failure=None,
        message=message,
        response_headers=(),
        response_body="",
        truncated=False,
        has_attempt=False,
    )
