"""A postback's own schedule: which one holds, never earlier, never past the deadline."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import DeliveryReason, DeliveryStatus, FailureKind, RetryPreset
from services.delivery.policy import DEFAULT, Policy, first_due, freeze, policy_of
from services.delivery.retry import Decision, Failure, decide
from services.delivery.success_rule import SuccessRule, SuccessRuleKind
from services.retry_schedule import (
    DEADLINE,
    FAST,
    MAX_TOTAL,
    MAX_WAITS,
    ONE_TRY,
    SHORT,
    STANDARD,
    Waits,
    schedule_after,
    tries_planned,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANY_FAILURE = st.one_of(
    st.builds(
        Failure,
        st.just(FailureKind.HTTP_STATUS),
        st.integers(300, 599),
        st.none(),
    ),
    st.builds(Failure, st.just(FailureKind.BODY_RULE), st.integers(200, 299), st.none()),
    st.just(Failure(FailureKind.TIMEOUT, None, None)),
)


@st.composite
def custom_waits(draw: st.DrawFn) -> Waits:
    """Return a schedule that may be saved."""
    left = round(MAX_TOTAL.total_seconds())
    waits: list[int] = []
    for _ in range(draw(st.integers(1, MAX_WAITS))):
        waits.append(draw(st.integers(0, left)))
        left -= waits[-1]
    return tuple(waits)


def after(
    status: int | None, *, waits: Waits, tries: int, kind: FailureKind = FailureKind.HTTP_STATUS
) -> Decision:
    return decide(
        Failure(kind, status, None),
        tries=tries,
        deadline_at=NOW + DEADLINE,
        now=NOW,
        rng=random.Random(1),
        policy=Policy(waits),
    )


def made_tries(waits: Waits, failures: list[Failure], seed: int) -> list[datetime]:
    """Live through a delivery whose every try fails at once; return when each was made."""
    policy = policy_of({"waits": list(waits)})
    rng = random.Random(seed)
    tried = [first_due({"waits": list(waits)}, now=NOW)]
    for tries in range(1, MAX_WAITS + 1):
        decision = decide(
            failures[tries % len(failures)],
            tries=tries,
            deadline_at=NOW + DEADLINE,
            now=tried[-1],
            rng=rng,
            policy=policy,
        )
        if decision.due_at is None:
            break
        tried.append(decision.due_at)
    return tried


@given(waits=custom_waits(), seed=st.integers(0, 2**32))
def test_every_try_of_a_schedule_comes_after_its_wait_and_before_the_deadline(
    waits: Waits, seed: int
) -> None:
    tried = made_tries(waits, [Failure(FailureKind.TIMEOUT, None, None)], seed)
    assert len(tried) == len(waits)
    assert tried[0] == NOW + timedelta(seconds=waits[0])
    for wait, before, moment in zip(waits[1:], tried, tried[1:], strict=False):
        late = (moment - before).total_seconds() - wait
        assert 0 <= late <= min(max(0.2 * wait, 1), 900) + 0.001
    assert tried[-1] <= NOW + DEADLINE


@given(
    waits=custom_waits(), failures=st.lists(ANY_FAILURE, min_size=1, max_size=5), seed=st.integers()
)
def test_no_mix_of_failures_makes_more_tries_than_the_schedule_has(
    waits: Waits, failures: list[Failure], seed: int
) -> None:
    tried = made_tries(waits, failures, seed)
    assert len(tried) <= len(waits)
    assert tried[-1] <= NOW + DEADLINE


@given(failures=st.lists(ANY_FAILURE, min_size=1, max_size=3), seed=st.integers())
def test_when_two_schedules_take_turns_the_deadline_still_holds(
    failures: list[Failure], seed: int
) -> None:
    # The short one waits 6 h where this one would not wait: together they exceed 96 h.
    waits = (0, 281_580, 0, 40_736, 0)
    assert made_tries(waits, failures, seed)[-1] <= NOW + DEADLINE


@given(waits=custom_waits(), status=st.sampled_from([200, 400, 404, 422]))
def test_the_short_schedule_is_never_longer_than_the_postbacks_own(
    waits: Waits, status: int
) -> None:
    short = schedule_after(waits, status)
    assert 1 <= len(short) <= min(len(waits), len(SHORT))
    assert sum(short[1:]) <= max(sum(waits[1:]), 60 * (len(waits) > 1))
    assert sum(short[1:]) <= sum(SHORT)


@pytest.mark.parametrize(
    ("waits", "status", "schedule"),
    [
        (STANDARD, 500, STANDARD),
        (STANDARD, None, STANDARD),
        (STANDARD, 404, SHORT),
        (STANDARD, 200, SHORT),
        (STANDARD, 429, STANDARD),
        (FAST, 404, FAST),
        (FAST, 503, FAST),
        (ONE_TRY, 404, ONE_TRY),
        (ONE_TRY, 200, ONE_TRY),
        ((0, 259_200), 404, (0, 60)),
        ((259_200, 30), 404, (259_200, 30)),
        ((0, *[60] * 9), 404, (0, 60, 60, 60, 60)),
    ],
)
def test_which_schedule_holds_after_an_answer(
    waits: Waits, status: int | None, schedule: Waits
) -> None:
    assert schedule_after(waits, status) == schedule


def test_without_retries_the_first_failure_is_the_last_try() -> None:
    for status in (500, 503, 404, None):
        assert after(status, waits=ONE_TRY, tries=1).status is DeliveryStatus.FAILED


def test_a_refused_text_is_tried_by_the_short_schedule_and_then_given_up_as_refused() -> None:
    second = after(200, waits=STANDARD, tries=1, kind=FailureKind.BODY_RULE)
    assert second.due_at is not None
    assert 60 <= (second.due_at - NOW).total_seconds() <= 72
    last = after(200, waits=STANDARD, tries=len(SHORT), kind=FailureKind.BODY_RULE)
    assert last == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.REFUSED_BY_PARTNER)


@pytest.mark.parametrize("at_most_once", [True, False])
def test_only_at_most_once_an_unclear_result_is_the_last_one(at_most_once: bool) -> None:
    decision = decide(
        Failure(FailureKind.TIMEOUT, None, None, is_unclear=True),
        tries=1,
        deadline_at=NOW + DEADLINE,
        now=NOW,
        rng=random.Random(1),
        policy=Policy(at_most_once=at_most_once),
    )
    if at_most_once:
        assert decision == Decision(DeliveryStatus.FAILED, reason=DeliveryReason.UNKNOWN)
    else:
        assert decision.status is DeliveryStatus.RETRYING


@pytest.mark.parametrize("status", [404, 500, 503])
def test_at_most_once_a_clear_answer_is_decided_as_usual(status: int) -> None:
    decision = decide(
        Failure(FailureKind.HTTP_STATUS, status, None),
        tries=1,
        deadline_at=NOW + DEADLINE,
        now=NOW,
        rng=random.Random(1),
        policy=Policy(at_most_once=True),
    )
    assert decision.status is DeliveryStatus.RETRYING


def test_a_postback_with_all_by_default_puts_nothing_on_its_deliveries() -> None:
    frozen = freeze(
        retry_preset=RetryPreset.STANDARD, retry_waits=[], success_rule=None, at_most_once=False
    )
    assert frozen is None
    assert policy_of(frozen) is DEFAULT


@pytest.mark.parametrize(
    ("preset", "waits", "held"),
    [
        (RetryPreset.FAST, [], FAST),
        (RetryPreset.NONE, [], ONE_TRY),
        (RetryPreset.CUSTOM, [3600, 60], (3600, 60)),
        (RetryPreset.CUSTOM, list(STANDARD), STANDARD),
    ],
)
def test_what_is_frozen_is_what_holds_and_it_is_compiled_once(
    preset: RetryPreset, waits: list[int], held: Waits
) -> None:
    rule = {"kind": "json", "path": "status", "value": "ok"}
    frozen = freeze(retry_preset=preset, retry_waits=waits, success_rule=rule, at_most_once=True)
    policy = policy_of(frozen)
    assert policy == Policy(
        held, SuccessRule(SuccessRuleKind.JSON, "ok", "status"), at_most_once=True
    )
    assert policy_of(dict(frozen or {})) is policy


@pytest.mark.parametrize(
    ("policy", "tries", "status", "planned"),
    [
        (None, 0, None, 12),
        (None, 2, 503, 12),
        (None, 2, 404, 5),
        (None, 1, 200, 5),
        (None, 0, 404, 12),  # resent: what the last answer was says nothing about the next
        ({"once": True}, 1, 500, 12),
        ({"waits": [0, 60]}, 1, 500, 2),
        ({"waits": [0]}, 0, None, 1),
    ],
)
def test_how_many_tries_are_planned_comes_from_the_delivery_itself(
    policy: dict[str, object] | None, tries: int, status: int | None, planned: int
) -> None:
    assert tries_planned(policy, tries=tries, status_code=status) == planned
