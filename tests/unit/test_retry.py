"""The retry policy: schedule, Retry-After, deadline."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from models.words import DeliveryReason, DeliveryStatus, FailureKind
from services.delivery.retry import SHORT, STANDARD, Decision, Failure, decide, retry_after_seconds

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=30)


def after(
    status: int | None = None,
    *,
    tries: int = 1,
    kind: FailureKind = FailureKind.HTTP_STATUS,
    retry_after: str | None = None,
    deadline_at: datetime = FAR,
) -> Decision:
    return decide(
        Failure(kind, status, retry_after),
        tries=tries,
        deadline_at=deadline_at,
        now=NOW,
        rng=random.Random(1),
    )


@pytest.mark.parametrize("tries", range(1, 12))
def test_a_server_error_is_tried_again_on_schedule_and_only_ever_later(tries: int) -> None:
    decision = after(500, tries=tries)
    assert decision.status is DeliveryStatus.RETRYING
    assert decision.due_at is not None
    wait = (decision.due_at - NOW).total_seconds()
    planned = STANDARD[tries]
    assert planned <= wait <= planned + min(max(planned * 0.2, 1), 900)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 422, 451])
def test_most_4xx_are_given_up_after_the_short_schedule(status: int) -> None:
    assert after(status, tries=len(SHORT) - 1).status is DeliveryStatus.RETRYING
    last = after(status, tries=len(SHORT))
    assert last == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.REFUSED_BY_PARTNER)


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 503, None])
def test_what_may_pass_gets_the_full_schedule(status: int | None) -> None:
    kind = FailureKind.TIMEOUT if status is None else FailureKind.HTTP_STATUS
    assert after(status, tries=11, kind=kind).status is DeliveryStatus.RETRYING
    last = after(status, tries=12, kind=kind)
    assert last == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.EXHAUSTED)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (FailureKind.BLOCKED, DeliveryReason.BLOCKED),
        (FailureKind.TOO_LARGE, DeliveryReason.TOO_LARGE),
    ],
)
def test_what_can_never_be_sent_fails_at_once(kind: FailureKind, reason: DeliveryReason) -> None:
    assert after(kind=kind) == Decision(DeliveryStatus.FAILED, reason=reason)


def test_gone_fails_at_once() -> None:
    assert after(410) == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.GONE)


def test_nothing_is_planned_past_the_deadline() -> None:
    decision = after(500, tries=11, deadline_at=NOW + timedelta(hours=23))
    assert decision == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.DEADLINE)


@pytest.mark.parametrize(("status", "honoured"), [(429, True), (503, True), (500, False)])
def test_retry_after_is_honoured_for_overload_only(status: int, *, honoured: bool) -> None:
    decision = after(status, retry_after="3600")
    assert decision.due_at is not None
    assert ((decision.due_at - NOW).total_seconds() >= 3600) is honoured


def test_retry_after_never_makes_a_try_earlier() -> None:
    decision = after(429, tries=6, retry_after="1")
    assert decision.due_at is not None
    assert (decision.due_at - NOW).total_seconds() >= STANDARD[6]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        ("0", None),
        ("-5", None),
        ("abc", None),
        ("", None),
        ("1.5", None),
        ("٥", None),
        ("999999999999", 86_400),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", None),
        ("Sun, 99 Mar 2026 11:00:00 GMT", None),
        ("Tue, 01 Mar 2050 11:00:00 GMT", 86_400),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_bounded(
    value: str, seconds: float | None
) -> None:
    assert retry_after_seconds(value, now=NOW) == seconds
