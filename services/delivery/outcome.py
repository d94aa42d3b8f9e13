"""What one try brought → what is written about it: the attempt and the delivery's next state."""

import random
from dataclasses import replace
from datetime import datetime

from models.words import DeliveryReason, DeliveryStatus, FailureKind, Outcome
from services.delivery.claims import Claim
from services.delivery.policy import policy_of
from services.delivery.retry import NEVER_SENT, Decision, Failure, decide
from services.delivery.sender import AttemptResult
from services.delivery.settlement import Settlement
from services.delivery.success_rule import SuccessRule, unmet


def settlement_of(
    claim: Claim, result: AttemptResult, *, now: datetime, rng: random.Random
) -> Settlement:
    """Return what follows from a try of a claimed delivery, by the policy frozen on it."""
    policy = policy_of(claim.policy)
    result = judged(result, policy.success)
    if result.failure is None:
        decision = Decision(DeliveryStatus.DELIVERED)
    else:
        decision = decide(
            Failure(
                result.failure,
                result.status_code,
                result.retry_after,
                is_unclear=_is_unclear(result),
            ),
            tries=claim.tries + 1,
            deadline_at=claim.deadline_at,
            now=now,
            rng=rng,
            policy=policy,
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


def judged(result: AttemptResult, rule: SuccessRule | None) -> AttemptResult:
    """Return a 2xx as the failure that it is when its text does not fulfil the success rule."""
    if rule is None or not result.succeeded or result.status_code is None:
        return result
    problem = unmet(rule, result.answer, status_code=result.status_code, cut_off=result.cut_off)
    if not problem:
        return result
    # It may quote the partner, and PostgreSQL stores NUL in no text.
    message = problem.replace("\x00", "\ufffd")
    return replace(result, succeeded=False, failure=FailureKind.BODY_RULE, message=message)


def _is_unclear(result: AttemptResult) -> bool:
    """Tell whether the partner may have acted on the request without our knowing.

    No answer to a request that may have left, or a 2xx of whose text a part is missing.
    """
    if result.status_code is None:
        return result.left
    return result.failure is FailureKind.BODY_RULE and result.cut_off


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
