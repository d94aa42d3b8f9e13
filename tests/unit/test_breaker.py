"""The breaker stops calling a destination that is down, and finds out with one call."""

import pytest

from models.words import BreakerState
from services.delivery.breaker import LONGEST_PAUSE_SECONDS, Breaker


def broken(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        breaker.fail(at, refused=True)
    return breaker


def test_it_opens_at_ten_attempts_of_which_seventy_percent_failed() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.succeed(0)
    for _ in range(6):
        breaker.fail(1, refused=False)
    assert breaker.state is BreakerState.CLOSED
    breaker.fail(1, refused=False)
    assert breaker.state is BreakerState.OPEN
    assert breaker.room(0, now=1) == 0


def test_it_stays_closed_while_less_fail() -> None:
    breaker = Breaker()
    for number in range(100):
        breaker.succeed(number)
        breaker.fail(number, refused=False)
        breaker.fail(number, refused=False)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.room(31, now=100) is None


def test_failures_older_than_five_minutes_do_not_count() -> None:
    breaker = Breaker()
    for _ in range(9):
        breaker.fail(0, refused=False)
    breaker.fail(301, refused=False)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.counts(301) == (0, 1)


def test_five_connections_refused_in_a_row_open_it_and_an_answer_in_between_does_not() -> None:
    breaker = Breaker()
    for _ in range(2):
        for _ in range(4):
            breaker.fail(0, refused=True)
        breaker.succeed(0)
    assert breaker.state is BreakerState.CLOSED
    assert broken().state is BreakerState.OPEN


def test_after_the_pause_one_call_probes_and_its_success_closes_it() -> None:
    breaker = broken()
    assert breaker.room(0, now=29) == 0
    assert breaker.room(0, now=30) == 1
    assert breaker.room(1, now=30) == 0
    breaker.succeed(31)
    assert breaker.room(1, now=31) is None
    # What had failed before must not open it again.
    breaker.fail(32, refused=False)
    assert breaker.state is BreakerState.CLOSED


def test_each_probe_that_fails_doubles_the_pause_up_to_a_quarter_of_an_hour() -> None:
    breaker = broken()
    now, pauses = 0.0, []
    for _ in range(8):
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
        assert breaker.room(0, now=now) == 1
        breaker.fail(now, refused=True)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, LONGEST_PAUSE_SECONDS]


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_pause() -> None:
    breaker = broken()
    until = breaker.open_until
    breaker.fail(5, refused=True)
    assert breaker.open_until == until


@pytest.mark.parametrize("now", [0.0, 899.0])
def test_what_an_earlier_run_found_out_holds(now: float) -> None:
    breaker = Breaker()
    breaker.reopen(until=900.0, opened=6)
    assert breaker.room(0, now=now) == 0
    assert breaker.room(0, now=900.0) == 1
