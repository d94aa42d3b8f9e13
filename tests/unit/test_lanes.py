"""Lanes share the send slots: who hangs, fails or retries leaves the rest to the others."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import BreakerState, FailureKind
from services.delivery.lanes import FIRST_CALLS, MOST, START, Lanes
from services.delivery.sender import AttemptResult


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def lanes(seconds: Seconds) -> Lanes:
    return Lanes(256, now=seconds)


def answer(
    status: int | None = 200, failure: FailureKind | None = None, ms: int = 20
) -> AttemptResult:
    good = status is not None and 200 <= status < 300
    return AttemptResult(
        succeeded=good,
        status_code=status,
        failure=failure if failure or good else FailureKind.HTTP_STATUS,
        message="" if good else "it failed",
        response_headers=(),
        response_body="",
        truncated=False,
        started_at=datetime(2026, 3, 1, tzinfo=UTC),
        duration_ms=ms,
        retry_after=None,
        left=True,
    )


TIMED_OUT = answer(None, FailureKind.TIMEOUT, ms=15_000)
REFUSED = answer(None, FailureKind.CONNECT, ms=1)


def call(lanes: Lanes, name: str, result: AttemptResult) -> None:
    lanes.begin("dlv", name)
    lanes.end("dlv", result)


def occupy(lanes: Lanes, name: str, count: int) -> None:
    for number in range(count):
        lanes.begin(f"{name}-{number}", name)


def share(lanes: Lanes, *names: str, most: int = 64) -> dict[str, int]:
    return lanes.room().share(names, most)


def test_waiting_lanes_get_alike(lanes: Lanes) -> None:
    for name in "abc":
        call(lanes, name, answer())
    assert share(lanes, "a", "b", "c", most=6) == {"a": 2, "b": 2, "c": 2}


def test_a_destination_that_was_never_called_gets_few_calls_until_it_has_answered(
    lanes: Lanes,
) -> None:
    assert share(lanes, "a") == {"a": FIRST_CALLS}
    occupy(lanes, "a", FIRST_CALLS)
    assert share(lanes, "a") == {}
    lanes.end("a-0", answer())
    assert share(lanes, "a") == {"a": START - 1}


def test_the_limit_rises_by_one_with_eight_successes_up_to_the_most(lanes: Lanes) -> None:
    for _ in range(8):
        call(lanes, "a", answer())
    assert lanes.lane("a").limit == START + 1
    for _ in range(8 * 100):
        call(lanes, "a", answer())
    assert lanes.lane("a").limit == MOST


@pytest.mark.parametrize("result", [answer(429), answer(503), answer(504), TIMED_OUT])
def test_a_sign_of_overload_halves_the_limit_once_for_all_that_were_under_way(
    lanes: Lanes, seconds: Seconds, result: AttemptResult
) -> None:
    call(lanes, "a", answer())
    occupy(lanes, "a", 4)
    seconds.now += 1
    for number in range(4):
        lanes.end(f"a-{number}", result)
    assert lanes.lane("a").limit == START // 2


def test_a_refusal_of_the_request_changes_no_limit(lanes: Lanes) -> None:
    for _ in range(20):
        call(lanes, "a", answer(404))
    assert lanes.lane("a").limit == START
    assert lanes.lane("a").breaker.state is BreakerState.CLOSED


def test_slow_lanes_together_get_a_quarter_of_the_slots_and_one_trial_each(lanes: Lanes) -> None:
    slow = [f"slow-{number}" for number in range(40)]
    for name in slow:
        call(lanes, name, answer(ms=3_000))
    assert sum(share(lanes, *slow, most=256).values()) == 64
    for name in slow[:32]:
        occupy(lanes, name, 2)
    assert share(lanes, *slow) == dict.fromkeys(slow[32:], 1)
    for name in slow[32:]:
        occupy(lanes, name, 1)
    assert share(lanes, *slow) == {}
    call(lanes, "quick", answer())
    assert share(lanes, *slow, "quick") == {"quick": START}


def test_partners_that_hang_do_not_keep_out_one_that_was_slow_once(
    lanes: Lanes, seconds: Seconds
) -> None:
    call(lanes, "well", answer(ms=2_500))
    for number in range(64):
        occupy(lanes, f"hanging-{number}", FIRST_CALLS)
    seconds.now += 2.1
    assert share(lanes, "well") == {"well": 1}
    occupy(lanes, "well", 1)
    assert share(lanes, "well") == {}


def test_however_many_hang_a_quarter_of_the_slots_is_left_to_those_that_answer(
    lanes: Lanes, seconds: Seconds
) -> None:
    call(lanes, "well", answer())
    for _ in range(10):
        for name, count in share(lanes, *(f"hanging-{n}" for n in range(500)), most=256).items():
            for _ in range(count):
                lanes.begin(f"{name}-{len(lanes.lane(name).sends)}", name)
        seconds.now += 2.1
    assert lanes.room().free == 64
    assert share(lanes, "well") == {"well": START}


def test_a_lane_whose_call_has_waited_for_two_seconds_is_slow_before_it_ends(
    lanes: Lanes, seconds: Seconds
) -> None:
    call(lanes, "a", answer())
    occupy(lanes, "a", 1)
    assert not lanes.is_pooled(lanes.lane("a"))
    seconds.now += 2.1
    assert lanes.is_pooled(lanes.lane("a"))


def test_a_slow_lane_that_answers_quickly_again_is_no_longer_slow(lanes: Lanes) -> None:
    call(lanes, "a", TIMED_OUT)
    call(lanes, "a", TIMED_OUT)
    assert lanes.is_pooled(lanes.lane("a"))
    for _ in range(12):
        call(lanes, "a", answer())
    assert not lanes.is_pooled(lanes.lane("a"))


def test_destinations_that_have_not_answered_yet_leave_half_of_the_slots(lanes: Lanes) -> None:
    for number in range(64):
        occupy(lanes, f"new-{number}", FIRST_CALLS)
    assert share(lanes, "another") == {}
    call(lanes, "known", answer())
    assert share(lanes, "another", "known") == {"known": START}


def test_half_of_the_slots_are_kept_for_first_attempts(lanes: Lanes) -> None:
    for number in range(100):
        lanes.begin(f"dlv-{number}", f"d{number}", is_retry=True)
    room = lanes.room()
    assert (room.retries, room.free) == (28, 156)
    lanes.end("dlv-0", answer())
    assert lanes.room().retries == 29


def test_only_one_of_those_that_killed_workers_is_under_way(lanes: Lanes) -> None:
    assert not lanes.room().has_suspect
    lanes.begin("dlv", "a", is_suspect=True)
    assert lanes.room().has_suspect
    lanes.end("dlv", None)
    assert not lanes.room().has_suspect


def test_an_open_breaker_leaves_no_room_and_then_one(lanes: Lanes, seconds: Seconds) -> None:
    for _ in range(5):
        call(lanes, "a", REFUSED)
    assert share(lanes, "a", "b") == {"b": FIRST_CALLS}
    seconds.now += 30
    assert share(lanes, "a") == {"a": 1}
    call(lanes, "a", answer())
    assert share(lanes, "a") == {"a": START}


def test_what_a_person_resent_opens_no_breaker_but_may_be_the_probe_that_closes_it(
    lanes: Lanes, seconds: Seconds
) -> None:
    for _ in range(20):
        lanes.begin("dlv", "a")
        lanes.end("dlv", REFUSED, counts=False)
    assert lanes.lane("a").breaker.state is BreakerState.CLOSED
    for _ in range(5):
        call(lanes, "a", REFUSED)
    seconds.now += 30
    assert share(lanes, "a") == {"a": 1}
    lanes.begin("dlv", "a")
    lanes.end("dlv", answer(), counts=False)
    assert lanes.lane("a").breaker.state is BreakerState.CLOSED


def test_lanes_that_are_idle_for_an_hour_are_forgotten(lanes: Lanes, seconds: Seconds) -> None:
    call(lanes, "a", answer())
    occupy(lanes, "b", 1)
    seconds.now += 3_601
    lanes.forget_idle()
    assert list(lanes.by_name) == ["b"]


@given(seed=st.integers(0, 10**6), slots=st.sampled_from([8, 64, 256]))
def test_whatever_happens_no_bound_is_ever_passed(seed: int, slots: int) -> None:
    rng = random.Random(seed)
    seconds = Seconds()
    lanes = Lanes(slots, now=seconds)
    results = [answer(), answer(503), TIMED_OUT, REFUSED, answer(404), None]
    under_way: list[tuple[str, str]] = []
    retries: set[str] = set()
    for step in range(200):
        seconds.now += rng.choice([0.001, 0.5, 20.0])
        names = rng.sample([f"d{number}" for number in range(20)], rng.randint(1, 20))
        room = lanes.room()
        is_retry = rng.random() < 0.5
        most = min(room.free, room.retries if is_retry else room.free)
        for name, count in room.share(names, most).items():
            for number in range(count):
                send_id = f"{step}-{name}-{number}"
                lanes.begin(send_id, name, is_retry=is_retry)
                under_way.append((send_id, name))
                if is_retry:
                    retries.add(send_id)
        assert len(under_way) <= slots
        assert len(retries) <= slots // 2
        rng.shuffle(under_way)
        for _ in range(rng.randint(0, len(under_way))):
            send_id, _ = under_way.pop()
            retries.discard(send_id)
            lanes.end(send_id, rng.choice(results))
        assert all(len(lane.sends) <= MOST for lane in lanes.by_name.values())
